// A learner takes the SCORM 1.2 package in an LMS, scorm-again, in two sittings.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { ROOT, folder } from '../support/cartable.js';
import { answer, currentLesson, goThrough, next, openLesson, wrong } from '../support/learner.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

/** An LMS that keeps what the last commit sent, and gives it to the next launch. */
async function lms(t, files) {
  const received = { calls: [], commits: [], cmi: null };
  const pages = new Map([
    ['lms.html', await readFile(join(ROOT, 'tests/lms/scorm12.html'))],
    ['scorm-again.js', await readFile(join(ROOT, 'tests/node_modules/scorm-again/dist/scorm12.js'))],
  ]);
  for (const [name, bytes] of files) pages.set(`package/${name}`, bytes);
  const url = await site(t, pages, (path, body) => {
    if (path === 'launch') return { cmi: received.cmi && resumed(received.cmi) };
    if (path === 'call') received.calls.push(JSON.parse(body));
    else if (path === 'commit') {
      const { cmi } = JSON.parse(body);
      received.commits.push(cmi);
      received.cmi = cmi;
    } else return undefined;
    return { result: true, errorCode: 0 };
  });
  return { url: `${url}/lms.html`, received };
}

/** What an LMS gives back at the next launch: interactions are write-only, and the session begins anew. */
function resumed(cmi) {
  const { session_time, exit, ...core } = cmi.core;
  return { suspend_data: cmi.suspend_data, core: { ...core, entry: exit === 'suspend' ? 'resume' : '', student_id: 'zoe' } };
}

const calls = (received, name) => received.calls.filter((call) => call.name === name).sort((a, b) => a.sequence - b.sequence);
const sets = (received, element) => calls(received, 'LMSSetValue').filter(({ given }) => given[0] === element).map(({ given }) => given[1]);

/** Of a SCORM 1.2 CMITimespan, which scorm-again writes in its own way. */
function seconds(timespan) {
  const [, hours, minutes, rest] = /^(\d{2,4}):(\d\d):(\d\d(?:\.\d{1,2})?)$/.exec(timespan);
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

async function launch(opened, url) {
  const page = await opened.newPage();
  await page.goto(url);
  const view = page.frame({ url: /package\/index\.html/ }) || (await page.waitForEvent('frameattached'), page.frames()[1]);
  await view.locator('html.scripted').waitFor();
  return { page, view };
}

test('SCORM 1.2: the LMS receives all of a chapter taken in two sittings', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, files);
  const launched = await browser(t);
  const { opened, hosts, assertQuiet } = await context(t, launched);

  // First sitting: the opening, lesson 1, half of lesson 2; then the tab is closed.
  let { page, view } = await launch(opened, url);
  assert.equal(calls(received, 'LMSInitialize').length, 1);
  await view.locator('[data-start]').click();
  assert.equal(await currentLesson(view), data.lessons[0].id);
  await next(view);
  assert.equal(await currentLesson(view), data.lessons[1].id);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(view, first.id, wrong(first));
  await answer(view, first.id, first.correct);
  await closeTab(page);
  await eventually('Finish', () => calls(received, 'LMSFinish').length > 0);

  let { cmi } = received;
  assert.equal(cmi.core.lesson_status, 'incomplete');
  assert.equal(cmi.core.lesson_location, data.lessons[1].id);
  assert.equal(cmi.core.exit, 'suspend');
  assert.equal(cmi.core.score.min, '0');
  assert.equal(cmi.core.score.max, '100');
  assert.equal(Number(cmi.core.score.raw), Math.round(10000 / data.questions.length) / 100);
  const times = sets(received, 'cmi.core.session_time');
  for (const time of times) assert.match(time, /^\d{4}:\d\d:\d\d\.\d\d$/);
  assert.deepEqual(times, [...times].sort(), 'the time spent only grows');
  assert.equal(seconds(cmi.core.session_time), seconds(times[times.length - 1]));
  assert.ok(seconds(cmi.core.session_time) > 0);
  assert.match(cmi.suspend_data, /^1[A-Za-z0-9_-]+$/);
  assert.ok(cmi.suspend_data.length <= 4096);
  assert.equal(calls(received, 'LMSFinish').length, 1);
  const kept = cmi.suspend_data;

  const interactions = Object.values(cmi.interactions.childArray || cmi.interactions);
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
  assert.deepEqual(calls(received, 'LMSGetValue').filter(({ given }) => given[0] === 'cmi.suspend_data').map(({ result }) => result), [kept]);
  assert.equal(await currentLesson(view), data.lessons[1].id);
  assert.equal(await view.locator(`#question-${first.id} input:checked`).getAttribute('value'), first.correct[0]);
  assert.ok(await view.locator(`#question-${first.id}`).evaluate((form) => form.classList.contains('is-right')));
  await goThrough(view, data, 1);
  assert.equal(await view.locator('#end h2').textContent(), 'Bravo !');
  assert.ok(await view.getByText('Vous avez terminé ce chapitre').isVisible());
  assert.ok(await view.getByText('Les acteurs judiciaires').isVisible());
  assert.equal(await view.locator('[data-progress]').getAttribute('aria-valuenow'), '100');
  await closeTab(page);
  await eventually('Finish', () => calls(received, 'LMSFinish').length > 0);

  ({ cmi } = received);
  assert.equal(cmi.core.lesson_status, 'passed');
  assert.equal(Number(cmi.core.score.raw), 100);
  assert.equal(cmi.core.lesson_location, data.lessons[data.lessons.length - 1].id);
  assert.ok(cmi.suspend_data.length <= 4096 && cmi.suspend_data !== kept);
  assert.equal(calls(received, 'LMSFinish').length, 1);
  assert.deepEqual(sets(received, 'cmi.core.lesson_status'), ['passed']);
  const answered = Object.values(cmi.interactions.childArray || cmi.interactions);
  assert.deepEqual(new Set(answered.map(({ id }) => id)), new Set(data.questions.filter(({ id }) => id !== first.id).map(({ id }) => id)));

  // Third sitting: only to look; nothing is lost.
  received.calls.length = 0;
  ({ page, view } = await launch(opened, url));
  await openLesson(view, data.lessons[0].id);
  await closeTab(page);
  await eventually('Finish', () => calls(received, 'LMSFinish').length > 0);
  assert.deepEqual(sets(received, 'cmi.core.lesson_status'), []);
  assert.deepEqual(sets(received, 'cmi.core.score.raw'), []);
  assert.equal(received.cmi.core.lesson_status, 'passed');
  assert.equal(Number(received.cmi.core.score.raw), 100);

  assert.deepEqual(received.calls.filter(({ name, error }) => name === 'LMSSetValue' && error !== '0'), []);
  assert.deepEqual([...hosts], [new URL(url).host]);
  assertQuiet();
});

test('SCORM 1.2: a score may not be lost, and two wrong tries close a question', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, files);
  const { opened } = await context(t, await browser(t));
  const { page, view } = await launch(opened, url);
  for (const lesson of data.lessons) {
    await openLesson(view, lesson.id);
    for (const question of data.questions.filter((question) => question.lesson === lesson.id)) {
      for (let attempt = 0; attempt < data.attempts; attempt++) await answer(view, question.id, wrong(question));
      assert.equal(await view.locator(`#question-${question.id} button[type=submit]`).isVisible(), false);
    }
    await next(view);
  }
  await view.locator('#end').waitFor();
  await closeTab(page);
  await eventually('Finish', () => calls(received, 'LMSFinish').length === 1);
  assert.equal(received.cmi.core.lesson_status, 'failed');
  assert.equal(Number(received.cmi.core.score.raw), 0);
});

test('SCORM 1.2: in review nothing is written', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, files);
  received.cmi = { suspend_data: '', core: { lesson_mode: 'review', lesson_status: 'passed', score: { raw: '90' }, exit: '' } };
  const { opened } = await context(t, await browser(t));
  const { page, view } = await launch(opened, url);
  await openLesson(view, data.lessons[1].id);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(view, first.id, first.correct);
  await closeTab(page);
  await eventually('Finish', () => calls(received, 'LMSFinish').length === 1);
  assert.deepEqual(calls(received, 'LMSSetValue'), []);
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
