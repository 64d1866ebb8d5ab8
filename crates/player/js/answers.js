// The kinds of questions whose answer is chosen, and what every kind knows: when an answer is right, how it is packed into
// suspend data, how the standards write it, where it is on the page. The others are in kinds.js.
//
// An answer is a list of texts: choices by identifier (in the learner's order for a sequence), pairs `a.b` of what the
// learner put together, or the text that was typed.

/**
 * @typedef {object} Kind
 * @property {string} standardType what SCORM 2004, xAPI and cmi5 call it
 * @property {boolean} [isUnscored] whether no answer is right or wrong
 * @property {boolean} [isPartial] whether an answer can be right in part
 * @property {boolean} [isShuffled] whether the choices may be in another order
 * @property {string} [missing] the string that asks for an answer, if it is not `choose`
 * @property {string[]} components what an xAPI definition calls the list of the choices, and that of their pairs
 * @property {(question: QuestionData, given: string[]) => boolean} accepts whether an answer is right
 * @property {(question: QuestionData, given: string[]) => number[]} pack to bytes
 * @property {(question: QuestionData, bytes: number[]) => string[]} unpack
 * @property {(given: string[], isShort: boolean) => string} asResponse an answer as SCORM 1.2 takes it, or the others
 * @property {(question: QuestionData, isShort: boolean) => string[]} patterns what would be right, in the same form
 * @property {(form: HTMLFormElement) => string[]} read the answer on the page; empty when there is none, or a part of it is missing
 * @property {(form: HTMLFormElement, given: string[]) => void} put puts an answer on the page
 * @property {(question: QuestionData, text: (name: string, id: string) => string) => string} [solution] the right answer in words, unless the choices show it
 * @property {(form: HTMLFormElement, say: (text: string) => void) => void} [prepare] the form for the learner
 */

/** @type {Kind} */
const CHOICE = {
  standardType: 'choice',
  components: ['choices'],
  accepts: ({ correct }, given) => given.length === correct.length && correct.every((choice) => given.includes(choice)),
  pack({ choices }, given) {
    const bytes = new Array(Math.ceil(choices.length / 8)).fill(0);
    for (const id of given) {
      const place = choices.indexOf(id);
      bytes[place >> 3] |= 1 << (place & 7);
    }
    return bytes;
  },
  unpack: ({ choices }, bytes) => choices.filter((_, place) => (bytes[place >> 3] >> (place & 7)) & 1),
  asResponse: (given, isShort) => given.join(isShort ? ',' : '[,]'),
  patterns: (question, isShort) => [kindOf(question).asResponse(question.correct, isShort)],
  read: (form) => all('input:checked', form).map((input) => /** @type {HTMLInputElement} */ (input).value),
  put(form, given) {
    for (const input of /** @type {HTMLInputElement[]} */ (all('input', form))) input.checked = given.includes(input.value);
  },
};

/** What makes a kind one without right or wrong. @type {Partial<Kind>} */
const UNSCORED = { isUnscored: true, accepts: () => true, patterns: () => [] };

/** @type {Record<string, Kind>} */
const KINDS = {
  single: { ...CHOICE, isShuffled: true },
  multiple: { ...CHOICE, isShuffled: true, isPartial: true },
  'true-false': { ...CHOICE, standardType: 'true-false', components: [], asResponse: ([given], isShort) => (isShort ? given[0] : given) },
  likert: { ...CHOICE, standardType: 'likert', components: ['scale'], ...UNSCORED },
};

/** @param {QuestionData} question */
function kindOf({ kind }) {
  return KINDS[kind];
}

/** Whether an answer can be right or wrong. @param {QuestionData} question */
function isScored(question) {
  return !kindOf(question).isUnscored;
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
