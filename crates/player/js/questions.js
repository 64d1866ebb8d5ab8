// A question on the page: what is chosen, what is said about it.

/** Fills `{name}` in one of the page's strings. @param {string} text @param {Record<string, string | number>} values */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** @param {Element} element @returns {string} its text on one line */
function plainText(element) {
  return (element.textContent || '').replace(/\s+/g, ' ').trim();
}

class QuestionForm {
  /**
   * @param {HTMLFormElement} form
   * @param {QuestionData} question
   * @param {Progress} progress
   * @param {Record<string, string>} words
   * @param {(interaction: Interaction) => void} onAnswer
   */
  constructor(form, question, progress, words, onAnswer) {
    this.form = form;
    this.question = question;
    this.progress = progress;
    this.words = words;
    this.onAnswer = onAnswer;
    this.shownAt = 0;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener('change', () => this.say('', ''));
    if (progress.answers.has(question.key)) this.restore();
  }

  /** The learner sees the question: from now on the time counts. */
  shown() {
    this.shownAt = this.shownAt || performance.now();
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    return /** @type {HTMLElement} */ (this.form.querySelector(selector));
  }

  /** @returns {HTMLInputElement[]} */
  inputs() {
    return Array.from(this.form.querySelectorAll('input'));
  }

  submit() {
    if (this.progress.triesLeft(this.question) === 0) return;
    const given = this.inputs().filter((input) => input.checked).map((input) => input.value);
    if (given.length === 0) {
      this.say(this.words.choose, '');
      return;
    }
    const right = this.progress.answer(this.question, given);
    this.show(given, right);
    const texts = Array.from(this.form.querySelectorAll('[data-choice-text]'), plainText);
    const prompt = plainText(this.part('[data-prompt]'));
    const seconds = (performance.now() - this.shownAt) / 1000;
    this.onAnswer({ question: this.question, given, right, seconds, prompt, choiceTexts: texts });
  }

  /** Shows what an earlier session left. */
  restore() {
    const answer = this.progress.answers.get(this.question.key);
    const given = this.progress.given(this.question);
    for (const input of this.inputs()) input.checked = given.includes(input.value);
    this.show(given, !!answer && answer.right);
  }

  /** @param {string[]} given @param {boolean} right */
  show(given, right) {
    const left = this.progress.triesLeft(this.question);
    const some = given.some((choice) => this.question.correct.includes(choice));
    const { words } = this;
    const attempts = right || left === 0 || left === Infinity ? '' : left === 1 ? words.attempts_one : fill(words.attempts_many, { count: left });
    this.say(right ? words.right : this.question.kind === 'multiple' && some ? words.partly : words.wrong, attempts);
    this.part('[data-right]').hidden = !right;
    this.part('[data-wrong]').hidden = right;
    this.form.classList.toggle('is-right', right);
    this.form.classList.toggle('is-wrong', !right);
    for (const input of this.inputs()) {
      const choice = /** @type {HTMLElement} */ (input.closest('.choice'));
      const feedback = choice.querySelector('.choice-feedback');
      if (feedback instanceof HTMLElement) feedback.hidden = !input.checked;
      if (left > 0) continue;
      input.disabled = true;
      const correct = this.question.correct.includes(input.value);
      choice.classList.toggle('is-correct', correct);
      // Colour alone says nothing: the words stand beside the choice.
      const notes = [correct ? words.right_choice : '', input.checked ? words.your_choice : ''].filter(Boolean).join(', ');
      let note = choice.querySelector('.choice-note');
      if (!note) {
        note = /** @type {Element} */ (choice.querySelector('label')).appendChild(document.createElement('span'));
        note.className = 'choice-note';
      }
      note.textContent = notes && ` (${notes})`;
    }
    if (left === 0) this.part('button').hidden = true;
  }

  /** @param {string} verdict @param {string} attempts */
  say(verdict, attempts) {
    this.part('[data-verdict]').textContent = verdict;
    this.part('[data-attempts]').textContent = attempts;
    this.part('[data-right]').hidden = true;
    this.part('[data-wrong]').hidden = true;
    this.form.classList.remove('is-right', 'is-wrong');
  }
}
