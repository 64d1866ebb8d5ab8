// cmi5: an assignable unit (AU), launched by an LMS.

const CMI5_CONTEXT = 'https://w3id.org/xapi/cmi5/context/';
const CMI5_CATEGORY = `${CMI5_CONTEXT}categories/cmi5`;
const CMI5_MOVE_ON = `${CMI5_CONTEXT}categories/moveon`;
const CMI5_MASTERY = `${CMI5_CONTEXT}extensions/masteryscore`;
const CMI5_SESSION = `${CMI5_CONTEXT}extensions/sessionid`;
/** The statements that cmi5 defines, and the categories each must have (9.6.2). @type {Record<string, string[]>} */
const CMI5_DEFINED = {
  initialized: [CMI5_CATEGORY],
  completed: [CMI5_CATEGORY, CMI5_MOVE_ON],
  passed: [CMI5_CATEGORY, CMI5_MOVE_ON],
  failed: [CMI5_CATEGORY, CMI5_MOVE_ON],
  terminated: [CMI5_CATEGORY],
};

/** Milliseconds that the worker has to answer. */
const FAREWELL_PATIENCE = 1000;

/** The launch in an address (8.1); the credential is still to be fetched. @param {string} query @returns {Launch | null} */
function readCmi5Launch(query) {
  const parameters = new URLSearchParams(query);
  const [endpoint, fetchUrl, actor, registration, activity] = ['endpoint', 'fetch', 'actor', 'registration', 'activityId'].map((name) => parameters.get(name) || '');
  if (!endpoint || !fetchUrl || !actor || !registration || !activity) return null;
  try {
    return { endpoint: endpoint.replace(/\/*$/, '/'), auth: '', fetchUrl, actor: JSON.parse(actor), registration, activity };
  } catch {
    return null;
  }
}

class Cmi5Tracker extends LrsTracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    super(page, view, 'cmi5');
    // `failed` never follows `passed` in a registration (9.3).
    page.revocable = false;
    /** What the LMS says of this launch (10.2). @type {Record<string, any>} */
    this.launchData = {};
    /** What says goodbye when this page is gone for good. @type {ServiceWorker | null} */
    this.farewell = null;
    /** Whether the session had ended before this page came. */
    this.over = false;
  }

  /** @param {SaveState} state */
  tell(state) {
    super.tell(this.isNormal() || state === 'no_lms' || state === 'not_saved' ? state : 'read_only');
  }

  /** @returns {Promise<Entry>} */
  async start() {
    const launch = launchOnce(this.view, this.session, readCmi5Launch);
    if (!launch || !(await this.authorize(launch))) return this.withoutLms();
    const data = await this.document(this.statePath('', 'LMS.LaunchData'));
    if (!data) return this.withoutLms();
    this.launchData = data;
    launch.template = { ...data.contextTemplate, registration: launch.registration };
    if (typeof data.masteryScore === 'number') this.page.passMark = data.masteryScore;
    this.returnUrl = String(data.returnURL || '');
    const languages = await this.readPreferences(launch);
    const suspendData = await this.resume(launch);

    const session = this.sessionOf({ context: launch.template || {} });
    const earlier = this.take((statement) => this.sessionOf(statement) !== session);
    this.over = this.session.get('terminated') === session || (await this.greet(session));
    if (this.over) {
      // The session has ended, and another begins with another launch.
      this.finished = true;
      this.tell('read_only');
      return { suspendData, languages, name: launch.actor.name };
    }
    if (this.session.get('initialized') !== session) {
      this.push('initialized', {});
      this.session.set('initialized', session);
    }
    this.adopt(earlier, launch.template || {});
    this.send();
    return { suspendData, languages, name: launch.actor.name };
  }

  /** Nothing but initialized and terminated is said in Browse and Review (10.2.2). */
  isNormal() {
    return this.launchData.launchMode === 'Normal';
  }

  /** Fetches the credential: the address answers once, so a reload uses what was fetched (8.2). @param {Launch} launch */
  async authorize(launch) {
    const { fetchUrl = '' } = launch;
    let token = this.session.get(`token:${fetchUrl}`);
    if (!token) {
      try {
        const response = await fetch(fetchUrl, { method: 'POST', cache: 'no-store' });
        token = String((await response.json())['auth-token'] || '');
      } catch {
        token = '';
      }
      this.session.set(`token:${fetchUrl}`, token);
    }
    launch.auth = `Basic ${token}`;
    this.launch = launch;
    return token !== '';
  }

  /** The learner's preferences (11.0): most have none. Gives the languages. @param {Launch} launch */
  async readPreferences(launch) {
    const preferences = await this.document(`agents/profile?${new URLSearchParams({
      agent: JSON.stringify(launch.actor), profileId: 'cmi5LearnerPreferences',
    })}`);
    if (preferences && preferences.audioPreference === 'off') this.page.muted = true;
    return String((preferences && preferences.languagePreference) || '');
  }

  /** @param {Record<string, any>} statement */
  sessionOf({ context }) {
    return String((context.extensions || {})[CMI5_SESSION] || '');
  }

  /**
   * What an earlier session could not send is said in this one. Its id stays: if the LRS heard it after all, and only the
   * answer was lost, it refuses this one, and it is said once.
   * @param {Statement[]} statements
   * @param {Record<string, any>} template
   */
  adopt(statements, template) {
    const said = ['initialized', 'terminated'].map((verb) => XAPI_VERBS + verb);
    for (const statement of statements) {
      if (said.includes(statement.verb.id)) continue;
      const extensions = { ...statement.context.extensions, ...template.extensions };
      this.queue.push({ ...statement, timestamp: new Date().toISOString(), context: { ...statement.context, extensions } });
    }
    this.keepQueue();
  }

  /**
   * Finds the worker that says goodbye, and tells it that the page is here: after a reload the session goes on. Where there
   * is none (an LMS without https), the page says goodbye itself, and a reload ends the session.
   * @param {string} session
   * @returns {Promise<boolean>} whether it has said goodbye already
   */
  async greet(session) {
    try {
      const { serviceWorker } = this.view.navigator;
      await serviceWorker.register('farewell.js');
      const patience = new Promise((done) => this.view.setTimeout(() => done(null), FAREWELL_PATIENCE));
      const registration = await Promise.race([serviceWorker.ready, patience]);
      this.farewell = registration && registration.active;
      if (!this.farewell) return false;
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((done) => (port1.onmessage = ({ data }) => done(data === 'gone')));
      this.farewell.postMessage({ session }, [port2]);
      return /** @type {boolean} */ (await Promise.race([answer, patience])) || false;
    } catch {
      return false;
    }
  }

  /** @param {Verb} verb @param {Record<string, any>} parts */
  push(verb, parts) {
    const categories = CMI5_DEFINED[verb];
    if (!this.isNormal() && verb !== 'initialized' && verb !== 'terminated') return;
    if (!categories) return super.push(verb, parts);
    const category = categories.map((id) => ({ id }));
    super.push(verb, { ...parts, context: { contextActivities: { category, grouping: [{ id: this.page.courseActivity }] }, ...parts.context } });
  }

  /** @param {Outcome} outcome @param {Achievement} event @param {ProgressReport} report */
  achieved(outcome, event, report) {
    if (event === 'scored') return super.achieved(outcome, event, report);
    const duration = isoDuration(report.totalSeconds);
    if (event === 'completed') this.push(event, { result: { completion: true, duration } });
    else {
      const { masteryScore } = this.launchData;
      const extensions = typeof masteryScore === 'number' ? { [CMI5_MASTERY]: masteryScore } : {};
      const contextActivities = { category: CMI5_DEFINED[event].map((id) => ({ id })), grouping: [{ id: this.page.courseActivity }] };
      this.push(event, {
        result: { success: event === 'passed', score: scoreOf(outcome.score), duration },
        context: { contextActivities, extensions },
      });
    }
    this.send();
  }

  /** @param {ProgressReport} report @param {boolean} milestone */
  save(report, milestone) {
    if (!this.launch || (this.isNormal() && !this.over)) super.save(report, milestone);
  }

  /** Ends the session when the page goes away, unless it comes back. @param {ProgressReport} report */
  finish(report) {
    if (this.finished) return;
    if (!this.farewell || !this.launch) return this.terminate(report);
    this.save(report, false);
    const session = this.sessionOf({ context: this.launch.template || {} });
    this.push('terminated', { result: { duration: isoDuration(report.seconds) } });
    // Everything else is sent by the page itself, so that terminated comes last.
    const statements = this.take((statement) => statement.verb.id === `${XAPI_VERBS}terminated`);
    this.keepQueue();
    this.sendLast();
    this.finished = true;
    this.farewell.postMessage({ session, url: `${this.launch.endpoint}statements`, headers: this.headers({ 'Content-Type': 'application/json' }), body: JSON.stringify(statements) });
  }

  /** Ends the session at once. @param {ProgressReport} report */
  terminate(report) {
    if (this.launch) this.session.set('terminated', this.sessionOf({ context: this.launch.template || {} }));
    super.finish(report);
  }

  /** @param {ProgressReport} report */
  async leave(report) {
    this.farewell = null;
    await super.leave(report);
  }
}
