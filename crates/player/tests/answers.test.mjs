import assert from 'node:assert/strict';
import test from 'node:test';

import { load } from './player.mjs';

const { kindOf, normalText, parseNumber, shuffle } = load(['answers', 'kinds'], { TextEncoder, TextDecoder });
const isRight = (question, given) => kindOf(question).accepts(question, given);
const packAnswer = (question, given) => kindOf(question).pack(question, given);
const unpackAnswer = (question, bytes) => kindOf(question).unpack(question, bytes);

const choices = ['a', 'b', 'c'];
const KINDS = {
  single: { kind: 'single', choices, correct: ['b'] },
  multiple: { kind: 'multiple', choices, correct: ['a', 'c'] },
  trueFalse: { kind: 'true-false', choices: ['true', 'false'], correct: ['false'] },
  likert: { kind: 'likert', choices, correct: [] },
  sequencing: { kind: 'sequencing', choices, correct: choices },
  matching: { kind: 'matching', choices, correct: ['a.a', 'b.b', 'c.c'] },
  fillIn: { kind: 'fill-in', choices: [], correct: ['Conseiller pénitentiaire', 'CPIP'] },
  numeric: { kind: 'numeric', choices: [], correct: ['11.5', '12.5'] },
  long: { kind: 'long-answer', choices: [], correct: [] },
};

test('each kind knows its right answers', () => {
  const right = [
    [KINDS.single, ['b']], [KINDS.multiple, ['c', 'a']], [KINDS.trueFalse, ['false']], [KINDS.likert, ['c']],
    [KINDS.sequencing, ['a', 'b', 'c']], [KINDS.matching, ['c.c', 'a.a', 'b.b']], [KINDS.fillIn, ['cpip']],
    [KINDS.numeric, ['12']], [KINDS.numeric, ['12,5']], [KINDS.long, ['…']],
  ];
  for (const [question, given] of right) assert.equal(isRight(question, given), true, `${question.kind} ${given}`);
  const wrong = [
    [KINDS.single, ['a']], [KINDS.multiple, ['a']], [KINDS.multiple, ['a', 'b', 'c']], [KINDS.trueFalse, ['true']],
    [KINDS.sequencing, ['a', 'c', 'b']], [KINDS.matching, ['a.b', 'b.a', 'c.c']], [KINDS.fillIn, ['DPIP']],
    [KINDS.numeric, ['12.6']], [KINDS.numeric, ['douze']],
  ];
  for (const [question, given] of wrong) assert.equal(isRight(question, given), false, `${question.kind} ${given}`);
});

test('capitals, accents, apostrophes and spaces count as the author says', () => {
  const lenient = KINDS.fillIn;
  for (const text of ['conseiller penitentiaire', '  CONSEILLER   Pénitentiaire ', 'cpip', 'Conseiller pe\u0301nitentiaire']) {
    assert.equal(isRight(lenient, [text]), true, text);
  }
  const strict = { ...lenient, case: true, accents: true };
  assert.equal(isRight(strict, ['Conseiller pénitentiaire']), true);
  for (const text of ['conseiller pénitentiaire', 'Conseiller penitentiaire', 'cpip']) assert.equal(isRight(strict, [text]), false, text);
  assert.equal(normalText('L’œuvre', lenient), normalText("l'oeuvre", lenient));
});

test('numbers are read as people write them', () => {
  for (const [text, number] of [['12', 12], ['3,5', 3.5], [' 1 000 ', 1000], ['-.5', -0.5], ['+2.', 2]]) assert.equal(parseNumber(text), number, text);
  for (const text of ['', 'x', '1e5', '1,2,3', '--1', 'Infinity', '0x10']) assert.ok(Number.isNaN(parseNumber(text)), text);
});

test('an answer is read back from suspend data', () => {
  const given = [
    [KINDS.single, ['c']], [KINDS.multiple, ['a', 'c']], [KINDS.trueFalse, ['true']], [KINDS.likert, ['b']],
    [KINDS.sequencing, ['c', 'a', 'b']], [KINDS.matching, ['a.c', 'b.a', 'c.b']], [KINDS.matching, ['b.a']],
    [KINDS.fillIn, ['Conseillère d’insertion']], [KINDS.numeric, ['3,5']], [KINDS.long, ['Deux\nlignes é']],
  ];
  for (const [question, answer] of given) {
    const bytes = packAnswer(question, answer);
    assert.ok(bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256));
    assert.deepEqual([...unpackAnswer(question, bytes)], answer, question.kind);
  }
  const many = { kind: 'multiple', choices: Array.from({ length: 26 }, (_, index) => `c${index}`), correct: [] };
  assert.deepEqual([...unpackAnswer(many, packAnswer(many, ['c0', 'c25']))], ['c0', 'c25']);
  // Cut in the middle of a letter, a text is read up to it.
  assert.deepEqual([...unpackAnswer(KINDS.long, packAnswer(KINDS.long, ['xéé']).slice(0, 4))], ['xé']);
});

test('each standard gets an answer in its own form', () => {
  const table = [
    [KINDS.single, ['b'], 'b', 'b', ['b']],
    [KINDS.multiple, ['a', 'c'], 'a,c', 'a[,]c', ['a[,]c']],
    [KINDS.trueFalse, ['false'], 'f', 'false', ['false']],
    [KINDS.likert, ['b'], 'b', 'b', []],
    [KINDS.sequencing, ['a', 'b', 'c'], 'a,b,c', 'a[,]b[,]c', ['a[,]b[,]c']],
    [KINDS.matching, ['a.b', 'b.a', 'c.c'], 'a.b,b.a,c.c', 'a[.]b[,]b[.]a[,]c[.]c', ['a[.]a[,]b[.]b[,]c[.]c']],
    [KINDS.fillIn, ['CPIP'], 'CPIP', 'CPIP', ['{case_matters=false}Conseiller pénitentiaire', '{case_matters=false}CPIP']],
    [KINDS.numeric, ['12,5'], '12.5', '12.5', ['11.5[:]12.5']],
    [KINDS.long, ['Un texte'], 'Un texte', 'Un texte', []],
  ];
  for (const [question, given, scorm12, others, patterns] of table) {
    assert.equal(kindOf(question).asResponse(given, true), scorm12);
    assert.equal(kindOf(question).asResponse(given, false), others);
    assert.deepEqual([...kindOf(question).patterns(question, false)], patterns);
  }
});

test('an order is decided by its seed, and every order is possible', () => {
  const orders = new Set();
  for (let seed = 0; seed < 500; seed++) {
    const order = shuffle(choices, seed, (choice) => choices.indexOf(choice)).join('');
    assert.equal(shuffle(choices, seed, (choice) => choices.indexOf(choice)).join(''), order);
    assert.equal([...order].sort().join(''), 'abc');
    orders.add(order);
  }
  assert.equal(orders.size, 6);
  assert.deepEqual(choices, ['a', 'b', 'c']);
});
