// SCORM 1.2: the run-time environment's API, found in a parent or an opener.

/**
 * @typedef {object} Scorm12Api
 * @property {(nothing: string) => string} LMSInitialize
 * @property {(nothing: string) => string} LMSFinish
 * @property {(element: string) => string | number} LMSGetValue
 * @property {(element: string, value: string) => string} LMSSetValue
 * @property {(nothing: string) => string} LMSCommit
 */

const SCORM12_SUSPEND_LIMIT = 4096;
const SCORM12_STRING_LIMIT = 255;
/** What may replace what: never a downgrade. */
const SCORM12_RANKS = ['not attempted', 'browsed', 'incomplete', 'failed', 'completed', 'passed'];

/** @param {Window} start @returns {Scorm12Api | null} */
function findScorm12Api(start) {
  /** @param {Window | null} from */
  const climb = (from) => {
    let here = from;
    for (let depth = 0; here && depth < 50; depth++) {
      try {
        const api = /** @type {any} */ (here).API;
        if (api && typeof api.LMSInitialize === 'function') return api;
      } catch {
        // A page of another origin: its own parents may still have the API.
      }
      if (here.parent === here) return null;
      here = here.parent;
    }
    return null;
  };
  /** @type {Window | null} */
  let here = start;
  for (let depth = 0; here && depth < 10; depth++) {
    const api = climb(here);
    if (api) return api;
    try {
      here = here.opener || (here.top && here.top.opener) || null;
    } catch {
      return null;
    }
  }
  return null;
}

/** @param {number} seconds @returns {string} HHHH:MM:SS.cc */
function scorm12Time(seconds) {
  const hundredths = Math.min(Math.round(Math.max(0, seconds) * 100), 9999 * 360000 + 359999);
  /** @param {number} value @param {number} size */
  const pad = (value, size) => String(value).padStart(size, '0');
  const whole = Math.floor(hundredths / 100);
  return `${pad(Math.floor(whole / 3600), 4)}:${pad(Math.floor(whole / 60) % 60, 2)}:${pad(whole % 60, 2)}.${pad(hundredths % 100, 2)}`;
}

/** @implements {Tracker} */
class Scorm12Tracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    this.page = page;
    this.view = view;
    /** @type {(state: SaveState) => void} */
    this.onState = () => {};
    /** @type {Scorm12Api | null} */
    this.api = null;
    this.shelf = new Shelf(() => view.localStorage, `cartable:${page.course}.${page.chapter}:scorm12:`);
    this.learner = '';
    this.status = '';
    this.score = -1;
    this.writable = false;
    this.finished = false;
    this.timer = 0;
    this.retryDelay = RETRY_FIRST;
    /** @type {ProgressReport | null} */
    this.report = null;
  }

  /** @returns {Promise<Entry>} */
  async start() {
    const api = findScorm12Api(this.view);
    if (!api || String(this.call(() => api.LMSInitialize(''))) !== 'true') {
      this.onState('no_lms');
      return { suspendData: this.shelf.get('') };
    }
    this.api = api;
    this.learner = this.get('cmi.core.student_id');
    this.status = this.get('cmi.core.lesson_status') || 'not attempted';
    const score = this.get('cmi.core.score.raw');
    this.score = score === '' ? -1 : Number(score);
    const mode = this.get('cmi.core.lesson_mode');
    this.writable = mode !== 'browse' && mode !== 'review';
    const kept = this.get('cmi.suspend_data');
    if (!this.writable) {
      this.onState('read_only');
      return { suspendData: kept };
    }
    // Finish over `not attempted` would store `completed`.
    if (this.rank(this.status) < this.rank('incomplete')) this.setStatus('incomplete');
    // Kept after completion too: who comes back finds the chapter as it was left.
    this.set('cmi.core.exit', 'suspend');
    this.commit();
    const unsent = this.shelf.get(this.learner);
    return { suspendData: unsent ? fresher(kept, unsent) : kept };
  }

  seen() {}

  achieved() {}

  /** @param {Interaction} interaction */
  answered({ question, given, right, seconds }) {
    if (!this.api || !this.writable) return;
    const count = Number(this.get('cmi.interactions._count')) || 0;
    const prefix = `cmi.interactions.${count}.`;
    const now = new Date();
    /** @param {number} value */
    const two = (value) => String(value).padStart(2, '0');
    this.set(prefix + 'id', question.id);
    this.set(prefix + 'type', 'choice');
    this.set(prefix + 'time', `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`);
    this.set(prefix + 'correct_responses.0.pattern', question.correct.join(',').slice(0, SCORM12_STRING_LIMIT));
    this.set(prefix + 'weighting', String(question.weight));
    this.set(prefix + 'student_response', given.join(',').slice(0, SCORM12_STRING_LIMIT));
    this.set(prefix + 'result', right ? 'correct' : 'wrong');
    this.set(prefix + 'latency', scorm12Time(seconds));
  }

  /** @param {ProgressReport} report @param {boolean} milestone */
  save(report, milestone) {
    this.report = report;
    if (!this.api) this.shelf.set('', report.suspendData);
    if (!this.api || !this.writable || this.finished) return;
    if (milestone) this.write();
    else if (!this.timer) this.timer = this.view.setTimeout(() => this.write(), SAVE_DELAY);
  }

  /** @param {ProgressReport} report */
  hide(report) {
    this.save(report, true);
  }

  /** @param {ProgressReport} report */
  finish(report) {
    if (!this.api || this.finished) return this.save(report, true);
    this.save(report, true);
    this.finished = true;
    const api = this.api;
    this.view.clearTimeout(this.timer);
    this.call(() => api.LMSFinish(''));
  }

  /** Sends where the learner stands: the score before the status that depends on it. */
  write() {
    this.view.clearTimeout(this.timer);
    this.timer = 0;
    const report = this.report;
    if (!report) return;
    const { outcome } = report;
    this.onState('saving');
    if (report.lesson) this.set('cmi.core.lesson_location', report.lesson.id);
    if (report.suspendData.length <= SCORM12_SUSPEND_LIMIT) this.set('cmi.suspend_data', report.suspendData);
    const score = Math.round(outcome.score * 10000) / 100;
    if ((this.page.questions.length > 0 || outcome.complete) && score > this.score) {
      this.set('cmi.core.score.min', '0');
      this.set('cmi.core.score.max', '100');
      if (this.set('cmi.core.score.raw', String(score))) this.score = score;
    }
    this.set('cmi.core.session_time', scorm12Time(report.seconds));
    if (outcome.success !== null) this.setStatus(outcome.success ? 'passed' : 'failed');
    else if (outcome.complete && this.page.passMark === null) this.setStatus('completed');
    this.commit();
  }

  commit() {
    const api = this.api;
    if (!api) return;
    if (String(this.call(() => api.LMSCommit(''))) === 'true') {
      this.retryDelay = RETRY_FIRST;
      this.shelf.set(this.learner, '');
      this.onState('saved');
      return;
    }
    if (this.report) this.shelf.set(this.learner, this.report.suspendData);
    this.onState('not_saved');
    this.timer = this.view.setTimeout(() => this.write(), this.retryDelay);
    this.retryDelay = Math.min(this.retryDelay * 2, RETRY_LAST);
  }

  /** @param {string} status */
  rank(status) {
    return SCORM12_RANKS.indexOf(status);
  }

  /** @param {string} status */
  setStatus(status) {
    if (this.rank(status) > this.rank(this.status) && this.set('cmi.core.lesson_status', status)) this.status = status;
  }

  /** @param {string} element @returns {string} */
  get(element) {
    const api = this.api;
    const value = api ? this.call(() => api.LMSGetValue(element)) : '';
    return value === null || value === undefined ? '' : String(value);
  }

  /** @param {string} element @param {string} value @returns {boolean} */
  set(element, value) {
    const api = this.api;
    return !!api && String(this.call(() => api.LMSSetValue(element, value))) === 'true';
  }

  /** An LMS's script may fail: the chapter goes on. @template T @param {() => T} action @returns {T | null} */
  call(action) {
    try {
      return action();
    } catch {
      return null;
    }
  }
}
