// The kinds of questions: when an answer is right, how it is packed into suspend data, how the standards write it.
//
// An answer is a list of texts: choices by identifier (in the learner's order for a sequence), pairs `a.b` of what the
// learner put together, or the text that was typed.

/** Bytes of a typed text that suspend data keeps: the rest is for the LMS alone. */
const TEXT_KEPT = 200;
/** What each kind is called in SCORM 2004, xAPI and cmi5. @type {Record<string, string>} */
const INTERACTION_TYPES = {
  single: 'choice',
  multiple: 'choice',
  'true-false': 'true-false',
  likert: 'likert',
  sequencing: 'sequencing',
  matching: 'matching',
  'fill-in': 'fill-in',
  numeric: 'numeric',
  'long-answer': 'long-fill-in',
};

/** Whether an answer can be right or wrong. @param {QuestionData} question */
function isScored({ kind }) {
  return kind !== 'likert' && kind !== 'long-answer';
}

/** Whether an answer is typed. @param {QuestionData} question */
function isTyped({ kind }) {
  return kind === 'fill-in' || kind === 'numeric' || kind === 'long-answer';
}

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

/** @param {QuestionData} question @param {string[]} given */
function isRight(question, given) {
  const { kind, correct } = question;
  if (!isScored(question)) return true;
  if (kind === 'sequencing') return given.join() === correct.join();
  if (kind === 'fill-in') return correct.some((answer) => normalText(answer, question) === normalText(given[0], question));
  if (kind === 'numeric') {
    const number = parseNumber(given[0]);
    return number >= Number(correct[0]) && number <= Number(correct[1]);
  }
  return given.length === correct.length && correct.every((choice) => given.includes(choice));
}

/** @param {QuestionData} question @param {string[]} given @returns {number[]} bytes */
function packAnswer(question, given) {
  const { kind, choices } = question;
  const places = (/** @type {string[]} */ ids) => ids.map((id) => choices.indexOf(id));
  if (isTyped(question)) return Array.from(new TextEncoder().encode(given[0]).slice(0, TEXT_KEPT));
  if (kind === 'sequencing') return places(given);
  if (kind === 'matching') {
    return choices.map((left) => {
      const pair = given.find((one) => one.startsWith(`${left}.`));
      return pair ? choices.indexOf(pair.slice(left.length + 1)) : 255;
    });
  }
  const bytes = new Array(Math.ceil(choices.length / 8)).fill(0);
  for (const place of places(given)) bytes[place >> 3] |= 1 << (place & 7);
  return bytes;
}

/** @param {QuestionData} question @param {number[]} bytes @returns {string[]} */
function unpackAnswer(question, bytes) {
  const { kind, choices } = question;
  if (isTyped(question)) return [new TextDecoder().decode(new Uint8Array(bytes)).replace(/\ufffd+$/, '')];
  if (kind === 'sequencing') return bytes.map((place) => choices[place]).filter(Boolean);
  if (kind === 'matching') return choices.map((left, place) => `${left}.${choices[bytes[place]]}`).filter((pair) => !pair.endsWith('.undefined'));
  return choices.filter((_, place) => (bytes[place >> 3] >> (place & 7)) & 1);
}

/** Items in an order that a seed decides: the same for the same seed. @template T @param {T[]} items @param {number} seed @returns {T[]} */
function shuffle(items, seed) {
  const order = items.slice();
  let state = seed >>> 0;
  for (let last = order.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** An answer as SCORM 1.2 takes it. @param {QuestionData} question @param {string[]} given */
function answerForScorm12({ kind }, given) {
  if (kind === 'true-false') return given[0][0];
  return kind === 'numeric' ? String(parseNumber(given[0])) : given.join(',');
}

/** An answer as SCORM 2004, xAPI and cmi5 take it. @param {QuestionData} question @param {string[]} given */
function answerForOthers({ kind }, given) {
  if (kind === 'numeric') return String(parseNumber(given[0]));
  return given.map((one) => (kind === 'matching' ? one.replace('.', '[.]') : one)).join('[,]');
}

/** What would be right, as SCORM 2004, xAPI and cmi5 take it. @param {QuestionData} question @returns {string[]} */
function correctForOthers(question) {
  const { kind, correct } = question;
  if (!isScored(question)) return [];
  if (kind === 'numeric') return [correct.join('[:]')];
  if (kind === 'fill-in') return correct.map((answer) => `{case_matters=${!!question.case}}${answer}`);
  return [answerForOthers(question, correct)];
}
