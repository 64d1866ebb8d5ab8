// The web package, opened by a double-click from a disk.

import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

import { browser, closeTab, context } from '../support/browser.js';
import { folder, json } from '../support/cartable.js';
import { answer, currentLesson, goThrough, next } from '../support/learner.js';

test('web: from a disk and offline, progress stays in the browser', async (t) => {
  const out = await folder(t);
  const { packages: [{ file }] } = await json(['build', '--out', out, '--target', 'web']);
  const unpacked = file.replace(/\.zip$/, '');
  await access(join(unpacked, 'index.html'));
  const { opened, hosts, assertQuiet } = await context(t, await browser(t), { offline: true });
  const url = pathToFileURL(join(unpacked, 'index.html')).href;

  let page = await opened.newPage();
  await page.goto(url);
  const data = JSON.parse(await page.locator('#page-data').textContent());
  await page.locator('[data-start]').click();
  await next(page);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(page, first.id, first.correct);
  assert.equal(await page.locator('[data-save-state]').textContent(), data.words.saved);
  await closeTab(page);

  page = await opened.newPage();
  await page.goto(url);
  assert.equal(await currentLesson(page), data.lessons[1].id);
  assert.ok(await page.locator(`#question-${first.id}`).evaluate((form) => form.classList.contains('is-right')));
  await goThrough(page, data, 1);
  assert.ok(await page.getByText('Vous avez terminé ce chapitre').isVisible());
  assert.deepEqual([...hosts], [''], 'nothing but files was asked for');
  assertQuiet();

  // Built again, the folder is the new one, and nothing is left beside it.
  const again = await json(['build', '--out', out, '--target', 'web']);
  assert.equal(again.packages[0].change, 'unchanged');
});
