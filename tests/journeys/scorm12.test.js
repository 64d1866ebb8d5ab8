// A learner takes the SCORM 1.2 package in an LMS, scorm-again, in two sittings.

import assert from 'node:assert/strict';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { folder } from '../support/cartable.js';
import { answer, currentLesson, failEverything, goThrough, next, openLesson, wrong } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

/** Of a SCORM 1.2 CMITimespan, which scorm-again writes in its own way. */
function seconds(timespan) {
  const [, hours, minutes, rest] = /^(\d{2,4}):(\d\d):(\d\d(?:\.\d{1,2})?)$/.exec(timespan);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

test('SCORM 1.2: the LMS receives all of a chapter taken in two sittings', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, 'scorm12', files);
  const launched = await browser(t);
  const { opened, hosts, assertQuiet } = await context(t, launched);

  // First sitting: the opening, lesson 1, half of lesson 2; then the tab is closed.
  let { page, view } = await launch(opened, url);
  assert.equal(received.named('Initialize').length, 1);
  await view.locator('[data-start]').click();
  assert.equal(await currentLesson(view), data.lessons[0].id);
  await next(view);
  assert.equal(await currentLesson(view), data.lessons[1].id);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(view, first.id, wrong(first));
  await answer(view, first.id, first.correct);
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length > 0);

  let { cmi } = received;
  assert.equal(cmi.core.lesson_status, 'incomplete');
  assert.equal(cmi.core.lesson_location, data.lessons[1].id);
  assert.equal(cmi.core.exit, 'suspend');
  assert.equal(cmi.core.score.min, '0');
  assert.equal(cmi.core.score.max, '100');
  assert.equal(Number(cmi.core.score.raw), Math.round(10000 / data.questions.length) / 100);
  const times = received.sets('cmi.core.session_time');
  for (const time of times) assert.match(time, /^\d{4}:\d\d:\d\d\.\d\d$/);
  assert.deepEqual(times, [...times].sort(), 'the time spent only grows');
  assert.equal(seconds(cmi.core.session_time), seconds(times[times.length - 1]));
  assert.ok(seconds(cmi.core.session_time) > 0);
  assert.match(cmi.suspend_data, /^2[A-Za-z0-9_-]+$/);
  assert.ok(cmi.suspend_data.length <= 4096);
  assert.equal(received.named('Finish').length, 1);
  const kept = cmi.suspend_data;

  const interactions = received.interactions();
  assert.deepEqual(interactions.map(({ id, type, student_response, result, weighting }) => ({ id, type, student_response, result, weighting })), [
    { id: first.id, type: 'choice', student_response: wrong(first).join(','), result: 'wrong', weighting: String(first.weight) },
    { id: first.id, type: 'choice', student_response: first.correct.join(','), result: 'correct', weighting: String(first.weight) },
  ]);
  for (const { time, latency } of interactions) {
    assert.match(time, /^\d\d:\d\d:\d\d$/);
    assert.ok(seconds(latency) >= 0);
  }

  // Second sitting: it resumes in lesson 2 with its answer, and goes to the end.
  received.calls.length = 0;
  ({ page, view } = await launch(opened, url));
  assert.deepEqual(received.named('GetValue').filter(({ given }) => given[0] === 'cmi.suspend_data').map(({ result }) => result), [kept]);
  assert.equal(await currentLesson(view), data.lessons[1].id);
  assert.equal(await view.locator(`#question-${first.id} input:checked`).getAttribute('value'), first.correct[0]);
  assert.ok(await view.locator(`#question-${first.id}`).evaluate((form) => form.classList.contains('is-right')));
  await goThrough(view, data, 1);
  assert.equal(await view.locator('#end h2').textContent(), 'Bravo\u202f!');
  assert.ok(await view.getByText('Vous avez terminé ce chapitre').isVisible());
  assert.ok(await view.getByText('Les acteurs judiciaires').isVisible());
  assert.equal(await view.locator('[data-progress]').getAttribute('aria-valuenow'), '100');
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length > 0);

  ({ cmi } = received);
  assert.equal(cmi.core.lesson_status, 'passed');
  assert.equal(Number(cmi.core.score.raw), 100);
  assert.equal(cmi.core.lesson_location, data.lessons[data.lessons.length - 1].id);
  assert.ok(cmi.suspend_data.length <= 4096 && cmi.suspend_data !== kept);
  assert.equal(received.named('Finish').length, 1);
  assert.deepEqual(received.sets('cmi.core.lesson_status'), ['passed']);
  const answered = received.interactions();
  assert.deepEqual(new Set(answered.map(({ id }) => id)), new Set(data.questions.filter(({ id }) => id !== first.id).map(({ id }) => id)));

  // Third sitting: only to look; nothing is lost.
  received.calls.length = 0;
  ({ page, view } = await launch(opened, url));
  await openLesson(view, data.lessons[0].id);
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length > 0);
  assert.deepEqual(received.sets('cmi.core.lesson_status'), []);
  assert.deepEqual(received.sets('cmi.core.score.raw'), []);
  assert.equal(received.cmi.core.lesson_status, 'passed');
  assert.equal(Number(received.cmi.core.score.raw), 100);

  assert.deepEqual(received.calls.filter(({ name, error }) => name === 'SetValue' && error !== '0'), []);
  assert.deepEqual([...hosts], [new URL(url).host]);
  assertQuiet();
});

test('SCORM 1.2: a score may not be lost, and two wrong tries close a question', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, 'scorm12', files);
  const { opened } = await context(t, await browser(t));
  const { page, view } = await launch(opened, url);
  await failEverything(view, data);
  for (const question of data.questions) assert.equal(await view.locator(`#question-${question.id} button[type=submit]`).isVisible(), false);
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length === 1);
  assert.equal(received.cmi.core.lesson_status, 'failed');
  assert.equal(Number(received.cmi.core.score.raw), 0);
});

for (const mode of ['browse', 'review']) {
  test(`SCORM 1.2: in ${mode} nothing is written`, async (t) => {
    const { files, page: data } = await build(await folder(t), 'scorm12');
    const { url, received } = await lms(t, 'scorm12', files);
    received.launch = { core: { lesson_mode: mode, lesson_status: 'passed', score: { raw: '90' } } };
    const { opened } = await context(t, await browser(t));
    const { page, view } = await launch(opened, url);
    await openLesson(view, data.lessons[1].id);
    const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
    await answer(view, first.id, first.correct);
    await closeTab(page);
    await eventually('Finish', () => received.named('Finish').length === 1);
    assert.deepEqual(received.named('SetValue'), []);
  });
}

test('SCORM 1.2: when the session is lost the learner is told, and the next visit brings what was missing', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, 'scorm12', files);
  const { opened } = await context(t, await browser(t));
  let { page, view } = await launch(opened, url);
  received.lost = true;
  await openLesson(view, data.lessons[1].id);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(view, first.id, first.correct);
  await view.locator('[data-saved="not_saved"]').waitFor();
  await closeTab(page);

  await eventually('the end of the session', () => received.named('Finish').length === 1);
  received.lost = false;
  ({ page, view } = await launch(opened, url));
  await view.locator('[data-saved="saved"]').waitFor();
  assert.equal(await currentLesson(view), data.lessons[1].id);
  assert.ok(await view.locator(`#question-${first.id}`).evaluate((form) => form.classList.contains('is-right')));
  await closeTab(page);
  const score = Math.round(10000 / data.questions.length) / 100;
  await eventually('the answer and its score', () => received.cmi && received.interactions().length === 1 && Number(received.cmi.core.score.raw) === score);
  const [{ id, result }] = received.interactions();
  assert.deepEqual([id, result], [first.id, 'correct']);
});

test('SCORM 1.2: without an LMS the chapter can still be read, and says that nothing is sent', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const url = await site(t, files);
  const { opened, assertQuiet } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(`${url}/index.html`);
  await page.locator('[data-start]').click();
  assert.equal(await currentLesson(page), data.lessons[0].id);
  assert.notEqual(await page.locator('[data-save-state]').textContent(), '');
  assertQuiet();
});
