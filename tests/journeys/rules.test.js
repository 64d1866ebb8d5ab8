// What an author asks for: some lessons, a pass, a time, an order.

import assert from 'node:assert/strict';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { answer, currentLesson, failEverything, goThrough, next, openLesson, wrong } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { buildWithRules } from '../support/package.js';
import { site } from '../support/site.js';

test('in order, a lesson opens once those before it were seen', async (t) => {
  const { files, page: data } = await buildWithRules(t, 'web', 'navigation = "ordered"', '[quiz]');
  const url = await site(t, files);
  const { opened, assertQuiet } = await context(t, await browser(t));
  const page = await opened.newPage();
  for (const hash of [`lesson-${data.lessons[2].id}`, 'end']) {
    await page.goto('about:blank');
    await page.goto(`${url}/index.html#${hash}`);
    await page.locator(`#lesson-${data.lessons[0].id}`).waitFor();
    assert.equal(await currentLesson(page), data.lessons[0].id, hash);
  }
  const link = page.locator(`#contents a[href="#lesson-${data.lessons[1].id}"]`);
  assert.equal(await link.getAttribute('aria-disabled'), 'true');
  await link.click({ force: true });
  assert.equal(await currentLesson(page), data.lessons[0].id);
  await next(page);
  assert.equal(await currentLesson(page), data.lessons[1].id);
  assert.equal(await link.getAttribute('aria-disabled'), null);
  await goThrough(page, data, 1);
  assert.ok(await page.getByText('Vous avez terminé ce chapitre').isVisible());
  assertQuiet();
});

test('half of the lessons and no question are enough where the author says so', async (t) => {
  const { files, page: data } = await buildWithRules(t, 'scorm2004-4', '[completion]\nlessons = 50\nquiz = "ignored"');
  const { url, received } = await lms(t, 'scorm2004', files);
  const { opened } = await context(t, await browser(t));
  const { page, view } = await launch(opened, url);
  await openLesson(view, data.lessons[0].id);
  await next(view);
  assert.deepEqual(received.sets('cmi.completion_status'), ['incomplete']);
  await next(view);
  await closeTab(page);
  await eventually('Terminate', () => received.named('Terminate').length === 1);
  assert.deepEqual(received.sets('cmi.completion_status'), ['incomplete', 'completed']);
  assert.deepEqual(received.sets('cmi.success_status'), []);
});

test('where the quiz must be passed, failing it does not complete the chapter', async (t) => {
  const { files, page: data } = await buildWithRules(t, 'scorm12', '[completion]\nquiz = "passed"');
  const { url, received } = await lms(t, 'scorm12', files);
  const { opened } = await context(t, await browser(t));
  const { page, view } = await launch(opened, url);
  await failEverything(view, data);
  assert.ok(await view.getByText('Le chapitre n’est pas encore terminé').isVisible());
  assert.ok(await view.getByText('La note pour réussir').isVisible());
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length === 1);
  assert.equal(received.cmi.core.lesson_status, 'failed');
});

test('a time that is asked for completes the chapter when it has passed', async (t) => {
  const { files, page: data } = await buildWithRules(t, 'web', '[completion]\nminutes = 1');
  const url = await site(t, files);
  const { opened } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.clock.install();
  await page.goto(`${url}/index.html`);
  await page.locator('[data-start]').click();
  await goThrough(page, data);
  assert.ok(await page.getByText('Temps encore demandé').isVisible());
  await page.clock.fastForward(61_000);
  await page.evaluate(() => { window.location.hash = 'opening'; });
  await page.evaluate(() => { window.location.hash = 'end'; });
  await page.getByText('Vous avez terminé ce chapitre').waitFor();
});

for (const [target, version] of [['scorm12', 'scorm12'], ['scorm2004-3', 'scorm2004'], ['scorm2004-4', 'scorm2004']]) {
  test(`${target}: a lesson may be a SCO of its own, with its own result`, async (t) => {
    const { files, page: data } = await buildWithRules(t, target, '[package]\ngranularity = "lesson"');
    const manifest = files.get('imsmanifest.xml').toString();
    const parameters = [...manifest.matchAll(/parameters="([^"]+)"/g)].map(([, text]) => text);
    assert.equal(parameters.length, data.lessons.length);
    const { opened, assertQuiet } = await context(t, await browser(t));
    for (const [place, lesson] of data.lessons.entries()) {
      // Each has attempts of its own in an LMS.
      const { url, received } = await lms(t, version, files);
      received.parameters = parameters[place];
      const { page, view } = await launch(opened, url);
      await view.locator('[data-start]').click();
      assert.equal(await currentLesson(view), lesson.id);
      assert.equal(await view.locator('[data-lesson]').count(), 1);
      const questions = data.questions.filter((question) => question.lesson === lesson.id);
      for (const question of questions) await answer(view, question.id, question.correct);
      await next(view);
      assert.ok(await view.getByText('Vous avez terminé cette leçon').isVisible());
      await closeTab(page);
      await eventually('the end', () => received.named(version === 'scorm12' ? 'Finish' : 'Terminate').length === 1);
      const { cmi } = received;
      const status = version === 'scorm12' ? [cmi.core.lesson_status] : [cmi.completion_status, ...(questions.length > 0 ? [cmi.success_status] : [])];
      const scored = questions.length > 0;
      assert.deepEqual(status, version === 'scorm12' ? [scored ? 'passed' : 'completed'] : ['completed', ...(scored ? ['passed'] : [])]);
      assert.equal(Number((version === 'scorm12' ? cmi.core : cmi).score.raw), 100);
      assert.equal(received.interactions().length, questions.length);
    }
    assertQuiet();
  });
}

test('shuffled choices keep their order when the learner comes back, and their identifiers for the LMS', async (t) => {
  const { files, page: data } = await buildWithRules(t, 'scorm12', 'choices = "shuffled"', 'attempts = 2');
  const { url, received } = await lms(t, 'scorm12', files);
  const { opened } = await context(t, await browser(t));
  const order = (view) => view.locator('.choice').evaluateAll((choices) => choices.map(({ dataset }) => dataset.choice).join(''));
  let { page, view } = await launch(opened, url);
  const first = await order(view);
  const [question] = data.questions;
  await openLesson(view, question.lesson);
  await answer(view, question.id, question.correct);
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length === 1);
  assert.deepEqual(received.interactions().map(({ student_response, result }) => [student_response, result]), [[question.correct.join(','), 'correct']]);
  ({ page, view } = await launch(opened, url));
  assert.equal(await order(view), first);
  await page.close();

  // Other attempts have other orders.
  const orders = new Set([first]);
  for (let attempt = 0; attempt < 5; attempt++) {
    const other = await lms(t, 'scorm12', files);
    ({ page, view } = await launch(opened, other.url));
    orders.add(await order(view));
    await page.close();
  }
  assert.ok(orders.size > 1);
});

test('where feedback comes at the end, nothing is told before the last answer', async (t) => {
  const { files, page: data } = await buildWithRules(t, 'web', 'feedback = "end"', 'attempts = 2');
  const url = await site(t, files);
  const { opened, assertQuiet } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(`${url}/index.html`);
  for (const [place, question] of data.questions.entries()) {
    await openLesson(page, question.lesson);
    const last = place === data.questions.length - 1;
    const said = await answer(page, question.id, place === 0 ? wrong(question) : question.correct);
    assert.equal(said, last ? data.words.right : data.words.noted);
    if (!last) assert.equal(await page.locator('.is-right, .is-wrong').count(), 0);
  }
  await openLesson(page, data.questions[0].lesson);
  assert.ok(await page.locator(`#question-${data.questions[0].id}.is-wrong`).isVisible());
  assertQuiet();
});
