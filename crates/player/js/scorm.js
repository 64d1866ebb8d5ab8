// What both versions of SCORM share: finding the run-time environment's API, a session, commits and their retries.

/**
 * @typedef {object} Dialect how a version of SCORM says it
 * @property {string} object the API's name in a window
 * @property {string} prefix of the API's functions
 * @property {string} end the function that ends a session, without the prefix
 * @property {string} learner the element that holds the learner's identifier
 * @property {string} language the element that holds the language that the learner prefers
 * @property {string} mode the element that holds the mode
 * @property {number} suspendLimit characters of suspend data
 *
 * @typedef {Record<string, (...given: string[]) => string | number>} ScormApi
 */

/**
 * @param {Window} start
 * @param {Dialect} dialect
 * @returns {ScormApi | null}
 */
function findScormApi(start, dialect) {
  /** @param {Window | null} from */
  const climb = (from) => {
    let here = from;
    for (let depth = 0; here && depth < 50; depth++) {
      try {
        const api = /** @type {any} */ (here)[dialect.object];
        if (api && typeof api[`${dialect.prefix}Initialize`] === 'function') return api;
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

/** A text on one line: some LMSs refuse a response with line ends. @param {string} text */
function onOneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/** A tracker for a version of SCORM: what it writes, the subclasses say. @implements {Tracker} */
class ScormTracker {
  /** @param {PageData} page @param {Window} view @param {Dialect} dialect @param {string} name */
  constructor(page, view, dialect, name) {
    this.page = page;
    this.view = view;
    this.dialect = dialect;
    this.suspendLimit = dialect.suspendLimit;
    /** @type {(state: SaveState) => void} */
    this.onState = () => {};
    /** @type {ScormApi | null} */
    this.api = null;
    this.shelf = new Shelf(() => view.localStorage, `cartable:${page.course}.${page.chapter}:${name}:`);
    this.learner = '';
    this.score = -1;
    this.writable = false;
    this.finished = false;
    this.timer = 0;
    this.retryDelay = RETRY_FIRST;
    /** @type {ProgressReport | null} */
    this.report = null;
    /** Interactions that the LMS has been told and has not kept yet: elements and values. @type {[string, string][][]} */
    this.uncommitted = [];
  }

  /** @returns {Promise<Entry>} */
  async start() {
    const { dialect } = this;
    this.api = findScormApi(this.view, dialect);
    if (!this.api || !this.run('Initialize', '')) {
      this.api = null;
      this.onState('no_lms');
      return { suspendData: this.shelf.get('') };
    }
    this.learner = this.get(dialect.learner);
    const name = this.get(dialect.learner.replace(/id$/, 'name'));
    const score = this.get(`${this.scope}score.raw`);
    this.score = score === '' ? -1 : Number(score);
    const mode = this.get(dialect.mode);
    this.writable = mode !== 'browse' && mode !== 'review';
    const languages = this.get(dialect.language);
    const kept = this.get('cmi.suspend_data');
    if (!this.writable) {
      this.onState('read_only');
      return { suspendData: kept, languages, name };
    }
    const unsent = this.shelf.get(this.learner);
    const suspendData = unsent ? fresher(kept, unsent) : kept;
    this.begin();
    // What is kept makes the copy needless: it has to be all that the copy says.
    if (suspendData !== kept && suspendData.length <= this.suspendLimit) this.set('cmi.suspend_data', suspendData);
    this.replay();
    this.commit();
    return { suspendData, languages, name };
  }

  /** What elements about the learner's result begin with. */
  get scope() {
    return 'cmi.';
  }

  /** Writes what must stand at the start of a session. */
  begin() {}

  /** Writes score and status, the score first. @param {ProgressReport} _report */
  writeOutcome(_report) {}

  seen() {}

  achieved() {}

  /** @param {Interaction} _interaction */
  answered(_interaction) {}

  /** Writes an interaction, now and again at the next visit if it is not kept. @param {[string, string][]} parts names below `cmi.interactions.n.`, in order */
  record(parts) {
    if (!this.api || !this.writable) return;
    const count = Number(this.get('cmi.interactions._count')) || 0;
    for (const [name, value] of parts) this.set(`cmi.interactions.${count}.${name}`, value);
    this.uncommitted.push(parts);
  }

  /** Writes the interactions that an earlier session could not. */
  replay() {
    try {
      for (const parts of JSON.parse(this.shelf.get(`${this.learner}:interactions`) || '[]')) this.record(parts);
    } catch {
      this.shelf.set(`${this.learner}:interactions`, '');
    }
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
    this.save(report, true);
    if (!this.api || this.finished) return;
    this.finished = true;
    this.view.clearTimeout(this.timer);
    this.run(this.dialect.end, '');
  }

  /** Sends where the learner stands. */
  write() {
    this.view.clearTimeout(this.timer);
    this.timer = 0;
    const { report } = this;
    if (!report) return;
    this.onState('saving');
    if (report.suspendData.length <= this.suspendLimit) this.set('cmi.suspend_data', report.suspendData);
    this.writeOutcome(report);
    this.commit();
  }

  commit() {
    if (this.run('Commit', '')) {
      this.retryDelay = RETRY_FIRST;
      this.uncommitted = [];
      this.shelf.set(this.learner, '');
      this.shelf.set(`${this.learner}:interactions`, '');
      this.onState('saved');
      return;
    }
    if (this.report) this.shelf.set(this.learner, this.report.suspendData);
    if (this.uncommitted.length > 0) this.shelf.set(`${this.learner}:interactions`, JSON.stringify(this.uncommitted));
    this.onState('not_saved');
    this.timer = this.view.setTimeout(() => this.write(), this.retryDelay);
    this.retryDelay = Math.min(this.retryDelay * 2, RETRY_LAST);
  }

  /** Whether a completed chapter may be said to be: where it can still be passed, the next entry would be a review. @param {Outcome} outcome */
  isFinal({ success }) {
    return this.page.passMark === null || success !== null || this.page.completion.quiz === 'ignored';
  }

  /** The score in percent, if it is one to write: never lower than the one before, unless the last take counts. @param {ProgressReport} report */
  newScore({ outcome }) {
    const score = Math.round(outcome.score * 10000) / 100;
    const isNew = this.page.score === 'last' ? score !== this.score : score > this.score;
    return (this.page.questions.length > 0 || outcome.complete) && isNew ? score : null;
  }

  /** @param {string} element @returns {string} */
  get(element) {
    const value = this.call('GetValue', element);
    return value === null || value === undefined ? '' : String(value);
  }

  /** @param {string} element @param {string} value @returns {boolean} */
  set(element, value) {
    return this.run('SetValue', element, value);
  }

  /** Whether a function of the API did what it was asked. @param {string} name @param {string[]} given */
  run(name, ...given) {
    return String(this.call(name, ...given)) === 'true';
  }

  /** An LMS's script may fail: the chapter goes on. @param {string} name @param {string[]} given */
  call(name, ...given) {
    try {
      return this.api ? this.api[this.dialect.prefix + name](...given) : null;
    } catch {
      return null;
    }
  }
}
