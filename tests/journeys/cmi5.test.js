// A small cmi5 LMS launches the assignable unit; our LRS keeps its statements, and each is held against the rules.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';

import { browser, closeTab, context, eventually, STATE_ERRORS } from '../support/browser.js';
import { ask, credential, folder, serve } from '../support/cartable.js';
import { answer, currentLesson, failEverything, goThrough, next, openLesson, wrong } from '../support/learner.js';
import { buildWithRules } from '../support/package.js';
import { relay } from '../support/relay.js';
import { site } from '../support/site.js';

const ACTOR = { objectType: 'Agent', name: 'Zoé', account: { homePage: 'https://lms.example.org', name: 'zoe' } };
const VERBS = 'http://adlnet.gov/expapi/verbs/';
const CMI5 = 'https://w3id.org/xapi/cmi5/context/categories/cmi5';
const MOVE_ON = 'https://w3id.org/xapi/cmi5/context/categories/moveon';
const SESSION = 'https://w3id.org/xapi/cmi5/context/extensions/sessionid';
const MASTERY = 'https://w3id.org/xapi/cmi5/context/extensions/masteryscore';
const PUBLISHER = 'https://publisher.example.org/course/spip';

const verb = ({ verb }) => verb.id.replace(VERBS, '');

/** An LMS with a package, and an LRS on another origin. */
async function stage(t, rules = '') {
  const { files, page: data } = await buildWithRules(t, 'cmi5', rules);
  const store = ['--data', await folder(t)];
  const lrs = await serve(store);
  t.after(() => lrs.kill());
  const admin = await credential(store, 'all');
  // A unit also reads the learner's preferences, which are an agent profile.
  const player = await credential(store, 'statements/write,state,profile');
  const tokens = new Map();
  const url = await site(t, files, (path) => {
    if (path === 'home') return 'the course page of the LMS';
    const [, session] = /^fetch\/(.+)$/.exec(path) || [];
    if (!session) return undefined;
    if (tokens.get(session)) return { 'error-code': '1', 'error-text': 'already used' };
    tokens.set(session, true);
    return { 'auth-token': player.auth.replace('Basic ', '') };
  });
  const registration = randomUUID();

  /** What an LMS does before it opens the unit; gives the address. */
  const launch = async (changes = {}, unit = { path: 'index.html', id: data.chapter }, endpoint = lrs.url) => {
    const session = randomUUID();
    const activityId = `https://lms.example.org/units/${unit.id}`;
    const launchData = {
      contextTemplate: {
        registration,
        contextActivities: { grouping: [{ id: PUBLISHER, objectType: 'Activity' }] },
        extensions: { [SESSION]: session },
      },
      launchMode: 'Normal', moveOn: 'CompletedAndPassed', masteryScore: 0.7, returnURL: `${url}/home`, ...changes,
    };
    const query = new URLSearchParams({ activityId, agent: JSON.stringify(ACTOR), registration, stateId: 'LMS.LaunchData' });
    const { status } = await ask(lrs.url, admin.auth, `activities/state?${query}`, {
      method: 'PUT', body: JSON.stringify(launchData), headers: { 'content-type': 'application/json' },
    });
    assert.equal(status, 204);
    const address = new URL(`${url}/${unit.path}`);
    const parameters = { endpoint, fetch: `${url}/fetch/${session}`, actor: JSON.stringify(ACTOR), registration, activityId };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    return { href: address.href, session, activityId };
  };
  const stored = async (session) => {
    const response = await ask(lrs.url, admin.auth, `statements?ascending=true&limit=500&registration=${registration}`);
    const { statements } = await response.json();
    return statements.filter((statement) => !session || statement.context.extensions[SESSION] === session);
  };
  const ended = (session) => eventually('terminated', async () => (await stored(session)).some((statement) => verb(statement) === 'terminated'));
  return { data, files, lrs, url, launch, stored, ended, registration };
}

/** The rules that every statement of a session must keep (cmi5, 9 and 10). */
function assertConformant(statements, { session, activityId, registration, masteryScore }) {
  assert.equal(verb(statements[0]), 'initialized', 'initialized comes first');
  assert.equal(verb(statements[statements.length - 1]), 'terminated', 'terminated comes last');
  const defined = ['initialized', 'completed', 'passed', 'failed', 'terminated'];
  for (const name of defined) assert.ok(statements.filter((statement) => verb(statement) === name).length <= 1, `${name} comes once`);
  for (const statement of statements) {
    const { actor, object, context: around, timestamp, result = {} } = statement;
    const name = verb(statement);
    assert.deepEqual(actor, ACTOR);
    assert.equal(around.registration, registration);
    assert.equal(around.extensions[SESSION], session);
    assert.ok(around.contextActivities.grouping.some(({ id }) => id === PUBLISHER), 'the template is in every context');
    assert.match(timestamp, /Z$/);
    const categories = (around.contextActivities.category || []).map(({ id }) => id);
    assert.equal(categories.includes(CMI5), defined.includes(name), name);
    assert.equal(categories.includes(MOVE_ON), ['completed', 'passed', 'failed'].includes(name), name);
    if (defined.includes(name)) assert.equal(object.id, activityId);
    if (['completed', 'passed', 'failed', 'terminated'].includes(name)) assert.match(result.duration, /^PT[\d.]+S$/);
    if (name === 'completed') assert.deepEqual([result.completion, result.score, result.success], [true, undefined, undefined]);
    if (name === 'passed' || name === 'failed') {
      assert.equal(result.success, name === 'passed');
      assert.equal(result.completion, undefined);
      assert.equal(around.extensions[MASTERY], masteryScore);
      assert.equal(result.score.scaled >= masteryScore, result.success);
    }
  }
}

test('cmi5: a unit taken in two sessions keeps every rule', async (t) => {
  const { data, lrs, url, launch, stored, ended, registration } = await stage(t);
  const { opened, hosts, assertQuiet } = await context(t, await browser(t));

  const one = await launch();
  let page = await opened.newPage();
  await page.goto(one.href);
  await page.locator('html.scripted').waitFor();
  assert.ok(!page.url().includes('fetch='), 'the launch does not stay in the address');
  await page.locator('[data-start]').click();
  await next(page);
  const [first] = data.questions.filter((question) => question.lesson === data.lessons[1].id);
  await answer(page, first.id, wrong(first));
  // A reload goes on with the session: the address of the credential answers once.
  await page.reload();
  await page.locator('html.scripted').waitFor();
  assert.equal(await currentLesson(page), data.lessons[1].id);
  await answer(page, first.id, first.correct);
  await closeTab(page);
  await ended(one.session);
  assert.deepEqual((await stored(one.session)).map(verb), ['initialized', 'experienced', 'progressed', 'answered', 'answered', 'terminated']);
  assertConformant(await stored(one.session), { ...one, registration, masteryScore: 0.7 });

  // The LMS asks for another mastery score than the author.
  const two = await launch({ masteryScore: 0.9 });
  page = await opened.newPage();
  await page.goto(two.href);
  await page.locator('html.scripted').waitFor();
  assert.equal(await currentLesson(page), data.lessons[1].id);
  await goThrough(page, data, 1);
  await page.locator('[data-leave] button').click();
  await page.waitForURL(`${url}/home`);
  await ended(two.session);
  const statements = await stored(two.session);
  assertConformant(statements, { ...two, registration, masteryScore: 0.9 });
  const verbs = statements.map(verb);
  assert.ok(verbs.includes('completed') && verbs.includes('passed') && !verbs.includes('failed'));
  assert.equal(statements.find((statement) => verb(statement) === 'passed').result.score.scaled, 1);

  // A third session says neither completed nor passed again.
  const three = await launch();
  page = await opened.newPage();
  await page.goto(three.href);
  await page.locator('html.scripted').waitFor();
  await openLesson(page, data.lessons[0].id);
  await closeTab(page);
  await ended(three.session);
  assert.deepEqual((await stored(three.session)).map(verb), ['initialized', 'terminated']);
  assert.deepEqual(new Set(hosts), new Set([new URL(url).host, new URL(lrs.url).host]));
  assertQuiet(STATE_ERRORS);
});

for (const launchMode of ['Browse', 'Review']) {
  test(`cmi5: in ${launchMode} nothing but initialized and terminated is said`, async (t) => {
    const { data, launch, stored, ended } = await stage(t);
    const { opened } = await context(t, await browser(t));
    const { href, session } = await launch({ launchMode });
    const page = await opened.newPage();
    await page.goto(href);
    await page.locator('[data-saved="read_only"]').waitFor();
    await openLesson(page, data.lessons[0].id);
    await goThrough(page, data);
    await closeTab(page);
    await ended(session);
    assert.deepEqual((await stored(session)).map(verb), ['initialized', 'terminated']);
  });
}

test('cmi5: failed when no try is left, and what the LRS missed is sent when it is back, once', async (t) => {
  const { data, launch, stored, ended, registration } = await stage(t);
  const { opened } = await context(t, await browser(t));
  const one = await launch();
  const page = await opened.newPage();
  await page.goto(one.href);
  await page.locator('[data-saved="saved"]').waitFor();
  await opened.setOffline(true);
  await failEverything(page, data);
  await page.locator('[data-saved="not_saved"]').waitFor();
  assert.deepEqual((await stored()).map(verb), ['initialized']);
  await opened.setOffline(false);
  await page.locator('[data-saved="saved"]').waitFor();
  await closeTab(page);
  await ended(one.session);
  const statements = await stored(one.session);
  assertConformant(statements, { ...one, registration, masteryScore: 0.7 });
  assert.equal(statements.filter((statement) => verb(statement) === 'answered').length, data.questions.length * data.attempts);
  assert.ok(statements.some((statement) => verb(statement) === 'failed') && statements.some((statement) => verb(statement) === 'completed'));
});

for (const [what, fail] of [['could not send', 'loseEverything'], ['sent without an answer', 'loseAnswers']]) {
  test(`cmi5: what one session ${what} is said once, in one of the two`, async (t) => {
    const { data, lrs, launch, stored, ended, registration } = await stage(t);
    const { opened } = await context(t, await browser(t));
    // The way of the first session alone: what outlives its page cannot come through while the second is there.
    const way = await relay(t, lrs.url);
    const one = await launch({}, undefined, way.url);
    let page = await opened.newPage();
    await page.goto(one.href);
    await page.locator('[data-saved="saved"]').waitFor();
    way[fail]();
    await openLesson(page, data.lessons[0].id);
    await goThrough(page, data);
    await page.locator('[data-saved="not_saved"]').waitFor();
    await closeTab(page);

    const two = await launch();
    page = await opened.newPage();
    await page.goto(two.href);
    await page.locator('[data-saved="saved"]').waitFor();
    await closeTab(page);
    await ended(two.session);
    assertConformant(await stored(two.session), { ...two, registration, masteryScore: 0.7 });
    const said = (await stored(fail === 'loseEverything' ? two.session : undefined)).map(verb);
    for (const whole of [said, (await stored()).map(verb)]) {
      for (const name of ['completed', 'passed']) assert.equal(whole.filter((other) => other === name).length, 1, name);
      assert.equal(whole.filter((name) => name === 'answered').length, data.questions.length, 'nothing lost, nothing twice');
    }
  });
}

test('cmi5: a lesson may be an assignable unit of its own', async (t) => {
  const { data, files, launch, stored, ended, registration } = await stage(t, '[package]\ngranularity = "lesson"');
  const { opened, assertQuiet } = await context(t, await browser(t));
  const units = [...files.get('cmi5.xml').toString().matchAll(/<au [^>]*?(masteryScore="[^"]+")?[^>]*>[\s\S]*?<url>([^<]+)<\/url>/g)];
  assert.equal(units.length, data.lessons.length);
  for (const [place, lesson] of data.lessons.slice(0, 2).entries()) {
    const questions = data.questions.filter((question) => question.lesson === lesson.id);
    const masteryScore = questions.length > 0 ? 0.7 : undefined;
    const { href, session, activityId } = await launch({ masteryScore }, { path: units[place][2], id: lesson.id });
    const page = await opened.newPage();
    await page.goto(href);
    await page.locator('html.scripted').waitFor();
    await page.reload();
    await page.locator('[data-start]').click();
    assert.equal(await page.locator('[data-lesson]').count(), 1);
    for (const question of questions) await answer(page, question.id, question.correct);
    await next(page);
    await closeTab(page);
    await ended(session);
    const statements = await stored(session);
    assertConformant(statements, { session, activityId, registration, masteryScore });
    const verbs = statements.map(verb);
    assert.equal(verbs.filter((name) => name === 'completed').length, 1);
    assert.equal(verbs.filter((name) => name === 'passed').length, questions.length > 0 ? 1 : 0);
  }
  assertQuiet(STATE_ERRORS);
});

test('cmi5: the interface speaks the language that the learner prefers, and the sound is off for who wants it so', async (t) => {
  const { data, launch } = await stage(t);
  const { opened, assertQuiet } = await context(t, await browser(t));
  const preferences = { languagePreference: 'de, en-US,fr-FR', audioPreference: 'off' };
  await opened.route(/agents\/profile\?.*profileId=cmi5LearnerPreferences/, (route) => route.fulfill({ json: preferences, headers: { 'access-control-allow-origin': '*' } }));
  // A sound in the page, as a lesson may have one.
  await opened.addInitScript(() => document.addEventListener('DOMContentLoaded', () => document.body.append(document.createElement('audio'))));
  const { href } = await launch();
  const page = await opened.newPage();
  await page.goto(href);
  await page.locator('html.scripted').waitFor();
  const start = page.locator('[data-start]');
  assert.deepEqual([await start.textContent(), await start.getAttribute('lang')], ['Start', 'en']);
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr', 'the text is still in its own language');
  assert.equal(await page.locator('#contents').getAttribute('aria-label'), 'Contents');
  assert.ok(await page.locator('h1').getByText(data.title).isVisible());
  assert.equal(await page.locator('audio').evaluate(({ muted }) => muted), true);
  const [question] = data.questions;
  await openLesson(page, question.lesson);
  assert.equal(await answer(page, question.id, question.correct), 'That is right.');
  await page.getByText('Saved', { exact: true }).waitFor();
  assertQuiet(STATE_ERRORS);
});

test('cmi5: a launch whose credential was used already goes on without an LMS, and says so', async (t) => {
  const { data, launch } = await stage(t);
  const { opened } = await context(t, await browser(t));
  const { href } = await launch();
  const page = await opened.newPage();
  await page.goto(href);
  await page.locator('html.scripted').waitFor();
  const copy = await opened.newPage();
  await copy.goto(href);
  await copy.locator('[data-saved="no_lms"]').waitFor();
  await openLesson(copy, data.lessons[0].id);
});
