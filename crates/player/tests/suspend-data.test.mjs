import assert from 'node:assert/strict';
import test from 'node:test';

import { load } from './player.mjs';

const { encodeSuspendData, decodeSuspendData, fresher } = load(['suspend-data', 'tracker']);

/** A generator of its own, so that a failure can be seen again. */
function generator(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function sample(random, lessons, questions, bytes = (limit) => random(limit)) {
  const answers = new Map();
  for (let count = 0; count < questions; count++) {
    answers.set(random(2 ** 24), { revision: random(2 ** 16), tries: 1 + random(127), right: random(2) === 1, given: Array.from({ length: bytes(5) }, () => random(256)) });
  }
  const seen = new Set(Array.from({ length: lessons }, () => random(2 ** 24)));
  const kept = random(2) ? random(10001) / 10000 : null;
  return { flags: random(8), seed: random(2 ** 16), takes: random(101), kept, seconds: random(2 ** 32), location: random(2 ** 24), seen, answers };
}

/** Without the prototypes of the other context. */
const plain = (data) => data && { ...data, seen: [...data.seen], answers: [...data.answers].map(([key, answer]) => [key, { ...answer, given: [...answer.given] }]) };

test('whatever a learner has done is read back', () => {
  const random = generator(7);
  for (let round = 0; round < 500; round++) {
    const data = sample(random, random(30), random(60));
    const text = encodeSuspendData(data);
    assert.match(text, /^2[A-Za-z0-9_-]+$/);
    assert.deepEqual(plain(decodeSuspendData(text)), plain(data));
  }
});

test('what the first version of the format kept is read', () => {
  // Made by that version: completed and passed, seed 258, 61 seconds, lesson 12, lessons 11 and 12, one answer.
  const text = '1AwECPQAADAIAAAsAAAwBAAAVAAEDAQJ1LA';
  assert.deepEqual(plain(decodeSuspendData(text)), {
    flags: 3, seed: 258, takes: 0, kept: null, seconds: 61, location: 12, seen: [11, 12],
    answers: [[21, { revision: 1, tries: 1, right: true, given: [2] }]],
  });
});

test('200 questions with 26 choices each and 40 lessons fit SCORM 1.2', () => {
  const random = generator(3);
  const text = encodeSuspendData(sample(random, 40, 200, () => 4));
  assert.ok(text.length <= 4096, `${text.length} characters`);
});

test('what was cut, changed or written by something else is refused', () => {
  const random = generator(11);
  const text = encodeSuspendData(sample(random, 5, 10));
  for (let end = 0; end < text.length; end++) assert.equal(decodeSuspendData(text.slice(0, end)), null, `cut at ${end}`);
  for (let place = 0; place < text.length - 1; place++) {
    const other = text[place] === 'A' ? 'B' : 'A';
    assert.equal(decodeSuspendData(text.slice(0, place) + other + text.slice(place + 1)), null, `changed at ${place}`);
  }
  for (const other of ['', '1', '2', '2AAAA', '3AAAA', '1é', '{"a":1}', 'null', `${text}${text}`, '1'.repeat(4096)]) assert.equal(decodeSuspendData(other), null, other);
});

test('of two records the longer one counts, and one that can be read rather than one that cannot', () => {
  const empty = { flags: 0, seed: 0, takes: 0, kept: null, location: 0, seen: new Set(), answers: new Map() };
  const short = encodeSuspendData({ ...empty, seconds: 10 });
  const long = encodeSuspendData({ ...empty, seconds: 20 });
  assert.equal(fresher(short, long), long);
  assert.equal(fresher(long, short), long);
  assert.equal(fresher('damaged', short), short);
  assert.equal(fresher(short, 'damaged'), short);
  assert.equal(fresher('', short), short);
});
