// What xAPI and cmi5 share: statements and a state document, sent to the LRS that a launch names.

/**
 * @typedef {object} Launch
 * @property {string} endpoint ends with a slash
 * @property {string} auth the Authorization header
 * @property {Record<string, any>} actor
 * @property {string} registration
 * @property {string} activity
 * @property {string} [fetchUrl] where the credential is to be had, once (cmi5)
 * @property {Record<string, any>} [template] what every statement's context holds (cmi5)
 *
 * @typedef {Record<string, any> & { id: string }} Statement
 *
 * @typedef {'initialized' | 'experienced' | 'progressed' | 'answered' | 'completed' | 'passed' | 'failed' | 'scored' | 'terminated'} Verb
 */

const XAPI_VERSION = '1.0.3';
const XAPI_STATE = 'suspendData';
const XAPI_BATCH = 20;
/** Browsers refuse a request that outlives its page beyond 64 kB, all of them together. */
const XAPI_KEEPALIVE_LIMIT = 60000;
/** Milliseconds that the last requests have before the page is left. */
const LEAVE_PATIENCE = 3000;
/** Characters of the state: half of what outlives the page, so that the statements fit beside it. */
const XAPI_STATE_LIMIT = XAPI_KEEPALIVE_LIMIT / 2;
const XAPI_VERBS = 'http://adlnet.gov/expapi/verbs/';
const XAPI_ACTIVITY_TYPES = 'http://adlnet.gov/expapi/activities/';
const XAPI_PROGRESS = 'https://w3id.org/xapi/cmi5/result/extensions/progress';

/** @returns {string} a version 4 UUID; a page served by plain http has no `crypto.randomUUID` */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A score as statements write it. @param {number} share 0 to 1 */
function scoreOf(share) {
  const scaled = Math.round(share * 10000) / 10000;
  return { scaled, raw: Math.round(scaled * 10000) / 100, min: 0, max: 100 };
}

/**
 * A context with what both hold: activities of one kind and extensions together, of the rest the second's.
 * @param {Record<string, any>} one
 * @param {Record<string, any>} other
 * @returns {Record<string, any>}
 */
function mergeContexts(one, other) {
  const merged = { ...one, ...other };
  if (one.extensions && other.extensions) merged.extensions = { ...one.extensions, ...other.extensions };
  const activities = { ...one.contextActivities };
  for (const [kind, list] of Object.entries(other.contextActivities || {})) activities[kind] = [activities[kind] || [], list].flat();
  if (Object.keys(activities).length > 0) merged.contextActivities = activities;
  return merged;
}

/**
 * The launch of this window. Credentials do not stay in the address, where they could be read, copied or logged: a reload
 * finds them in the window's own storage.
 * @param {Window} view
 * @param {Shelf} session
 * @param {(query: string) => Launch | null} read
 * @returns {Launch | null}
 */
function launchOnce(view, session, read) {
  const query = view.location.search;
  const launch = read(query);
  if (!launch) return read(session.get('launch'));
  session.set('launch', query);
  const lesson = new URLSearchParams(query).get('lesson');
  const kept = lesson ? `?${new URLSearchParams({ lesson })}` : '';
  if (session.get('launch') === query) view.history.replaceState(null, '', view.location.pathname + kept + view.location.hash);
  return launch;
}

/** A tracker that speaks to an LRS: how it is launched, the subclasses say. @implements {Tracker} */
class LrsTracker {
  /** @param {PageData} page @param {Window} view @param {string} name */
  constructor(page, view, name) {
    this.page = page;
    this.view = view;
    /** @type {(state: SaveState) => void} */
    this.onState = () => {};
    this.suspendLimit = XAPI_STATE_LIMIT;
    /** @type {Launch | null} */
    this.launch = null;
    /** What a reload of this window finds again. */
    this.session = new Shelf(() => view.sessionStorage, `cartable:${page.activity}:`);
    this.shelf = new Shelf(() => view.localStorage, `cartable:${page.course}.${page.chapter}:${name}:`);
    /** What the LRS has not accepted yet, oldest first. @type {Statement[]} */
    this.queue = [];
    /** The state to send, or null when the LRS has it. @type {string | null} */
    this.state = null;
    /** What the suspend data amounts to, for those who cannot read it. @type {Outcome | null} */
    this.standing = null;
    this.etag = '';
    this.stateKnown = false;
    this.sending = false;
    this.timer = 0;
    this.retryDelay = RETRY_FIRST;
    this.finished = false;
    /** @type {Promise<unknown>} */
    this.sent = Promise.resolve();
    this.name = '';
    /** Where to go when the learner leaves, if the launch says so. */
    this.returnUrl = '';
  }

  /** @returns {Promise<Entry>} */
  async start() {
    return this.withoutLms();
  }

  /** @param {SaveState} state */
  tell(state) {
    this.onState(state);
  }

  /** The page was not launched: what is done stays on this device. @returns {Entry} */
  withoutLms() {
    this.launch = null;
    this.tell('no_lms');
    return { suspendData: this.shelf.get('') };
  }

  /** Begins with what an earlier session left, here or in the LRS. @param {Launch} launch @returns {Promise<string>} */
  async resume(launch) {
    this.launch = launch;
    const { actor, registration } = launch;
    this.name = `${JSON.stringify(actor.account || actor.mbox || actor.openid || actor.mbox_sha1sum || '')}:${registration}`;
    try {
      this.queue = JSON.parse(this.shelf.get(`${this.name}:statements`) || '[]');
    } catch {
      this.queue = [];
    }
    const kept = await this.fetchState();
    const unsent = this.shelf.get(`${this.name}:state`);
    return unsent ? fresher(kept, unsent) : kept;
  }

  /** @param {LessonData} lesson @param {ProgressReport} report */
  seen(lesson, report) {
    this.push('experienced', {
      object: this.activity(lesson.activity, 'lesson', lesson.title),
      context: { contextActivities: { parent: [{ id: this.page.activity }], grouping: [{ id: this.page.courseActivity }] } },
    });
    this.push('progressed', { result: { extensions: { [XAPI_PROGRESS]: Math.round(report.share * 100) } } });
    this.send();
  }

  /** @param {Interaction} interaction */
  answered({ question, given, right, seconds, prompt, choiceTexts, pairTexts }) {
    const kind = kindOf(question);
    const lesson = this.page.lessons.find(({ id }) => id === question.lesson);
    const object = this.activity(question.activity, 'cmi.interaction', '');
    /** @param {string[]} texts */
    const list = (texts) => question.choices.map((id, index) => ({ id, description: { [this.page.language]: texts[index] } }));
    object.definition = {
      type: object.definition.type,
      description: { [this.page.language]: prompt },
      interactionType: kind.standardType,
      correctResponsesPattern: kind.patterns(question, false),
    };
    const { definition } = object;
    if (!isScored(question)) delete definition.correctResponsesPattern;
    kind.components.forEach((name, place) => (definition[name] = list([choiceTexts, pairTexts][place])));
    const parent = [{ id: lesson ? lesson.activity : this.page.activity }];
    this.push('answered', {
      object,
      result: { response: kind.asResponse(given, false), ...(isScored(question) && { success: right }), duration: isoDuration(seconds) },
      context: { contextActivities: { parent, grouping: [{ id: this.page.activity }, { id: this.page.courseActivity }] } },
    });
    this.send();
  }

  /** @param {Outcome} outcome @param {Achievement} event @param {ProgressReport} report */
  achieved(outcome, event, report) {
    /** @type {Record<string, any>} */
    const result = { duration: isoDuration(report.totalSeconds) };
    if (event === 'completed') result.completion = true;
    else if (event !== 'scored') result.success = event === 'passed';
    if (this.page.questions.length > 0) result.score = scoreOf(outcome.score);
    this.push(event, { result });
    this.send();
  }

  /** @param {ProgressReport} report @param {boolean} milestone */
  save(report, milestone) {
    if (!this.launch) {
      this.shelf.set('', report.suspendData);
      return;
    }
    this.state = report.suspendData;
    this.standing = report.outcome;
    this.shelf.set(`${this.name}:state`, report.suspendData);
    if (milestone) this.send();
    else if (!this.timer) this.timer = this.view.setTimeout(() => this.send(), SAVE_DELAY);
  }

  /** @param {ProgressReport} report */
  hide(report) {
    this.save(report, true);
  }

  /** @param {ProgressReport} report */
  finish(report) {
    if (this.finished) return;
    this.finished = true;
    this.save(report, false);
    this.view.clearTimeout(this.timer);
    if (!this.launch) return;
    this.push('terminated', { result: { duration: isoDuration(report.seconds) } });
    this.sendLast();
  }

  /** Ends the session and leaves, once the LRS has all of it or does not answer. @param {ProgressReport} report */
  async leave(report) {
    this.finish(report);
    await Promise.race([this.sent, new Promise((done) => this.view.setTimeout(done, LEAVE_PATIENCE))]);
    this.view.location.assign(this.returnUrl);
  }

  /** @param {string} id @param {string} type @param {string} name @returns {Record<string, any>} */
  activity(id, type, name) {
    return {
      objectType: 'Activity',
      id,
      definition: { type: XAPI_ACTIVITY_TYPES + type, ...(name && { name: { [this.page.language]: name } }) },
    };
  }

  /** Adds a statement about the chapter, unless `parts` names another object. @param {Verb} verb @param {Record<string, any>} parts */
  push(verb, parts) {
    if (!this.launch) return;
    const { actor, registration, activity, template } = this.launch;
    const { context, ...rest } = parts;
    this.queue.push({
      // Made once: however often the statement is sent, the LRS keeps it once.
      id: uuid(),
      actor,
      verb: { id: XAPI_VERBS + verb, display: { en: verb } },
      object: this.activity(activity, 'module', this.page.title),
      context: mergeContexts(template || {}, {
        ...(registration && { registration }),
        language: this.page.language,
        contextActivities: { grouping: [{ id: this.page.courseActivity }] },
        ...context,
      }),
      timestamp: new Date().toISOString(),
      ...rest,
    });
    this.keepQueue();
  }

  /** Takes statements out of what is waiting. @param {(statement: Statement) => boolean} which */
  take(which) {
    const taken = this.queue.filter(which);
    this.queue = this.queue.filter((statement) => !taken.includes(statement));
    return taken;
  }

  keepQueue() {
    this.shelf.set(`${this.name}:statements`, this.queue.length > 0 ? JSON.stringify(this.queue) : '');
  }

  /** Sends what is waiting, in order, one request at a time. */
  async send() {
    this.view.clearTimeout(this.timer);
    this.timer = 0;
    if (this.sending || !this.launch || this.finished) return;
    this.sending = true;
    this.tell('saving');
    let kept = true;
    let size = XAPI_BATCH;
    while (kept && this.queue.length > 0) {
      const batch = this.queue.slice(0, size);
      const status = await this.post(batch, false);
      // 409: the LRS has the statement already, under another meaning; trying again changes nothing. 400: it refuses
      // one of them, which one shows when each is sent alone.
      const refused = status === 400 || status === 409 || status === 413;
      if (refused && batch.length > 1) size = 1;
      else if (refused || (status >= 200 && status < 300)) {
        this.queue.splice(0, batch.length);
        this.keepQueue();
      } else kept = false;
    }
    if (kept && this.state !== null) kept = await this.putState();
    this.sending = false;
    if (kept) {
      this.retryDelay = RETRY_FIRST;
      if (this.queue.length > 0 || this.state !== null) this.send();
      else {
        this.tell('saved');
        this.settled();
      }
      return;
    }
    this.tell('not_saved');
    this.timer = this.view.setTimeout(() => this.send(), this.retryDelay);
    this.retryDelay = Math.min(this.retryDelay * 2, RETRY_LAST);
  }

  /** The LRS has everything. */
  async settled() {}

  /** Sends what is waiting in requests that outlive the page. What does not fit is sent at the next visit. */
  sendLast() {
    const state = this.state === null ? null : this.putState(true);
    let batch = this.queue;
    while (batch.length > 0 && JSON.stringify(batch).length > XAPI_KEEPALIVE_LIMIT - (this.state || '').length) batch = batch.slice(0, -1);
    this.sent = Promise.all([state, batch.length > 0 && this.post(batch, true)]);
  }

  /** @param {Statement[]} statements @param {boolean} keepalive @returns {Promise<number>} the status, 0 when nothing came back */
  async post(statements, keepalive) {
    const body = JSON.stringify(statements);
    const response = await this.request('statements', { method: 'POST', body, keepalive, headers: { 'Content-Type': 'application/json' } });
    if (response && response.ok && keepalive) {
      this.queue = this.queue.filter((statement) => !statements.includes(statement));
      this.keepQueue();
    }
    return response ? response.status : 0;
  }

  /** @returns {Promise<string>} the suspend data that the LRS has, or '' */
  async fetchState() {
    const response = await this.request(this.statePath());
    if (!response || (!response.ok && response.status !== 404)) return '';
    this.stateKnown = true;
    if (response.status === 404) return '';
    this.etag = response.headers.get('ETag') || '';
    try {
      const document = await response.json();
      return typeof document.suspendData === 'string' ? document.suspendData : '';
    } catch {
      return '';
    }
  }

  /** @param {boolean} [keepalive] @returns {Promise<boolean>} whether the LRS has the state now */
  async putState(keepalive = false) {
    const sent = this.state;
    if (sent === null) return true;
    /** @type {Record<string, string>} */
    const headers = { 'Content-Type': 'application/json' };
    if (this.etag) headers['If-Match'] = this.etag;
    else if (this.stateKnown) headers['If-None-Match'] = '*';
    const body = JSON.stringify({ suspendData: sent, ...this.standing });
    const response = await this.request(this.statePath(), { method: 'PUT', body, keepalive, headers });
    if (response && (response.status === 412 || response.status === 409)) {
      // Another window wrote since: what has taken the longer time wins.
      const other = await this.fetchState();
      if (other && fresher(sent, other) === other) {
        if (this.state === sent) this.state = null;
        return true;
      }
      return false;
    }
    if (!response || !response.ok) return false;
    this.stateKnown = false;
    this.etag = response.headers.get('ETag') || '';
    if (!this.etag && !keepalive) await this.fetchState();
    if (this.state === sent) {
      this.state = null;
      this.shelf.set(`${this.name}:state`, '');
    }
    return true;
  }

  /** A JSON document of the LRS. @param {string} path @returns {Promise<Record<string, any> | null>} */
  async document(path) {
    const response = await this.request(path);
    try {
      return response && response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  /** Where a state document of an activity is: this chapter's, unless another is named. @param {string} [of] @param {string} [stateId] */
  statePath(of, stateId = XAPI_STATE) {
    const { activity, actor, registration } = /** @type {Launch} */ (this.launch);
    const query = new URLSearchParams({ activityId: of || activity, agent: JSON.stringify(actor), stateId });
    if (registration) query.set('registration', registration);
    return `activities/state?${query}`;
  }

  /** The headers of every request, and these. @param {Record<string, string>} [more] @returns {Record<string, string>} */
  headers(more) {
    return { Authorization: /** @type {Launch} */ (this.launch).auth, 'X-Experience-API-Version': XAPI_VERSION, ...more };
  }

  /** @param {string} path @param {RequestInit} [options] @returns {Promise<Response | null>} null when nothing came back */
  async request(path, options = {}) {
    const { endpoint } = /** @type {Launch} */ (this.launch);
    try {
      const headers = this.headers(/** @type {Record<string, string>} */ (options.headers));
      return await fetch(endpoint + path, { ...options, cache: 'no-store', credentials: 'omit', headers });
    } catch {
      return null;
    }
  }
}
