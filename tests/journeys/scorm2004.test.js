// A learner takes the SCORM 2004 packages in an LMS, scorm-again, in two sittings.

import assert from 'node:assert/strict';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { folder } from '../support/cartable.js';
import { answer, currentLesson, failEverything, goThrough, next, openLesson, wrong } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { build } from '../support/package.js';

const TIME = /^PT(\d+(\.\d{1,2})?)S$/;

for (const target of ['scorm2004-3', 'scorm2004-4']) {
  test(`${target}: the LMS receives all of a chapter taken in two sittings`, async (t) => {
    const { files, page: data } = await build(await folder(t), target);
    const { url, received } = await lms(t, 'scorm2004', files);
    const { opened, hosts, assertQuiet } = await context(t, await browser(t));

    let { page, view } = await launch(opened, url);
    assert.equal(received.named('Initialize').length, 1);
    await view.locator('[data-start]').click();
    await next(view);
    const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
    await answer(view, first.id, wrong(first));
    await answer(view, first.id, first.correct);
    await closeTab(page);
    await eventually('Terminate', () => received.named('Terminate').length > 0);

    let { cmi } = received;
    assert.equal(received.named('Terminate').length, 1);
    assert.equal(cmi.completion_status, 'incomplete');
    assert.notEqual(cmi.success_status, 'passed');
    assert.equal(cmi.location, data.lessons[1].id);
    assert.equal(cmi.exit, 'suspend');
    const share = 1 / data.questions.length;
    assert.equal(Number(cmi.score.scaled), Math.round(share * 10000) / 10000);
    assert.deepEqual([Number(cmi.score.raw), cmi.score.min, cmi.score.max], [Math.round(share * 10000) / 100, '0', '100']);
    assert.ok(Number(cmi.progress_measure) > 0 && Number(cmi.progress_measure) < 1);
    assert.match(cmi.suspend_data, /^2[A-Za-z0-9_-]+$/);
    const times = received.sets('cmi.session_time').map((time) => Number(TIME.exec(time)[1]));
    assert.ok(times[times.length - 1] > 0);
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    const kept = cmi.suspend_data;

    assert.deepEqual(received.interactions().map(({ id, type, learner_response, result }) => ({ id, type, learner_response, result })), [
      { id: first.id, type: 'choice', learner_response: wrong(first).join('[,]'), result: 'incorrect' },
      { id: first.id, type: 'choice', learner_response: first.correct.join('[,]'), result: 'correct' },
    ]);
    assert.equal(received.sets('cmi.interactions.0.correct_responses.0.pattern')[0], first.correct.join('[,]'));
    assert.ok(received.sets('cmi.interactions.0.description')[0].length > 10);
    assert.match(received.sets('cmi.interactions.0.timestamp')[0], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\dZ$/);
    assert.match(received.sets('cmi.interactions.0.latency')[0], TIME);
    // The type decides the format of the responses: it comes first.
    const order = received.named('SetValue').map(({ given }) => given[0]).filter((element) => element.startsWith('cmi.interactions.0.'));
    assert.deepEqual(order.slice(0, 2), ['cmi.interactions.0.id', 'cmi.interactions.0.type']);

    received.calls.length = 0;
    ({ page, view } = await launch(opened, url));
    assert.deepEqual(received.named('GetValue').filter(({ given }) => given[0] === 'cmi.suspend_data').map(({ result }) => result), [kept]);
    assert.equal(await currentLesson(view), data.lessons[1].id);
    assert.ok(await view.locator(`#question-${first.id}`).evaluate((form) => form.classList.contains('is-right')));
    await goThrough(view, data, 1);
    assert.ok(await view.getByText('Vous avez terminé ce chapitre').isVisible());
    await closeTab(page);
    await eventually('Terminate', () => received.named('Terminate').length > 0);

    ({ cmi } = received);
    assert.deepEqual([cmi.completion_status, cmi.success_status], ['completed', 'passed']);
    assert.deepEqual([Number(cmi.score.scaled), Number(cmi.score.raw), Number(cmi.progress_measure)], [1, 100, 1]);
    assert.equal(cmi.exit, 'suspend');
    assert.equal(received.named('Terminate').length, 1);
    assert.deepEqual(received.sets('cmi.completion_status'), ['incomplete', 'completed']);
    assert.deepEqual(received.sets('cmi.success_status'), ['passed']);
    // The score before the status that depends on it.
    const calls = received.named('SetValue').map(({ given }) => given.join('='));
    assert.ok(calls.indexOf('cmi.score.raw=100') < calls.indexOf('cmi.success_status=passed'));

    received.calls.length = 0;
    ({ page, view } = await launch(opened, url));
    await openLesson(view, data.lessons[0].id);
    await closeTab(page);
    await eventually('Terminate', () => received.named('Terminate').length > 0);
    for (const element of ['cmi.completion_status', 'cmi.success_status', 'cmi.score.raw']) assert.deepEqual(received.sets(element), []);
    assert.deepEqual(received.calls.filter(({ name, error }) => name === 'SetValue' && error !== '0'), []);
    assert.deepEqual([...hosts], [new URL(url).host]);
    assertQuiet();
  });
}

test('SCORM 2004: wrong to the end is completed and failed', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm2004-4');
  const { url, received } = await lms(t, 'scorm2004', files);
  const { opened } = await context(t, await browser(t));
  const { page, view } = await launch(opened, url);
  // While a try is left nothing is final: the next entry would be a review.
  await failEverything(view, data, () => assert.deepEqual(received.sets('cmi.completion_status'), ['incomplete']));
  await closeTab(page);
  await eventually('Terminate', () => received.named('Terminate').length === 1);
  assert.deepEqual([received.cmi.completion_status, received.cmi.success_status], ['completed', 'failed']);
  assert.equal(Number(received.cmi.score.scaled), 0);
});

for (const target of ['scorm2004-3', 'scorm2004-4']) {
  test(`${target}: when the session is lost the learner is told, and what was missing is kept once it is back`, async (t) => {
    const { files, page: data } = await build(await folder(t), target);
    const { url, received } = await lms(t, 'scorm2004', files);
    const { opened } = await context(t, await browser(t));
    let { page, view } = await launch(opened, url);
    received.lost = true;
    await openLesson(view, data.lessons[1].id);
    const [first, second] = data.questions;
    await answer(view, first.id, first.correct);
    await view.locator('[data-saved="not_saved"]').waitFor();
    assert.ok(await view.getByText('Non enregistré').isVisible());
    // Back while the page is open: the next try keeps it.
    received.lost = false;
    await view.locator('[data-saved="saved"]').waitFor();
    assert.deepEqual(received.interactions().map(({ id }) => id), [first.id]);

    // Lost to the end: the next visit brings it.
    received.lost = true;
    await openLesson(view, second.lesson);
    await answer(view, second.id, second.correct);
    await view.locator('[data-saved="not_saved"]').waitFor();
    await closeTab(page);
    await eventually('the end of the session', () => received.named('Terminate').length === 1);
    received.lost = false;
    ({ page, view } = await launch(opened, url));
    await view.locator('[data-saved="saved"]').waitFor();
    assert.ok(await view.locator(`#question-${second.id}`).evaluate((form) => form.classList.contains('is-right')));
    await closeTab(page);
    await eventually('the second answer', () => received.interactions().some(({ id }) => id === second.id));
    const score = Math.round(20000 / data.questions.length) / 100;
    await eventually('both scores', () => Number(received.cmi.score.raw) === score);
  });
}

test('SCORM 2004: the interface speaks the language that the LMS says its learner prefers', async (t) => {
  const { files } = await build(await folder(t), 'scorm2004-4');
  for (const [language, start] of [['en', 'Start'], ['fr-CA', 'Commencer'], ['de', 'Commencer'], ['', 'Commencer']]) {
    const { url, received } = await lms(t, 'scorm2004', files);
    received.launch = { learner_preference: { language } };
    const { opened, assertQuiet } = await context(t, await browser(t));
    const { page, view } = await launch(opened, url);
    assert.equal(await view.locator('[data-start]').textContent(), start, language);
    await page.close();
    assertQuiet();
  }
});

for (const mode of ['browse', 'review']) {
  test(`SCORM 2004: in ${mode} nothing is written`, async (t) => {
    const { files, page: data } = await build(await folder(t), 'scorm2004-3');
    const { url, received } = await lms(t, 'scorm2004', files);
    received.launch = { mode };
    const { opened } = await context(t, await browser(t));
    const { page, view } = await launch(opened, url);
    await openLesson(view, data.lessons[1].id);
    const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
    await answer(view, first.id, first.correct);
    await closeTab(page);
    await eventually('Terminate', () => received.named('Terminate').length === 1);
    assert.deepEqual(received.named('SetValue'), []);
  });
}
