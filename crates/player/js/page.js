// The page: one view at a time (opening, lessons, lexicon, resources, end), and what it tells the tracker.

class Page {
  /** @param {PageData} data @param {Tracker} tracker @param {Progress} progress @param {string} name the learner's, or '' */
  constructor(data, tracker, progress, name) {
    this.data = data;
    this.words = data.words;
    this.tracker = tracker;
    this.progress = progress;
    this.started = performance.now();
    this.ending = new Ending(data, progress, name);
    /** @type {QuestionForm[]} */
    this.forms = [];
    /** @type {HTMLElement[]} */
    this.views = all('[data-view]');
    this.contents = find('#contents');
    this.contentsButton = find('.contents-button');
  }

  /** Shows the chapter as the learner left it. */
  open() {
    new TermDefinitions(document);
    for (const start of STARTERS) start();
    offerPrint();
    filterLexicon(this.words);
    this.openDialogs();
    this.ask((question) => find(`form[data-question="${question.id}"]`));
    for (const next of all('[data-next]')) {
      listen(next, 'click', () => {
        const lesson = this.lessonOf(next.closest('[data-lesson]'));
        if (lesson) this.seen(lesson);
      });
    }
    listen(this.contentsButton, 'click', () => {
      this.toggleContents();
      if (this.contents.classList.contains('is-open')) find('a[aria-current], a', this.contents).focus();
    });
    // As a drawer it covers the page: it closes when the learner leaves it.
    listen(this.contents, 'focusout', ({ relatedTarget }) => {
      if (relatedTarget && relatedTarget !== this.contentsButton && !this.contents.contains(/** @type {Node} */ (relatedTarget))) this.toggleContents(false);
    });
    listen(document, 'click', ({ target }) => {
      if (!around(target, '.contents, .contents-button')) this.toggleContents(false);
    });
    listen(document, 'keydown', ({ key }) => {
      if (key !== 'Escape' || !this.contents.classList.contains('is-open')) return;
      this.toggleContents(false);
      this.contentsButton.focus();
    });
    // Also for the lesson that is on the screen already, which changes no address.
    listen(this.contents, 'click', ({ target }) => {
      if (around(target, 'a')) this.toggleContents(false);
    });
    listen(window, 'hashchange', () => this.show(true));
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.tracker.hide(this.report());
    });
    listen(window, 'pagehide', () => this.tracker.finish(this.report()));
    // A page that comes back from the browser's cache has ended its session: it begins another.
    listen(window, 'pageshow', (event) => event.persisted && location.reload());

    if (this.data.muted) for (const media of all('audio, video')) /** @type {HTMLMediaElement} */ (media).muted = true;
    const leave = find('[data-leave]');
    if (this.tracker.returnUrl) {
      leave.hidden = false;
      listen(leave, 'click', () => this.tracker.leave && this.tracker.leave(this.report()));
    }

    for (const link of all('[data-course-page]')) link.hidden = !this.tracker.hasCoursePage;
    listen(find('[data-retake]'), 'click', () => this.retake());

    document.documentElement.classList.replace('starting', 'scripted');
    this.watchEnds();
    this.watchTime();
    if (this.progress.damaged) this.notice(this.words.damaged);
    if (!location.hash && this.progress.lesson) history.replaceState(null, '', `#lesson-${this.progress.lesson.id}`);
    this.show(false);
  }

  /** Prepares the questions of a take: in its order, numbered, those that were not drawn hidden. @param {(question: QuestionData) => Element | null} formOf */
  ask(formOf) {
    const { progress, data } = this;
    this.forms = [];
    for (const question of data.questions) {
      const form = formOf(question);
      if (!(form instanceof HTMLFormElement)) continue;
      form.hidden = !progress.questions.includes(question);
      this.forms.push(new QuestionForm(form, question, progress, this.words, (interaction) => this.answered(interaction)));
    }
    for (const group of all('.questions')) {
      const inside = this.forms.filter(({ form }) => group.contains(form));
      const order = data.shuffledQuestions ? shuffle(inside, progress.seed, ({ question }) => question.key) : inside;
      for (const { form } of order) group.append(form);
    }
    const numbers = all('form:not([hidden]) [data-number]');
    numbers.forEach((number, place) => (number.textContent = String(place + 1)));
  }

  /** The search and the settings, each in a window over the page. */
  openDialogs() {
    /** @param {string} id */
    const dialogOf = (id) => /** @type {HTMLDialogElement} */ (find(`#${id}`));
    const search = dialogOf('search');
    new Search(search, this.words, (element) => {
      search.close();
      this.go(element);
    });
    offerLook(dialogOf('look'));
    for (const button of all('[data-open]')) {
      listen(button, 'click', () => dialogOf(button.dataset.open || '').showModal());
    }
    for (const button of all('[data-close]')) {
      listen(button, 'click', () => /** @type {HTMLDialogElement} */ (button.closest('dialog')).close());
    }
    listen(document, 'keydown', (event) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!search.open) search.showModal();
    });
  }

  /** Shows an element of the page, wherever it is. @param {HTMLElement} element */
  go(element) {
    const view = /** @type {HTMLElement} */ (element.closest('[data-view]'));
    history.pushState(null, '', `#${view.id}`);
    this.show(false);
    if (view.hidden) return;
    reveal(element);
    for (const found of all('.found')) found.classList.remove('found');
    element.classList.add('found');
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: 'center' });
  }

  /** Begins the quiz anew, at its first question. */
  retake() {
    const { progress } = this;
    if (!progress.mayRetake()) return;
    progress.retake();
    const blanks = new Map(this.forms.map(({ form, blank, question }) => {
      form.replaceWith(blank);
      return [question, blank];
    }));
    this.ask((question) => blanks.get(question) || null);
    this.milestone();
    const first = find('form.question:not([hidden])');
    if (first) location.hash = first.id;
  }

  /** @returns {number} seconds since the page was opened */
  seconds() {
    return (performance.now() - this.started) / 1000;
  }

  /** @returns {ProgressReport} */
  report() {
    const { progress } = this;
    const seconds = this.seconds();
    return {
      suspendData: progress.suspend(seconds, this.tracker.suspendLimit),
      lesson: progress.lesson,
      share: progress.share(),
      outcome: progress.outcome(seconds),
      seconds,
      totalSeconds: progress.earlierSeconds + seconds,
    };
  }

  /** @param {Element | null | undefined} view @returns {LessonData | undefined} */
  lessonOf(view) {
    const id = view instanceof HTMLElement ? view.dataset.lesson : undefined;
    return this.data.lessons.find((lesson) => lesson.id === id);
  }

  /** Shows the view that the address names. @param {boolean} focus whether the learner asked for it */
  show(focus) {
    const target = document.getElementById(location.hash.slice(1));
    const view = /** @type {HTMLElement | undefined} */ (target && target.closest('[data-view]')) || this.views[0];
    if (view.id === 'certificate' && !this.progress.outcome(this.seconds()).complete) {
      location.replace('#end');
      return;
    }
    const place = view.id === 'end' ? this.data.lessons.length : this.data.lessons.findIndex(({ id: lesson }) => lesson === view.dataset.lesson);
    if (place >= this.progress.locked()) {
      location.replace(`#lesson-${this.data.lessons[this.progress.locked() - 1].id}`);
      return;
    }
    for (const other of this.views) other.hidden = other !== view;
    document.body.dataset.current = view.dataset.view;
    document.body.classList.toggle('running', view.id !== 'opening');
    if (target) reveal(target);
    this.toggleContents(false);

    const lesson = this.lessonOf(view);
    if (lesson) {
      this.progress.lesson = lesson;
      for (const form of this.forms) if (view.contains(form.form)) form.shown();
      this.tracker.save(this.report(), false);
    }
    if (view.id === 'end' || view.id === 'certificate') this.ending.show(this.seconds());
    this.refresh();
    if (focus) {
      const inside = target && target !== view && view.contains(target) ? target : null;
      const heading = inside ? find('summary', inside) || inside : find('h2', view) || find('h1');
      if (!inside) window.scrollTo(0, 0);
      if (heading instanceof HTMLElement) heading.focus({ preventScroll: !inside });
    }
  }

  /** Where a time is asked for, it may be what was missing. */
  watchTime() {
    const missing = this.data.completion.seconds - this.progress.earlierSeconds;
    if (missing > 0) setTimeout(() => this.milestone(), missing * 1000);
  }

  /** A lesson without more to do is seen once its end has been on the screen for a moment. */
  watchEnds() {
    const pause = 1500;
    const timers = new Map();
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        const lesson = this.lessonOf(target.closest('[data-lesson]'));
        if (isIntersecting && lesson) timers.set(target, setTimeout(() => this.seen(lesson), pause));
      }
    });
    for (const pager of all('.pager')) observer.observe(pager);
  }

  /** @param {LessonData} lesson */
  seen(lesson) {
    if (!this.progress.see(lesson)) return;
    this.tracker.seen(lesson, this.report());
    this.milestone();
  }

  /** @param {Interaction} interaction */
  answered(interaction) {
    const { progress } = this;
    this.tracker.answered(interaction);
    this.milestone();
    if (progress.takes > 0 && progress.isOver()) this.tracker.achieved(progress.outcome(this.seconds()), 'scored', this.report());
    if (this.data.feedbackAtEnd && progress.tells()) for (const form of this.forms) form.restore();
  }

  /** Tells the tracker what has been achieved by now, each thing once, then saves. */
  milestone() {
    const { progress, tracker } = this;
    const outcome = progress.outcome(this.seconds());
    /** @param {number} flag @param {number} opposite @param {Achievement} event */
    const once = (flag, opposite, event) => {
      if (progress.flags & flag) return;
      progress.flags = (progress.flags & ~opposite) | flag;
      tracker.achieved(outcome, event, this.report());
    };
    if (outcome.complete) once(COMPLETED, 0, 'completed');
    if (outcome.success === true) once(PASSED, FAILED, 'passed');
    if (outcome.success === false) once(FAILED, PASSED, 'failed');
    tracker.save(this.report(), true);
    this.refresh();
  }

  /** Brings the lists, the bar and the start button up to date. */
  refresh() {
    const { progress, words } = this;
    for (const entry of all('[data-entry]')) {
      const lesson = this.data.lessons.find(({ id }) => id === entry.dataset.entry);
      const state = find('[data-state]', entry);
      if (!lesson || !state) continue;
      const seen = progress.seen.has(lesson.key);
      const locked = this.data.lessons.indexOf(lesson) >= progress.locked();
      entry.classList.toggle('is-seen', seen);
      entry.classList.toggle('is-current', !seen && progress.lesson === lesson);
      state.textContent = seen ? words.lesson_read : progress.lesson === lesson ? words.current : locked ? words.locked : '';
      for (const link of all('a', entry)) {
        if (locked) link.setAttribute('aria-disabled', 'true');
        else link.removeAttribute('aria-disabled');
      }
    }
    for (const link of /** @type {HTMLAnchorElement[]} */ (all('a', this.contents))) {
      if (link.hash === `#${document.body.dataset.current}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    const percent = Math.floor(progress.share() * 100);
    const bar = find('[data-progress]');
    const text = fill(words.done, { percent });
    bar.setAttribute('aria-valuenow', String(percent));
    bar.setAttribute('aria-valuetext', text);
    find('[data-progress-text]').textContent = percent > 0 ? text : '';
    find('span', bar).style.width = `${percent}%`;
    const { lesson } = progress;
    if (lesson) {
      /** @type {HTMLAnchorElement} */
      const start = find('[data-start]');
      const { complete } = progress.outcome(this.seconds());
      start.textContent = complete ? words.review : fill(words.resume, { number: this.data.lessons.indexOf(lesson) + 1 });
      start.hash = complete ? `lesson-${this.data.lessons[0].id}` : `lesson-${lesson.id}`;
    }
  }

  /** @param {boolean} [open] */
  toggleContents(open = this.contentsButton.getAttribute('aria-expanded') !== 'true') {
    this.contentsButton.setAttribute('aria-expanded', String(open));
    this.contents.classList.toggle('is-open', open);
  }

  /** @param {string} text */
  notice(text) {
    const notice = find('[data-notice]');
    notice.textContent = text;
    notice.hidden = false;
  }
}

/** What the LMS launched: the chapter, unless `unit.js` sees that it is a lesson alone. */
const LAUNCHED = {
  /** What the page is about then. @param {PageData} page @param {string} _query @returns {PageData} */
  of: (page, _query) => page,
  /** Shows it alone. @param {string} _unit @param {Record<string, string>} _words */
  show(_unit, _words) {},
};

/** Shows the interface in the language that the learner prefers, if that is another one that it speaks. @param {PageData} data @param {string} languages */
async function speak(data, languages) {
  const primary = (/** @type {string} */ tag) => tag.trim().split('-')[0].toLowerCase();
  const language = languages.split(',').map(primary).find((tag) => tag === primary(data.language) || data.languages.includes(tag));
  if (!language || language === primary(data.language)) return;
  try {
    const words = await (await fetch(`words-${language}.json`)).json();
    for (const element of all('[data-word], [data-word-label]')) {
      const { word, wordLabel } = element.dataset;
      element.lang = language;
      if (word) element.textContent = words[word];
      if (wordLabel) element.setAttribute('aria-label', words[wordLabel]);
    }
    for (const said of all('[data-said]')) said.setAttribute('lang', language);
    data.words = words.script;
  } catch {
    // The course's own language is there already.
  }
}

/** @param {new (page: PageData, view: Window) => Tracker} Standard */
async function startPage(Standard) {
  /** @type {PageData} */
  const whole = JSON.parse(find('#page-data').textContent || '');
  const data = LAUNCHED.of(whole, location.search);
  const tracker = new Standard(data, window);
  const state = find('[data-save-state]');
  tracker.onState = (name) => {
    if (state.dataset.saved === name) return;
    state.dataset.saved = name;
    state.textContent = data.words[name];
  };
  const { suspendData, languages, name } = await tracker.start();
  await speak(data, languages || '');
  if (state.dataset.saved) state.textContent = data.words[state.dataset.saved];
  if (data.unit) LAUNCHED.show(data.unit, data.words);
  new Page(data, tracker, new Progress(data, suspendData), name || '').open();
}

// Until it has started, the page keeps the room of its opening, and shows nothing that may still change.
document.documentElement.classList.add('js', 'starting');
