// xAPI as tincan.xml's launchers start it: endpoint, auth, actor, registration and activity_id in the address.

/** An actor as some launchers still write it, before xAPI 1.0: lists, and an account with other names. @param {any} actor */
function normalActor(actor) {
  /** @type {Record<string, any>} */
  const normal = {};
  for (const [name, value] of Object.entries(actor)) normal[name] = Array.isArray(value) && name !== 'member' ? value[0] : value;
  const { account } = normal;
  if (account && account.accountServiceHomePage) normal.account = { homePage: account.accountServiceHomePage, name: account.accountName };
  return normal;
}

/**
 * @param {string} query
 * @param {string} activity the activity id when the launch names none
 * @returns {Launch | null} null when the page was not launched
 */
function readLaunch(query, activity) {
  const parameters = new URLSearchParams(query);
  const endpoint = parameters.get('endpoint') || '';
  const actor = parameters.get('actor') || '';
  if (!endpoint || !actor) return null;
  try {
    return {
      endpoint: endpoint.replace(/\/*$/, '/'),
      auth: parameters.get('auth') || '',
      actor: normalActor(JSON.parse(actor)),
      registration: parameters.get('registration') || '',
      activity: parameters.get('activity_id') || activity,
    };
  } catch {
    return null;
  }
}

/** A UUID that a name makes: the same for the same name. @param {string} name */
function namedUuid(name) {
  let hex = '';
  for (let part = 1; part <= 4; part++) {
    let hash = part;
    for (const letter of name) hash = rank(hash, letter.charCodeAt(0));
    hex += hash.toString(16).padStart(8, '0');
  }
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-5$3-8$4-');
}

class XapiTracker extends LrsTracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    super(page, view, 'xapi');
    this.hasCoursePage = true;
    // The chapters of a whole course share the launch of its page.
    if (page.whole) this.session = new Shelf(() => view.sessionStorage, `cartable:${page.courseActivity}:`);
  }

  /** The launch, about this chapter. @returns {Launch | null} */
  launched() {
    const { page } = this;
    const launch = launchOnce(this.view, this.session, (query) => readLaunch(query, page.activity));
    return launch && page.whole ? { ...launch, activity: page.activity } : launch;
  }

  /** @returns {Promise<Entry>} */
  async start() {
    const launch = this.launched();
    if (!launch) return this.withoutLms();
    const suspendData = await this.resume(launch);
    this.push('initialized', {});
    this.send();
    return { suspendData, name: launch.actor.name };
  }

  /** What an earlier session left, without beginning another. @returns {Promise<string>} */
  async peek() {
    const launch = this.launched();
    return launch ? this.resume(launch) : this.shelf.get('');
  }

  /** The chapters of the package, if it holds the whole course. @returns {Promise<ChapterData[]>} */
  async chapters() {
    try {
      const { whole } = this.page;
      const html = whole ? await (await fetch(whole)).text() : '';
      const data = new DOMParser().parseFromString(html, 'text/html').getElementById('page-data');
      return data ? JSON.parse(data.textContent || '').chapters : [];
    } catch {
      return [];
    }
  }

  /** Says that a whole course is completed, once each of its chapters is. */
  async settled() {
    const { courseActivity, courseTitle } = this.page;
    const told = `${this.name}:course`;
    if (!this.standing || !this.standing.complete || this.shelf.get(told)) return;
    const chapters = await this.chapters();
    const others = chapters.filter(({ activity }) => activity !== this.page.activity);
    const results = [this.standing, ...(await Promise.all(others.map(({ activity }) => this.document(this.statePath(activity)))))];
    if (chapters.length === 0 || !results.every((result) => result && result.complete) || this.shelf.get(told)) return;
    this.shelf.set(told, 'told');
    const success = results.map((result) => result && result.success).filter((passed) => typeof passed === 'boolean');
    const share = results.reduce((sum, result) => sum + (result ? result.score : 0), 0) / results.length;
    this.push('completed', {
      // Whichever chapter comes last, in whichever window: an LRS keeps one statement of an id.
      id: namedUuid(`${courseActivity} ${this.name}`),
      object: this.activity(courseActivity, 'course', courseTitle),
      result: { completion: true, ...(success.length > 0 && { success: success.every(Boolean) }), score: scoreOf(share) },
      context: { contextActivities: { other: chapters.map(({ activity }) => ({ id: activity })) } },
    });
    this.send();
  }
}
