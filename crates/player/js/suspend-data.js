// Suspend data: what a learner has done, as a short string that an LMS keeps.
//
// "2" (the format's version), then base64url of these bytes, big-endian, followed by their CRC-16:
//   1  flags: 1 completed, 2 passed, 4 failed
//   2  seed of what this take of the quiz draws and shuffles
//   v  takes of the quiz before this one              (not in version 1)
//   2  the score that counts of these, in hundredths of a percent; 65535 before there is one  (not in version 1)
//   v  seconds spent, all sessions together
//   3  key of the current lesson, 0 for none
//   v  number of lessons seen, then 3 bytes for each: its key
//   v  number of questions answered, then for each: 3 bytes key, 2 bytes revision,
//      1 byte (lowest bit: right; the rest: tries), v the number of bytes of the answer, then these (answers.js)
// where v is a variable-length integer of 7 bits a byte. Keys come from identifiers, so the data outlives an edit that
// adds, removes or reorders lessons and questions.
//
// 200 questions with up to 8 choices and 20 lessons: 200 × 8 + 20 × 3 + about 17 bytes = 1,677, or 2,237 characters;
// with 26 choices each, 3,038. SCORM 1.2 keeps 4,096: the build computes the worst case of each chapter.

/**
 * @typedef {object} Answer
 * @property {number} revision what the question asked, 16 bits
 * @property {number} tries how often it was answered, 1 to 127
 * @property {boolean} right whether one of the tries was right
 * @property {number[]} given the last try, packed
 */

/**
 * @typedef {object} SuspendData
 * @property {number} flags
 * @property {number} seed 16 bits
 * @property {number} takes of the quiz before this one
 * @property {number | null} kept the score that counts of these, 0 to 1
 * @property {number} seconds
 * @property {number} location key of the current lesson, 0 for none
 * @property {Set<number>} seen keys of the lessons seen
 * @property {Map<number, Answer>} answers by key of the question
 */

const COMPLETED = 1;
const PASSED = 2;
const FAILED = 4;
const SUSPEND_FORMAT = '2';
/** What stands for a score before there is one. */
const NO_SCORE = 0xffff;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** @param {number[]} bytes */
function crc16(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

/**
 * @param {SuspendData} data
 * @returns {string}
 */
function encodeSuspendData(data) {
  /** @type {number[]} */
  const bytes = [];
  /** @param {number} value @param {number} size */
  const fixed = (value, size) => {
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes.push((value >>> shift) & 0xff);
  };
  /** @param {number} value */
  const variable = (value) => {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.push(rest);
  };

  fixed(data.flags, 1);
  fixed(data.seed, 2);
  variable(data.takes);
  fixed(data.kept === null ? NO_SCORE : Math.round(data.kept * 10000), 2);
  variable(Math.min(Math.max(0, Math.round(data.seconds)), 0xffffffff));
  fixed(data.location, 3);
  variable(data.seen.size);
  for (const key of data.seen) fixed(key, 3);
  variable(data.answers.size);
  for (const [key, answer] of data.answers) {
    fixed(key, 3);
    fixed(answer.revision, 2);
    fixed((Math.min(answer.tries, 127) << 1) | (answer.right ? 1 : 0), 1);
    variable(answer.given.length);
    bytes.push(...answer.given);
  }
  fixed(crc16(bytes), 2);

  let text = SUSPEND_FORMAT;
  for (let index = 0; index < bytes.length; index += 3) {
    const group = (bytes[index] << 16) | ((bytes[index + 1] || 0) << 8) | (bytes[index + 2] || 0);
    const characters = Math.min(4, bytes.length - index + 1);
    for (let part = 0; part < characters; part++) text += BASE64URL[(group >>> (18 - 6 * part)) & 63];
  }
  return text;
}

/**
 * @param {string} text
 * @returns {SuspendData | null} null when the text is damaged or of another format
 */
function decodeSuspendData(text) {
  if (text[0] !== SUSPEND_FORMAT && text[0] !== '1') return null;
  /** @type {number[]} */
  const bytes = [];
  let group = 0;
  let bits = 0;
  for (const character of text.slice(1)) {
    const value = BASE64URL.indexOf(character);
    if (value < 0) return null;
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((group >>> bits) & 0xff);
    }
  }
  const check = bytes.splice(-2);
  if (check.length < 2 || crc16(bytes) !== ((check[0] << 8) | check[1])) return null;

  let at = 0;
  let whole = true;
  const byte = () => {
    if (at >= bytes.length) whole = false;
    return bytes[at++] || 0;
  };
  /** @param {number} size */
  const fixed = (size) => {
    let value = 0;
    for (let index = 0; index < size; index++) value = (value << 8) | byte();
    return value;
  };
  const variable = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const part = byte();
      value |= (part & 0x7f) << shift;
      if (part < 0x80) break;
    }
    return value >>> 0;
  };

  /** @type {SuspendData} */
  const data = { flags: fixed(1), seed: fixed(2), takes: 0, kept: null, seconds: 0, location: 0, seen: new Set(), answers: new Map() };
  if (text[0] !== '1') {
    data.takes = variable();
    const kept = fixed(2);
    data.kept = kept === NO_SCORE ? null : kept / 10000;
  }
  data.seconds = variable();
  data.location = fixed(3);
  for (let count = variable(); count > 0 && whole; count--) data.seen.add(fixed(3));
  for (let count = variable(); count > 0 && whole; count--) {
    const key = fixed(3);
    const revision = fixed(2);
    const tries = byte();
    const given = [];
    for (let length = variable(); length > 0 && whole; length--) given.push(byte());
    data.answers.set(key, { revision, tries: tries >>> 1, right: (tries & 1) === 1, given });
  }
  return whole && at === bytes.length ? data : null;
}
