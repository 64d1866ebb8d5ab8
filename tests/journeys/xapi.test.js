// A learner takes the xAPI package on one origin; our LRS keeps the statements on another.

import assert from 'node:assert/strict';
import test from 'node:test';

import { browser, closeTab, context, eventually, STATE_ERRORS } from '../support/browser.js';
import { ask, credential, folder, serve } from '../support/cartable.js';
import { answer, currentLesson, goThrough, next, wrong } from '../support/learner.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

const REGISTRATION = '0c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d11';
const ACTOR = { objectType: 'Agent', name: 'Zoé', account: { homePage: 'https://lms.example.org', name: 'zoe' } };
const VERBS = 'http://adlnet.gov/expapi/verbs/';

/** An LRS, a package on another origin, and the address of a launch. */
async function stage(t, scopes = 'statements/write,state') {
  const { files, page: data } = await build(await folder(t), 'xapi');
  const store = ['--data', await folder(t)];
  const lrs = await serve(store);
  t.after(() => lrs.kill());
  const { auth } = await credential(store, scopes);
  const reader = await credential(store, 'all/read');
  const url = await site(t, files);
  const launch = new URL(`${url}/index.html`);
  const parameters = { endpoint: lrs.url, auth, actor: JSON.stringify(ACTOR), registration: REGISTRATION, activity_id: data.activity };
  for (const [name, value] of Object.entries(parameters)) launch.searchParams.set(name, value);

  /** What the LRS stored, the oldest first. */
  const stored = async () => {
    const response = await ask(lrs.url, reader.auth, `statements?ascending=true&registration=${REGISTRATION}`);
    return (await response.json()).statements;
  };
  const state = () => ask(lrs.url, reader.auth, `activities/state?${new URLSearchParams({
    activityId: data.activity, agent: JSON.stringify(ACTOR), registration: REGISTRATION, stateId: 'suspendData',
  })}`);
  return { data, lrs, launch: launch.href, stored, state };
}

const verb = ({ verb }) => verb.id.replace(VERBS, '');

test('xAPI: the LRS keeps all of a chapter taken in two sittings on another origin', async (t) => {
  const { data, lrs, launch, stored, state } = await stage(t);
  const { opened, hosts, assertQuiet } = await context(t, await browser(t));

  let page = await opened.newPage();
  await page.goto(launch);
  await page.locator('html.scripted').waitFor();
  assert.ok(!page.url().includes('auth='), 'the credential does not stay in the address');
  await page.locator('[data-start]').click();
  await next(page);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(page, first.id, wrong(first));
  await closeTab(page);
  await eventually('terminated', async () => (await stored()).some((statement) => verb(statement) === 'terminated'));
  assert.deepEqual((await stored()).map(verb), ['initialized', 'experienced', 'progressed', 'answered', 'terminated']);
  const kept = (await (await eventually('state', async () => {
    const response = await state();
    return response.ok && response;
  })).json()).suspendData;
  assert.match(kept, /^2[A-Za-z0-9_-]+$/);

  page = await opened.newPage();
  await page.goto(launch);
  await page.locator('html.scripted').waitFor();
  assert.equal(await currentLesson(page), data.lessons[1].id);
  assert.equal(await page.locator(`#question-${first.id} input:checked`).getAttribute('value'), wrong(first)[0]);
  await goThrough(page, data, 1);
  assert.ok(await page.getByText('Vous avez terminé ce chapitre').isVisible());
  await closeTab(page);
  await eventually('terminated', async () => (await stored()).filter((statement) => verb(statement) === 'terminated').length === 2);

  const statements = await stored();
  const of = (name) => statements.filter((statement) => verb(statement) === name);
  assert.equal(new Set(statements.map(({ id }) => id)).size, statements.length);
  for (const { actor, context: around, timestamp, authority } of statements) {
    assert.deepEqual(actor, ACTOR);
    assert.equal(around.registration, REGISTRATION);
    assert.ok(around.contextActivities.grouping.some(({ id }) => id === data.courseActivity));
    assert.ok(Date.parse(timestamp) > 0);
    assert.ok(authority.account.name);
  }
  const counts = { initialized: 2, experienced: data.lessons.length, progressed: data.lessons.length, completed: 1, passed: 1, failed: 0, terminated: 2 };
  for (const [name, count] of Object.entries(counts)) assert.equal(of(name).length, count, name);
  assert.equal(verb(statements[0]), 'initialized');
  assert.equal(verb(statements[statements.length - 1]), 'terminated');

  assert.deepEqual(of('experienced').map(({ object }) => object.id), data.lessons.map(({ activity }) => activity));
  assert.deepEqual(of('answered').map(({ object, result }) => [object.id, result.response, result.success]), [
    [first.activity, wrong(first).join('[,]'), false],
    ...data.questions.map((question) => [question.activity, question.correct.join('[,]'), true]),
  ]);
  for (const { object } of of('answered')) {
    const question = data.questions.find(({ activity }) => activity === object.id);
    assert.equal(object.definition.interactionType, 'choice');
    assert.deepEqual(object.definition.correctResponsesPattern, [question.correct.join('[,]')]);
    assert.deepEqual(object.definition.choices.map(({ id }) => id), question.choices);
    assert.ok(object.definition.description.fr.length > 10);
  }
  const [completed] = of('completed');
  const [passed] = of('passed');
  assert.equal(completed.object.id, data.activity);
  assert.equal(completed.object.definition.name.fr, data.title);
  assert.equal(completed.result.completion, true);
  assert.equal(passed.object.id, data.activity);
  assert.equal(passed.result.success, true);
  assert.deepEqual(passed.result.score, { scaled: 1, raw: 100, min: 0, max: 100 });
  for (const { result } of [completed, passed, ...of('answered'), ...of('terminated')]) assert.match(result.duration, /^PT[\d.]+S$/);

  assert.deepEqual(new Set(hosts), new Set([new URL(launch).host, new URL(lrs.url).host]));
  assertQuiet(STATE_ERRORS);
});

test('xAPI: what an LRS that is away did not get is sent when it is back', async (t) => {
  const { data, launch, stored } = await stage(t);
  const { opened } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(launch);
  await page.locator('[data-saved="saved"]').waitFor();
  await opened.setOffline(true);
  await page.locator('[data-start]').click();
  await next(page);
  await page.locator('[data-saved="not_saved"]').waitFor();
  assert.equal((await stored()).length, 1);
  await opened.setOffline(false);
  await page.locator('[data-saved="saved"]').waitFor();
  const verbs = (await stored()).map(verb);
  assert.deepEqual(verbs, ['initialized', 'experienced', 'progressed']);
  assert.equal(await currentLesson(page), data.lessons[1].id);
});

test('xAPI: with a credential that is refused the chapter goes on, and says that it is not saved', async (t) => {
  const { data, launch } = await stage(t, 'all/read');
  const { opened } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(launch);
  await page.locator('[data-saved="not_saved"]').waitFor();
  await page.locator('[data-start]').click();
  assert.equal(await currentLesson(page), data.lessons[0].id);
});
