import assert from 'node:assert/strict';
import test from 'node:test';

import { chapter, load } from './player.mjs';

const { Progress } = load(['suspend-data', 'answers', 'progress'], { TextEncoder, TextDecoder });
const outcome = (progress) => ({ ...progress.outcome() });

test('a chapter is complete once every lesson is seen and every question answered', () => {
  const page = chapter();
  const progress = new Progress(page, '');
  assert.deepEqual(outcome(progress), { complete: false, success: null, score: 0 });
  page.lessons.forEach((lesson) => progress.see(lesson));
  assert.equal(progress.share(), 0.5);
  progress.answer(page.questions[0], ['b']);
  assert.deepEqual(outcome(progress), { complete: false, success: null, score: 0.25 });
  progress.answer(page.questions[1], ['c', 'a']);
  assert.deepEqual(outcome(progress), { complete: true, success: true, score: 1 });
  assert.equal(progress.share(), 1);
});

test('one has not failed while a question can be tried again', () => {
  const page = chapter();
  const progress = new Progress(page, '');
  page.lessons.forEach((lesson) => progress.see(lesson));
  progress.answer(page.questions[0], ['b']);
  progress.answer(page.questions[1], ['a']);
  assert.deepEqual(outcome(progress), { complete: true, success: null, score: 0.25 });
  assert.equal(progress.triesLeft(page.questions[1]), 1);
  progress.answer(page.questions[1], ['a', 'b', 'c']);
  assert.deepEqual(outcome(progress), { complete: true, success: false, score: 0.25 });
  assert.equal(progress.triesLeft(page.questions[1]), 0);
});

test('a right answer is never lost', () => {
  const page = chapter({ attempts: null });
  const progress = new Progress(page, '');
  progress.answer(page.questions[0], ['b']);
  progress.answer(page.questions[0], ['a']);
  assert.equal(outcome(progress).score, 0.25);
});

test('a chapter without questions or pass mark is complete and neither passed nor failed', () => {
  const page = chapter({ questions: [], passMark: null });
  const progress = new Progress(page, '');
  page.lessons.forEach((lesson) => progress.see(lesson));
  assert.deepEqual(outcome(progress), { complete: true, success: null, score: 1 });
});

test('the learner resumes where they left, in a chapter that has changed since', () => {
  const page = chapter();
  const before = new Progress(page, '');
  page.lessons.forEach((lesson) => before.see(lesson));
  before.answer(page.questions[0], ['a']);
  before.answer(page.questions[1], ['a', 'c']);
  [, before.lesson] = page.lessons;
  const kept = before.suspend(61.4);

  const same = new Progress(page, kept);
  assert.equal(same.lesson.id, 'people');
  assert.equal(same.earlierSeconds, 61);
  assert.deepEqual([...same.given(page.questions[0])], ['a']);
  assert.equal(same.triesLeft(page.questions[0]), 1);

  // A lesson was added in front, the first question was rewritten.
  const lessons = [{ id: 'new', key: 10, activity: 'https://example.org/new', title: 'Nouvelle' }, ...page.lessons];
  const questions = [{ ...page.questions[0], revision: 2 }, page.questions[1]];
  const changed = new Progress(chapter({ lessons, questions }), kept);
  assert.equal(changed.lesson.id, 'people');
  assert.equal(changed.seen.size, 2);
  assert.deepEqual([...changed.answers.keys()], [22]);
  assert.equal(outcome(changed).complete, false);

  // The lesson where they were is gone.
  assert.equal(new Progress(chapter({ lessons: lessons.slice(0, 2) }), kept).lesson, null);
});

test('what cannot be read begins anew, and says so', () => {
  const progress = new Progress(chapter(), 'bookmark=3');
  assert.equal(progress.damaged, true);
  assert.equal(progress.seen.size, 0);
  assert.equal(new Progress(chapter(), '').damaged, false);
});

test('an author may ask for some lessons, a pass, or a time', () => {
  const seen = (changes, lessons, answers, seconds = 0) => {
    const page = chapter({ ...changes, completion: { lessons: 2, quiz: 'answered', seconds: 0, ...changes.completion } });
    const progress = new Progress(page, '');
    page.lessons.slice(0, lessons).forEach((lesson) => progress.see(lesson));
    for (const [place, given] of answers) progress.answer(page.questions[place], given);
    return { ...progress.outcome(seconds) };
  };
  const right = [[0, ['b']], [1, ['a', 'c']]];
  const wrong = [[0, ['a']], [0, ['a']], [1, ['b']], [1, ['b']]];
  assert.equal(seen({ completion: { lessons: 1 } }, 1, right).complete, true);
  assert.equal(seen({ completion: { lessons: 1, quiz: 'ignored' } }, 1, []).complete, true);
  assert.equal(seen({ completion: { quiz: 'ignored' } }, 1, right).complete, false);
  assert.deepEqual(seen({ completion: { quiz: 'passed' } }, 2, right), { complete: true, success: true, score: 1 });
  assert.deepEqual(seen({ completion: { quiz: 'passed' } }, 2, wrong), { complete: false, success: false, score: 0 });
  assert.equal(seen({ completion: { seconds: 60 } }, 2, right, 59).complete, false);
  assert.equal(seen({ completion: { seconds: 60 } }, 2, right, 59).success, null);
  assert.deepEqual(seen({ completion: { seconds: 60 } }, 2, right, 60), { complete: true, success: true, score: 1 });
});

test('in order, the next lesson opens once the one before was seen', () => {
  const page = chapter({ ordered: true });
  const progress = new Progress(page, '');
  assert.equal(progress.locked(), 1);
  progress.see(page.lessons[0]);
  assert.equal(progress.locked(), 2);
  progress.see(page.lessons[1]);
  assert.equal(progress.locked(), Infinity);
  assert.equal(new Progress(chapter(), '').locked(), Infinity);
});
