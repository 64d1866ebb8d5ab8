import assert from 'node:assert/strict';
import test from 'node:test';

import { chapter, load } from './player.mjs';

const { Progress } = load(['suspend-data', 'answers', 'kinds', 'progress'], { TextEncoder, TextDecoder });
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

/** Answers every question of the take: so many of them rightly. */
function take(progress, page, right = Infinity) {
  progress.questions.forEach((question, place) => {
    for (let tries = 0; tries < page.attempts && progress.triesLeft(question) > 0; tries++) progress.answer(question, place < right ? question.correct : ['z']);
  });
}

test('the quiz may be taken again as often as the author allows, and the best score counts', () => {
  const page = chapter({ retakes: 2, passMark: 0.5 });
  const progress = new Progress(page, '');
  page.lessons.forEach((lesson) => progress.see(lesson));
  assert.equal(progress.mayRetake(), false);
  take(progress, page, 1);
  // Failed for now, but it may still be passed: nothing is final.
  assert.deepEqual(outcome(progress), { complete: true, success: null, score: 0.25 });
  assert.ok(progress.mayRetake());
  const { seed } = progress;
  progress.retake();
  assert.ok(progress.seed !== seed || progress.takes === 1);
  // What was complete stays so, and the score stands until a better one is reached.
  assert.deepEqual(outcome(progress), { complete: true, success: null, score: 0.25 });
  assert.equal(progress.share(), 1);
  assert.equal(progress.triesLeft(page.questions[0]), 2);
  take(progress, page, 0);
  assert.equal(outcome(progress).score, 0.25);
  const resumed = new Progress(page, progress.suspend(1));
  assert.deepEqual(outcome(resumed), outcome(progress));
  resumed.retake();
  take(resumed, page, 0);
  assert.equal(resumed.mayRetake(), false);
  assert.deepEqual(outcome(resumed), { complete: true, success: false, score: 0.25 });
});

test('nothing is to gain from a quiz that was taken without a fault', () => {
  const page = chapter({ retakes: 1 });
  const progress = new Progress(page, '');
  take(progress, page);
  assert.equal(progress.mayRetake(), false);
});

test('where the last take counts, it does once it is over; a pass is lost only where the author says so', () => {
  for (const revocable of [false, true]) {
    const page = chapter({ retakes: 5, score: 'last', revocable, passMark: 0.25, attempts: 1 });
    const progress = new Progress(page, '');
    page.lessons.forEach((lesson) => progress.see(lesson));
    take(progress, page, 1);
    assert.deepEqual(outcome(progress), { complete: true, success: true, score: 0.25 });
    progress.flags = 2;
    progress.retake();
    progress.answer(page.questions[0], ['z']);
    assert.deepEqual(outcome(progress), { complete: true, success: true, score: 0.25 });
    take(progress, page, 0);
    assert.deepEqual(outcome(progress), { complete: true, success: !revocable, score: 0 });
  }
});

/** A chapter whose pool of eight questions gives three to each take. */
function pooled(changes = {}) {
  const questions = Array.from({ length: 8 }, (_, place) => ({ ...chapter().questions[0], id: `p${place}`, key: 100 + place, pool: 0 }));
  return chapter({ questions: [...chapter().questions, ...questions], pools: [3], retakes: 9, ...changes });
}

test('a take draws as many questions of a pool as the author says, and keeps them', () => {
  const page = pooled();
  const drawn = new Set();
  for (let round = 0; round < 60; round++) {
    const progress = new Progress(page, '');
    assert.equal(progress.questions.length, 5);
    assert.deepEqual(progress.questions.slice(0, 2).map(({ id }) => id), ['q1', 'q2']);
    const kept = new Progress(page, progress.suspend(1));
    assert.deepEqual(kept.questions.map(({ id }) => id), progress.questions.map(({ id }) => id));
    for (const { id } of progress.questions) drawn.add(id);
  }
  assert.equal(drawn.size, 10, 'every question comes up');
});

test('an edit of a pool takes no answered question away', () => {
  const page = pooled();
  const progress = new Progress(page, '');
  const answered = progress.questions.slice(2, 4);
  for (const question of answered) progress.answer(question, question.correct);
  const kept = progress.suspend(1);
  const more = Array.from({ length: 50 }, (_, place) => ({ ...page.questions[2], id: `n${place}`, key: 500 + place }));
  const edited = new Progress({ ...page, questions: [...more, ...page.questions] }, kept);
  assert.equal(edited.questions.length, 5);
  for (const { id } of answered) assert.ok(edited.questions.some((question) => question.id === id), id);
  // One of those answered is gone: another is drawn for it.
  const fewer = new Progress({ ...page, questions: page.questions.filter((question) => question !== answered[0]) }, kept);
  assert.equal(fewer.questions.length, 5);
  assert.equal(fewer.answers.size, 1);
  // The author asks fewer: what is over is forgotten.
  assert.equal(new Progress({ ...page, pools: [1] }, kept).answers.size, 1);
});

test('a long answer is kept whole where there is room, and as much of it as fits where there is not', () => {
  const question = { ...chapter().questions[0], kind: 'long-answer', choices: [], correct: [], weight: 0 };
  const questions = Array.from({ length: 12 }, (_, place) => ({ ...question, id: `t${place}`, key: 200 + place }));
  const page = chapter({ questions });
  const progress = new Progress(page, '');
  const text = 'é'.repeat(1000);
  for (const one of questions) progress.answer(one, [text]);
  assert.equal(new Progress(page, progress.suspend(1, 64000)).given(questions[3])[0], text);
  const short = progress.suspend(1, 4096);
  assert.ok(short.length <= 4096);
  for (const one of questions) assert.equal(new Progress(page, short).given(one)[0], 'é'.repeat(100));
  const alone = new Progress(page, '');
  alone.answer(questions[0], [text]);
  assert.equal(new Progress(page, alone.suspend(1, 4096)).given(questions[0])[0], text);
});
