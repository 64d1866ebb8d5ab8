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

class XapiTracker extends LrsTracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    super(page, view, 'xapi');
  }

  /** @returns {Promise<Entry>} */
  async start() {
    const launch = launchOnce(this.view, this.session, (query) => readLaunch(query, this.page.activity));
    if (!launch) return this.withoutLms();
    const suspendData = await this.resume(launch);
    this.push('initialized', {});
    this.send();
    return { suspendData };
  }
}
