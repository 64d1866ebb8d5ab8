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
    listen(form, 'click', ({ target }) => {
      const button = around(target, '[data-move]');
      if (button instanceof HTMLElement) this.move(button);
    });
    listen(form, 'pointerdown', (event) => this.drag(event));
    if (progress.page.shuffledChoices && ['single', 'multiple'].includes(question.kind)) {
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

  /** @returns {HTMLInputElement[]} */
  inputs() {
    return all('input', this.form);
  }

  /** Everything that the learner can change. @returns {(HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement)[]} */
  controls() {
    return all('input, select, textarea, [data-move]', this.form);
  }

  /** Moves an item of a sequence, and keeps the focus on its button. @param {HTMLElement} button */
  move(button) {
    const item = /** @type {HTMLElement} */ (button.closest('[data-item]'));
    const up = button.dataset.move === 'up';
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (up) other.before(item);
    else other.after(item);
    button.focus();
    const place = Array.from(/** @type {Element} */ (item.parentElement).children).indexOf(item) + 1;
    this.say(`${plainText(find('[data-choice-text]', item))} (${place})`, '');
  }

  /** Moves an item of a sequence with the pointer that holds its grip. @param {PointerEvent} event */
  drag({ target, pointerId }) {
    const grip = around(target, '.grip');
    if (!grip || this.part('[data-move]').matches(':disabled')) return;
    const item = /** @type {HTMLElement} */ (grip.parentElement);
    grip.setPointerCapture(pointerId);
    item.classList.add('is-dragged');
    // The others move around the item: a pointer is lost by what leaves the page.
    grip.onpointermove = ({ clientY }) => {
      const { previousElementSibling: above, nextElementSibling: below } = item;
      if (above && clientY < above.getBoundingClientRect().bottom) item.after(above);
      else if (below && clientY > below.getBoundingClientRect().top) item.before(below);
    };
    grip.onlostpointercapture = () => {
      item.classList.remove('is-dragged');
      grip.onpointermove = null;
    };
  }

  /** @returns {string[]} the answer on the page; empty when there is none, or a part of it is missing */
  given() {
    const { question, form } = this;
    if (isTyped(question)) {
      const text = /** @type {HTMLInputElement} */ (this.part('[data-answer]')).value.trim();
      return text && (question.kind !== 'numeric' || !Number.isNaN(parseNumber(text))) ? [text] : [];
    }
    if (question.kind === 'sequencing') return all('[data-item]', form).map((item) => item.dataset.item || '');
    if (question.kind === 'matching') {
      const pairs = /** @type {HTMLSelectElement[]} */ (all('select', form)).map((select) => ({ left: select.dataset.left, value: select.value }));
      return pairs.every(({ value }) => value) ? pairs.map(({ left, value }) => `${left}.${value}`) : [];
    }
    return this.inputs().filter((input) => input.checked).map((input) => input.value);
  }

  /** Puts an answer on the page. @param {string[]} given */
  put(given) {
    const { question, form } = this;
    if (isTyped(question)) /** @type {HTMLInputElement} */ (this.part('[data-answer]')).value = given[0] || '';
    else if (question.kind === 'sequencing') {
      const list = this.part('[data-sequence]');
      for (const id of given) list.append(find(`[data-item="${id}"]`, form));
    } else if (question.kind === 'matching') {
      for (const select of /** @type {HTMLSelectElement[]} */ (all('select', form))) {
        const pair = given.find((one) => one.startsWith(`${select.dataset.left}.`));
        select.value = pair ? pair.split('.')[1] : '';
      }
    } else for (const input of this.inputs()) input.checked = given.includes(input.value);
  }

  submit() {
    if (this.progress.triesLeft(this.question) === 0) return;
    const given = this.given();
    if (given.length === 0) {
      this.say(this.question.kind === 'numeric' ? this.words.number : this.words.choose, '');
      return;
    }
    const right = this.progress.answer(this.question, given);
    this.show(given, right);
    /** The texts on the page, in the order of the choices. @param {string} name */
    const texts = (name) => this.question.choices.map((id) => {
      const element = find(`[data-${name}-text="${id}"]`, this.form);
      return element ? plainText(element) : '';
    });
    const prompt = plainText(this.part('[data-prompt]'));
    const seconds = (performance.now() - this.shownAt) / 1000;
    this.onAnswer({ question: this.question, given, right, seconds, prompt, choiceTexts: texts('choice'), pairTexts: texts('pair') });
  }

  /** Shows what an earlier session left. */
  restore() {
    const answer = this.progress.answers.get(this.question.key);
    const given = this.progress.given(this.question);
    this.put(given);
    this.show(given, !!answer && answer.right);
  }

  /** @param {string[]} given @param {boolean} right */
  show(given, right) {
    const { words, question } = this;
    const left = this.progress.triesLeft(question);
    const some = given.some((choice) => question.correct.includes(choice));
    const partly = some && ['multiple', 'matching'].includes(question.kind);
    if (!this.progress.tells()) {
      this.say(words.kept, '');
      if (left === 0) this.close();
      return;
    }
    const attempts = right || left === 0 || left === Infinity ? '' : left === 1 ? words.attempts_one : fill(words.attempts_many, { count: left });
    this.say(!isScored(question) ? words.kept : right ? words.right : partly ? words.partly : words.wrong, attempts);
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
    for (const input of this.inputs().filter(({ type }) => type !== 'text')) {
      const choice = /** @type {HTMLElement} */ (input.closest('.choice'));
      const correct = question.correct.includes(input.value);
      choice.classList.toggle('is-correct', correct);
      // Colour alone says nothing: the words stand beside the choice.
      this.note(find('label', choice), [correct ? words.right_choice : '', input.checked ? words.your_choice : ''].filter(Boolean).join(', '));
    }
    if (!right && (isTyped(question) || ['sequencing', 'matching'].includes(question.kind))) this.part('[data-verdict]').append(` ${words.answer} ${this.solution()}`);
  }

  /** Takes no more answers. */
  close() {
    for (const control of this.controls()) control.disabled = true;
    this.part('button[type=submit]').hidden = true;
  }

  /** The right answer in words. */
  solution() {
    const { question, form } = this;
    /** @param {string} name @param {string} id */
    const text = (name, id) => plainText(find(`[data-${name}-text="${id}"]`, form));
    if (question.kind === 'numeric') return [...new Set(question.correct)].join(' – ');
    if (question.kind === 'sequencing') return question.correct.map((id) => text('choice', id)).join(' ; ');
    if (question.kind === 'matching') return question.choices.map((id) => `${text('choice', id)} → ${text('pair', id)}`).join(' ; ');
    return question.correct[0];
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
