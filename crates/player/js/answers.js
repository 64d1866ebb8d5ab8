// The kinds of questions: when an answer is right, how it is packed into suspend data, how the standards write it.
//
// An answer is a list of texts: choices by identifier (in the learner's order for a sequence), pairs `a.b` of what the
// learner put together, or the text that was typed.

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
  if (isTyped(question)) return Array.from(new TextEncoder().encode(given[0]));
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

/** A number that a seed gives to a key, as if at random: 32 bits. @param {number} seed @param {number} key */
function rank(seed, key) {
  let mixed = Math.imul(seed, 0x9e3779b1) ^ key;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Items in an order that a seed decides: the same for the same seed, and when others come or go.
 * @template T @param {T[]} items @param {number} seed @param {(item: T) => number} key @returns {T[]}
 */
function shuffle(items, seed, key) {
  return items.slice().sort((one, other) => rank(seed, key(one)) - rank(seed, key(other)));
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
