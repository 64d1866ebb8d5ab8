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
    /** The form as it was before it was answered. */
    this.blank = /** @type {HTMLFormElement} */ (form.cloneNode(true));
    listen(form, 'submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    listen(form, 'input', () => this.say('', ''));
    this.kind = kindOf(question);
    if (this.kind.prepare) this.kind.prepare(form, (text) => this.say(text, ''));
    if (progress.page.shuffledChoices && this.kind.isShuffled) {
      const choices = all('.choice', form);
      const order = shuffle(choices, rank(progress.seed, question.key), (choice) => choices.indexOf(choice));
      for (const choice of order) /** @type {Element} */ (choice.parentElement).append(choice);
    }
    if (progress.answers.has(question.key)) this.restore();
  }

  /** The learner sees the question: from now on the time counts. */
  shown() {
    this.shownAt = this.shownAt || performance.now();
  }

  /** @param {string} selector @returns {HTMLElement} */
  part(selector) {
    return find(selector, this.form);
  }

  /** Everything that the learner can change. @returns {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement)[]} */
  controls() {
    return all('input, select, textarea, [data-move]', this.form);
  }

  submit() {
    if (this.progress.triesLeft(this.question) === 0) return;
    const given = this.kind.read(this.form);
    if (given.length === 0) {
      this.say(this.words[this.kind.missing || 'choose'], '');
      return;
    }
    const right = this.progress.answer(this.question, given);
    this.show(given, right);
    /** The texts on the page, in the order of the choices. @param {string} name */
    const texts = (name) => this.question.choices.map((id) => this.choiceText(name, id));
    const prompt = plainText(this.part('[data-prompt]'));
    const seconds = (performance.now() - this.shownAt) / 1000;
    this.onAnswer({ question: this.question, given, right, seconds, prompt, choiceTexts: texts('choice'), pairTexts: texts('pair') });
  }

  /** A text of a choice on the page. @param {string} name @param {string} id @returns {string} '' when there is none */
  choiceText(name, id) {
    const element = find(`[data-${name}-text="${id}"]`, this.form);
    return element ? plainText(element) : '';
  }

  /** Shows what an earlier session left. */
  restore() {
    const answer = this.progress.answers.get(this.question.key);
    const given = this.progress.given(this.question);
    this.kind.put(this.form, given);
    this.show(given, !!answer && answer.right);
  }

  /** @param {string[]} given @param {boolean} right */
  show(given, right) {
    const { words, question, kind } = this;
    const left = this.progress.triesLeft(question);
    const some = given.some((choice) => question.correct.includes(choice));
    const partly = some && kind.isPartial;
    if (!this.progress.tells()) {
      this.say(words.noted, '');
      if (left === 0) this.close();
      return;
    }
    const attempts = right || left === 0 || left === Infinity ? '' : left === 1 ? words.attempts_one : fill(words.attempts_many, { count: left });
    this.say(!isScored(question) ? words.noted : right ? words.right : partly ? words.partly : words.wrong, attempts);
    this.part('[data-right]').hidden = !right;
    this.part('[data-wrong]').hidden = right;
    this.form.classList.toggle('is-right', right && isScored(question));
    this.form.classList.toggle('is-wrong', !right);
    for (const feedback of all('.choice-feedback', this.form)) {
      const input = /** @type {HTMLInputElement | null} */ (find('input', /** @type {Element} */ (feedback.closest('.choice'))));
      feedback.hidden = !input || !input.checked;
    }
    if (left > 0) return;
    this.close();
    if (!isScored(question)) return;
    if (kind.solution) {
      if (!right) this.part('[data-verdict]').append(` ${words.answer} ${kind.solution(question, (name, id) => this.choiceText(name, id))}`);
      return;
    }
    for (const input of /** @type {HTMLInputElement[]} */ (all('input', this.form))) {
      const choice = /** @type {HTMLElement} */ (input.closest('.choice'));
      const correct = question.correct.includes(input.value);
      choice.classList.toggle('is-correct', correct);
      // Colour alone says nothing: the words stand beside the choice.
      this.note(find('label', choice), [correct ? words.right_choice : '', input.checked ? words.your_choice : ''].filter(Boolean).join(', '));
    }
  }

  /** Takes no more answers. */
  close() {
    for (const control of this.controls()) control.disabled = true;
    this.part('button[type=submit]').hidden = true;
  }

  /** @param {Element | null} beside @param {string} text */
  note(beside, text) {
    if (!beside) return;
    const note = find('.choice-note', beside) || add(beside, 'span');
    note.className = 'choice-note';
    note.textContent = text && ` (${text})`;
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
