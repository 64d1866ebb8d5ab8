// The web, without an LMS: progress stays in this browser.

/** @implements {Tracker} */
class WebTracker {
  /** @param {PageData} page @param {Window} view */
  constructor(page, view) {
    /** @type {(state: SaveState) => void} */
    this.onState = () => {};
    this.suspendLimit = 60000;
    this.hasCoursePage = true;
    this.shelf = new Shelf(() => view.localStorage, `cartable:${page.course}.${page.chapter}:web:`);
  }

  /** @returns {Promise<Entry>} */
  async start() {
    return { suspendData: this.shelf.get('') };
  }

  /** What an earlier session left, without beginning another. @returns {Promise<string>} */
  async peek() {
    return this.shelf.get('');
  }

  seen() {}

  answered() {}

  achieved() {}

  /** @param {ProgressReport} report */
  save(report) {
    this.shelf.set('', report.suspendData);
    this.onState(this.shelf.get('') === report.suspendData ? 'saved' : 'not_saved');
  }

  /** @param {ProgressReport} report */
  hide(report) {
    this.save(report);
  }

  /** @param {ProgressReport} report */
  finish(report) {
    this.save(report);
  }
}
