// The kinds of questions whose answer is typed, put in order or put together: only for a package that asks such a question.

/** A number as people type it, with a comma or a point; NaN for anything else. @param {string} text */
function parseNumber(text) {
  const plain = text.replace(/\s/g, '').replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

/** A text as the author's rules compare it. @param {string} text @param {QuestionData} question */
function normalText(text, { case: caseMatters, accents }) {
  let normal = text.normalize('NFC').replace(/[’ʼ]/g, "'").replace(/\s+/g, ' ').trim();
  if (!accents) normal = normal.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/œ/g, 'oe').replace(/Œ/g, 'OE');
  return caseMatters ? normal : normal.toLowerCase();
}

/** @param {HTMLFormElement} form @returns {HTMLInputElement} where the answer is typed */
function typedInto(form) {
  return find('[data-answer]', form);
}

/** @type {Kind} */
const TYPED = {
  ...CHOICE,
  standardType: 'fill-in',
  components: [],
  accepts: (question, [given]) => question.correct.some((answer) => normalText(answer, question) === normalText(given, question)),
  pack: (_, [given]) => Array.from(new TextEncoder().encode(given)),
  unpack: (_, bytes) => [new TextDecoder().decode(new Uint8Array(bytes)).replace(/\ufffd+$/, '')],
  patterns: ({ correct, case: caseMatters }, isShort) => (isShort ? correct : correct.map((answer) => `{case_matters=${!!caseMatters}}${answer}`)),
  read: (form) => [typedInto(form).value.trim()].filter(Boolean),
  put(form, [given]) {
    typedInto(form).value = given || '';
  },
  solution: ({ correct }) => correct[0],
};

KINDS['fill-in'] = TYPED;

KINDS['long-answer'] = { ...TYPED, standardType: 'long-fill-in', ...UNSCORED };

KINDS.numeric = {
  ...TYPED,
  standardType: 'numeric',
  missing: 'number',
  accepts({ correct }, [given]) {
    const number = parseNumber(given);
    return number >= Number(correct[0]) && number <= Number(correct[1]);
  },
  asResponse: ([given]) => String(parseNumber(given)),
  patterns: ({ correct }, isShort) => [correct.join(isShort ? ':' : '[:]')],
  read: (form) => TYPED.read(form).filter((text) => !Number.isNaN(parseNumber(text))),
  solution: ({ correct }) => [...new Set(correct)].join(' – '),
};

/** Moves an item of a sequence, and keeps the focus on its button. @param {HTMLElement} button @param {(text: string) => void} say */
function moveItem(button, say) {
  const item = /** @type {HTMLElement} */ (button.closest('[data-item]'));
  const up = button.dataset.move === 'up';
  const other = up ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (up) other.before(item);
  else other.after(item);
  button.focus();
  const place = Array.from(/** @type {Element} */ (item.parentElement).children).indexOf(item) + 1;
  say(`${plainText(find('[data-choice-text]', item))} (${place})`);
}

/** Moves an item of a sequence with the pointer that holds its grip. @param {PointerEvent} event */
function dragItem({ target, pointerId }) {
  const grip = around(target, '.grip');
  const item = grip && grip.parentElement;
  if (!grip || !item || find('[data-move]', item).matches(':disabled')) return;
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

KINDS.sequencing = {
  ...CHOICE,
  standardType: 'sequencing',
  accepts: ({ correct }, given) => given.join() === correct.join(),
  pack: ({ choices }, given) => given.map((id) => choices.indexOf(id)),
  unpack: ({ choices }, bytes) => bytes.map((place) => choices[place]).filter(Boolean),
  read: (form) => all('[data-item]', form).map((item) => item.dataset.item || ''),
  put(form, given) {
    for (const id of given) find('[data-sequence]', form).append(find(`[data-item="${id}"]`, form));
  },
  solution: ({ correct }, text) => correct.map((id) => text('choice', id)).join(' ; '),
  prepare(form, say) {
    listen(form, 'click', ({ target }) => {
      const button = around(target, '[data-move]');
      if (button) moveItem(button, say);
    });
    listen(form, 'pointerdown', dragItem);
  },
};

/** @param {string[]} given pairs @param {string | undefined} left @returns {string} what goes with it, or '' */
function pairOf(given, left) {
  const pair = given.find((one) => one.startsWith(`${left}.`));
  return pair ? pair.split('.')[1] : '';
}

/** @param {HTMLFormElement} form @returns {HTMLSelectElement[]} */
function selects(form) {
  return all('select', form);
}

KINDS.matching = {
  ...CHOICE,
  standardType: 'matching',
  isPartial: true,
  components: ['source', 'target'],
  pack: ({ choices }, given) => choices.map((left) => (pairOf(given, left) ? choices.indexOf(pairOf(given, left)) : 255)),
  unpack: ({ choices }, bytes) => choices.map((left, place) => `${left}.${choices[bytes[place]]}`).filter((pair) => !pair.endsWith('.undefined')),
  asResponse: (given, isShort) => CHOICE.asResponse(isShort ? given : given.map((pair) => pair.replace('.', '[.]')), isShort),
  read: (form) => (selects(form).every(({ value }) => value) ? selects(form).map(({ dataset, value }) => `${dataset.left}.${value}`) : []),
  put(form, given) {
    for (const select of selects(form)) select.value = pairOf(given, select.dataset.left);
  },
  solution: ({ choices }, text) => choices.map((id) => `${text('choice', id)} → ${text('pair', id)}`).join(' ; '),
};
