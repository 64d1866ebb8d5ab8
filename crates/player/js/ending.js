// The end of the chapter: what was reached, what is still to do or to review, and a certificate.

/** A list of figures with their names. @param {Element} list @param {[string, string][]} figures */
function putFigures(list, figures) {
  list.textContent = '';
  for (const [name, value] of figures) {
    const figure = add(list, 'div');
    add(figure, 'dt', name);
    add(figure, 'dd', value);
  }
}

/** A name as people say it, where an LMS writes « Martin, Zoé ». @param {string} name */
function spokenName(name) {
  const [last, first, ...rest] = name.split(',').map((part) => part.trim());
  return first && rest.length === 0 ? `${first} ${last}` : name.trim();
}

class Ending {
  /** @param {PageData} data @param {Progress} progress @param {string} name the learner's, as the LMS gives it, or '' */
  constructor(data, progress, name) {
    this.data = data;
    this.words = data.words;
    this.progress = progress;
    this.view = find('#end');
    this.title = this.part('[data-end-title]');
    this.complete = this.title.textContent;
    const shown = find('[data-certificate-name]');
    shown.textContent = spokenName(name);
    const input = /** @type {HTMLInputElement} */ (find('#certificate-name'));
    /** @type {HTMLElement} */ (input.parentElement).hidden = !!name;
    listen(input, 'input', () => (shown.textContent = input.value));
    listen(find('[data-save]'), 'click', () => this.save());
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    return find(selector, this.view);
  }

  /** @param {string} line @param {string} [hash] */
  say(line, hash) {
    const paragraph = add(this.part('[data-result]'), 'p');
    const into = hash ? add(paragraph, 'a') : paragraph;
    into.textContent = line;
    if (hash) into.setAttribute('href', hash);
  }

  /** @param {number} seconds spent in this session */
  show(seconds) {
    const { progress, words, data } = this;
    const outcome = progress.outcome(seconds);
    this.title.textContent = outcome.complete ? this.complete : words.not_finished;
    this.part('[data-end-text]').hidden = !outcome.complete;
    this.part('[data-certificate-offer]').hidden = !outcome.complete;
    this.part('[data-result]').textContent = '';
    const figures = this.figures(outcome, seconds);
    putFigures(this.part('[data-figures]'), figures);
    const date = new Date().toLocaleDateString(data.language, { dateStyle: 'long' });
    putFigures(find('[data-certificate-figures]'), [...figures, [words.date_label, date]]);
    this.offerRetake();
    if (outcome.complete) {
      if (outcome.success === true) this.say(words.passed);
      else if (data.passMark !== null) this.say(fill(words.failed, { percent: Math.round(data.passMark * 100) }));
      if (progress.takes > 0) this.sayUnanswered();
    } else this.sayMissing(outcome, seconds);
    this.sayReview();
  }

  /** @param {Outcome} outcome @param {number} seconds @returns {[string, string][]} */
  figures({ score }, seconds) {
    const { progress, words, data } = this;
    /** @param {number} count @param {number} total */
    const of = (count, total) => fill(words.of, { count, total });
    const scored = progress.questions.filter(isScored);
    const minutes = Math.max(1, Math.round((progress.earlierSeconds + seconds) / 60));
    /** @type {[string, string][]} */
    const figures = [[words.lessons_label, of(progress.seen.size, data.lessons.length)], [words.time_label, fill(words.time, { count: minutes })]];
    if (scored.length > 0 && progress.tells()) {
      const right = scored.filter(({ key }) => (progress.answers.get(key) || { right: false }).right);
      figures.unshift([words.result_label, `${Math.round(score * 100)} %`], [words.right_label, of(right.length, scored.length)]);
    }
    return figures;
  }

  sayUnanswered() {
    const { progress, words } = this;
    const unanswered = progress.questions.filter((question) => !progress.answers.has(question.key));
    const left = unanswered.length === 1 ? words.questions_left_one : words.questions_left_many;
    if (unanswered.length > 0) this.say(fill(left, { count: unanswered.length }), `#question-${unanswered[0].id}`);
  }

  /** What keeps the chapter from being finished. @param {Outcome} outcome @param {number} seconds */
  sayMissing({ score }, seconds) {
    const { progress, words, data } = this;
    const unseen = data.lessons.filter((lesson) => !progress.seen.has(lesson.key));
    const minutes = Math.ceil((data.completion.seconds - progress.earlierSeconds - seconds) / 60);
    if (minutes > 0) this.say(fill(words.minutes_left, { count: minutes }));
    if (data.completion.quiz === 'passed' && progress.isOver() && score < (data.passMark || 0)) this.say(fill(words.failed, { percent: Math.round((data.passMark || 0) * 100) }));
    if (unseen.length > 0) this.say(words.lessons_left);
    for (const lesson of unseen) this.say(lesson.title, `#lesson-${lesson.id}`);
    if (data.completion.quiz !== 'ignored') this.sayUnanswered();
  }

  /** The questions that were not answered rightly, each with a way to it. */
  sayReview() {
    const { progress, words } = this;
    const wrong = progress.questions.filter(({ key }) => {
      const answer = progress.answers.get(key);
      return answer && !answer.right;
    });
    if (wrong.length === 0 || !progress.tells()) return;
    this.say(words.review_questions);
    for (const { id } of wrong) this.say(plainText(find(`#question-${id}-prompt`)), `#question-${id}`);
  }

  /** Offers to take the quiz again, where the author allows it and there is something to gain. */
  offerRetake() {
    const { progress, words, data } = this;
    this.part('[data-retake-offer]').hidden = !progress.mayRetake();
    const count = data.retakes - progress.takes;
    const often = count === 1 ? words.retakes_one : fill(words.retakes_many, { count });
    this.part('[data-retake-text]').textContent = `${often} ${data.score === 'last' ? words.last_counts : words.best_counts}`;
  }

  /** Keeps the certificate as a file that any browser shows. */
  save() {
    const { outerHTML } = find('[data-certificate]');
    const style = 'font:1.2em serif;max-width:36em;margin:2em auto;text-align:center';
    const page = `<!DOCTYPE html><html lang="${this.data.language}"><meta charset="utf-8">${find('title').outerHTML}<body style="${style}">${outerHTML}`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([page], { type: 'text/html' }));
    link.download = `${this.data.chapter}.html`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
