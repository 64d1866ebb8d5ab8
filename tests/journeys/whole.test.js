// A whole course in one package: each chapter is a unit of its own, and the course has a result where no LMS makes one.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

import { browser, closeTab, context, eventually, STATE_ERRORS } from '../support/browser.js';
import { ask, credential, folder, json, serve } from '../support/cartable.js';
import { answer, goThrough, next, openLesson } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { pageData, unzip, wholeCourse } from '../support/package.js';
import { site } from '../support/site.js';

const REGISTRATION = '0c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d22';
const ACTOR = { objectType: 'Agent', name: 'Zoé', account: { homePage: 'https://lms.example.org', name: 'zoe' } };

/** The package of the whole course for a target: its files, and what the page of each chapter knows. */
async function build(t, target) {
  const { packages } = await json(['build', await wholeCourse(t), '--out', await folder(t), '--target', target]);
  assert.equal(packages.length, 1);
  const { file, chapter } = packages[0];
  assert.equal(chapter, 'justice');
  assert.match(file, new RegExp(`justice-1\\.0\\.0-${target}\\.zip$`));
  const files = await unzip(file);
  const page = (id) => pageData(files.get(`chapter-${id}.html`));
  return { file, files, reserve: page('reserve'), spip: page('spip') };
}

/** Answers what the pool asks, and sees the lesson. */
async function takeReserve(view, data) {
  await openLesson(view, 'nombres');
  const asked = await view.locator('form.question:not([hidden])').evaluateAll((forms) => forms.map(({ dataset }) => dataset.question));
  for (const id of asked) await answer(view, id, data.questions.find((question) => question.id === id).correct);
  await next(view);
}

test('SCORM 1.2: each chapter of a whole course is a SCO with a result of its own', async (t) => {
  const { files, reserve } = await build(t, 'scorm12');
  const manifest = files.get('imsmanifest.xml').toString();
  assert.deepEqual([...manifest.matchAll(/<item identifier="([^"]+)" identifierref="([^"]+)"/g)].map(([, id, resource]) => [id, resource]),
    [['reserve', 'reserve_resource'], ['spip', 'spip_resource']]);
  const { opened, assertQuiet } = await context(t, await browser(t));
  const { url, received } = await lms(t, 'scorm12', files);
  [, received.page] = /identifier="reserve_resource"[^>]* href="([^"]+)"/.exec(manifest);
  const { page, view } = await launch(opened, url);
  assert.equal(await view.locator('[data-course-page]:visible').count(), 0, 'the LMS leads to the other chapters');
  await takeReserve(view, reserve);
  await closeTab(page);
  await eventually('Finish', () => received.named('Finish').length === 1);
  assert.deepEqual([received.cmi.core.lesson_status, Number(received.cmi.core.score.raw)], ['passed', 100]);
  assertQuiet();
});

test('xAPI: a whole course is completed once each of its chapters is, and says so once', async (t) => {
  const { files, reserve, spip } = await build(t, 'xapi');
  const store = ['--data', await folder(t)];
  const lrs = await serve(store);
  t.after(() => lrs.kill());
  const { auth } = await credential(store, 'statements/write,state');
  const reader = await credential(store, 'all/read');
  const url = await site(t, files);
  const address = new URL(`${url}/index.html`);
  const parameters = { endpoint: lrs.url, auth, actor: JSON.stringify(ACTOR), registration: REGISTRATION, activity_id: spip.courseActivity };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  const stored = async () => (await (await ask(lrs.url, reader.auth, `statements?ascending=true&registration=${REGISTRATION}`)).json()).statements;
  const completed = async () => (await stored()).filter(({ verb }) => verb.id.endsWith('/completed')).map(({ object, result }) => [object.id, result.score.scaled, result.success]);

  const { opened, assertQuiet } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(address.href);
  await page.locator('html.scripted').waitFor();
  assert.ok(!page.url().includes('auth='), 'the credential does not stay in the address');
  const states = () => page.locator('[data-state]').allTextContents();
  assert.deepEqual(await states(), ['', '']);
  await page.getByRole('link', { name: reserve.title }).click();
  await page.locator('html.scripted').waitFor();
  await takeReserve(page, reserve);
  await page.locator('[data-saved="saved"]').waitFor();
  assert.deepEqual(await completed(), [[reserve.activity, 1, undefined]]);

  await page.locator('#end').getByRole('link', { name: 'Sommaire du cours' }).click();
  await page.locator('.course').waitFor();
  await page.locator('html.scripted').waitFor();
  assert.deepEqual(await states(), ['terminé', '']);
  await page.getByRole('link', { name: spip.title }).click();
  await page.locator('[data-start]').click();
  await goThrough(page, spip);
  await eventually('the course', async () => (await completed()).length === 3);
  assert.deepEqual(await completed(), [[reserve.activity, 1, undefined], [spip.activity, 1, undefined], [spip.courseActivity, 1, true]]);

  // Another device, which knows nothing of it, tells it under the same id.
  const { opened: other } = await context(t, await browser(t));
  const again = await other.newPage();
  await again.goto(address.href);
  const known = again.waitForResponse((response) => (response.request().postData() || '').includes('"completion":true'));
  await again.getByRole('link', { name: reserve.title }).click();
  await known;
  await again.locator('[data-saved="saved"]').waitFor();
  assert.equal((await completed()).length, 3);
  assertQuiet(STATE_ERRORS);
});

test('web: a whole course opens by a double-click on its page, which knows how far the learner is', async (t) => {
  const { file, reserve } = await build(t, 'web');
  const { opened, assertQuiet } = await context(t, await browser(t), { offline: true });
  const page = await opened.newPage();
  await page.goto(pathToFileURL(join(file.replace(/\.zip$/, ''), 'index.html')).href);
  await page.locator('html.scripted').waitFor();
  await page.getByRole('link', { name: reserve.title }).click();
  await page.locator('[data-start]').click();
  await page.locator('[data-saved="saved"]').waitFor();
  await page.locator('#contents').getByRole('link', { name: 'Sommaire du cours' }).click();
  await page.locator('.course').waitFor();
  await page.getByText('en cours').waitFor();
  assertQuiet();
});
