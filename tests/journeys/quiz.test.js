// A quiz that draws its questions and may be taken again: what the learner finds, and what the other side is told.

import assert from 'node:assert/strict';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { answer, next, openLesson, wrong } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { build, buildWithRules } from '../support/package.js';
import { folder } from '../support/cartable.js';
import { site } from '../support/site.js';

/** The questions on the page, in its order. */
function asked(view) {
  return view.locator('form.question:not([hidden])').evaluateAll((forms) => forms.map(({ dataset }) => dataset.question));
}

/** Answers every question that is asked, rightly or wrongly. */
async function takeQuiz(view, data, rightly) {
  for (const id of await asked(view)) {
    const question = data.questions.find((one) => one.id === id);
    await openLesson(view, question.lesson);
    await answer(view, id, rightly ? question.correct : wrong(question));
  }
}

for (const [target, version] of [['scorm12', 'scorm12'], ['scorm2004-3', 'scorm2004']]) {
  const finish = version === 'scorm12' ? 'Finish' : 'Terminate';
  const result = ({ cmi }) => (version === 'scorm12' ? [cmi.core.lesson_status, Number(cmi.core.score.raw)] : [cmi.success_status, Number(cmi.score.raw)]);

  test(`${target}: a take asks some questions of a pool, keeps them, and another take draws others`, async (t) => {
    const { files, page: data } = await build(await folder(t), target, 'tests/courses/pool');
    const { url, received } = await lms(t, version, files);
    const { opened, assertQuiet } = await context(t, await browser(t));
    let { page, view } = await launch(opened, url);
    await openLesson(view, 'nombres');
    const first = await asked(view);
    assert.equal(first.length, 4);
    assert.equal(first[0], 'zero', 'what is in no pool is always asked, where it stands');
    assert.equal(await view.locator('form.question:visible').count(), 4);
    assert.deepEqual(await view.locator('form:visible [data-number]').allTextContents(), ['1', '2', '3', '4']);
    const zero = data.questions.find(({ id }) => id === 'zero');
    await answer(view, 'zero', wrong(zero));
    await closeTab(page);
    await eventually('the end', () => received.named(finish).length === 1);

    // The same questions wait in the same order.
    received.calls.length = 0;
    ({ page, view } = await launch(opened, url));
    assert.deepEqual(await asked(view), first);
    for (const id of first.slice(1)) await answer(view, id, wrong(data.questions.find((one) => one.id === id)));
    await next(view);
    assert.ok(await view.getByText('Encore 2 fois possibles. La meilleure note compte.').isVisible());
    await eventually('the score', () => received.cmi && result(received)[1] === 0);
    assert.notEqual(result(received)[0], 'failed', 'while the quiz may be taken again, nothing is failed');

    const seen = new Set([first.slice(1).join()]);
    for (let take = 0; take < 2; take++) {
      await view.getByRole('button', { name: 'Refaire le quiz' }).click();
      await view.locator('#lesson-nombres').waitFor();
      const drawn = await asked(view);
      assert.equal(drawn.length, 4);
      assert.equal(await view.locator('.is-right, .is-wrong').count(), 0);
      assert.equal(await view.locator('.question input:checked').count(), 0);
      seen.add(drawn.slice(1).join());
      if (take === 0) {
        await takeQuiz(view, data, false);
        await next(view);
        assert.ok(await view.getByText('Encore une fois possible.').isVisible());
      }
    }
    assert.ok(seen.size > 1, 'another draw or another order');
    await takeQuiz(view, data, true);
    await next(view);
    assert.equal(await view.getByRole('button', { name: 'Refaire le quiz' }).isVisible(), false);
    await closeTab(page);
    await eventually('the end', () => received.named(finish).length === 1);
    assert.deepEqual(result(received), ['passed', 100]);
    // Each answer of each take is an interaction.
    assert.equal(received.sets('cmi.interactions.0.id').length, 1);
    assert.equal(received.named('SetValue').filter(({ given }) => /^cmi\.interactions\.\d+\.id$/.test(given[0])).length, 3 + 4 + 4);
    assertQuiet();
  });

  for (const [pass, expected] of [['kept', ['passed', 0]], ['revocable', ['failed', 0]]]) {
    test(`${target}: where the last take counts, a pass is ${pass}`, async (t) => {
      const rules = `retakes = 1\nscore = "last"\npass = "${pass}"`;
      const { files, page: data } = await buildWithRules(t, target, rules, 'attempts = 2');
      const { url, received } = await lms(t, version, files);
      const { opened } = await context(t, await browser(t));
      const { page, view } = await launch(opened, url);
      await openLesson(view, data.lessons[0].id);
      for (const _ of data.lessons) await next(view);
      // Every question but one, then what is wrong twice.
      const [missed, ...others] = data.questions;
      for (const question of others) {
        await openLesson(view, question.lesson);
        await answer(view, question.id, question.correct);
      }
      await openLesson(view, missed.lesson);
      for (let tries = 0; tries < 2; tries++) await answer(view, missed.id, wrong(missed));
      await eventually('passed', () => received.cmi && result(received)[0] === 'passed');
      await view.locator('h1 a').click();
      await view.evaluate(() => { location.hash = 'end'; });
      assert.ok(await view.getByText('La dernière note compte.').isVisible());
      await view.getByRole('button', { name: 'Refaire le quiz' }).click();
      for (const question of data.questions) {
        await openLesson(view, question.lesson);
        assert.equal(result(received)[0], 'passed', 'a take that is not over changes nothing');
        for (let tries = 0; tries < 2; tries++) await answer(view, question.id, wrong(question));
      }
      await closeTab(page);
      await eventually('the end', () => received.named(finish).length === 1);
      assert.deepEqual(result(received), expected);
    });
  }
}

test('web: a quiz taken again is found again', async (t) => {
  const { files, page: data } = await build(await folder(t), 'web', 'tests/courses/pool');
  const url = await site(t, files);
  const { opened, assertQuiet } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(`${url}/index.html`);
  await openLesson(page, 'nombres');
  await takeQuiz(page, data, false);
  await next(page);
  await page.getByRole('button', { name: 'Refaire le quiz' }).click();
  await page.locator('#lesson-nombres').waitFor();
  assert.ok(await page.locator('form.question:visible').first().evaluate((form) => location.hash === `#${form.id}`));
  const drawn = await asked(page);
  await answer(page, 'zero', ['a']);
  await page.reload();
  await page.locator('html.scripted').waitFor();
  assert.deepEqual(await asked(page), drawn);
  assert.ok(await page.locator('#question-zero.is-right').count());
  await page.evaluate(() => { location.hash = 'end'; });
  assert.ok(await page.getByText('3 questions attendent votre réponse.').isVisible());
  assertQuiet();
});
