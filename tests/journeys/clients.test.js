// Clients that others wrote do all they can against our LRS.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';

import XAPI from '@xapi/xapi';

import { credential, folder, serve } from '../support/cartable.js';

const TinCan = createRequire(import.meta.url)('tincanjs');

const AGENT = { objectType: 'Agent', mbox: 'mailto:zoe@example.org', name: 'Zoé' };
const VERB = { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } };
const ACTIVITY = { objectType: 'Activity', id: 'https://example.org/7', definition: { name: { fr: 'Chapitre 7' } } };
const STATEMENT = { actor: AGENT, verb: VERB, object: ACTIVITY };
const REGISTRATION = '0c2b7c4e-2f6e-4ce5-9a4c-6a1c9b1d7d11';

/** A server, and a credential for everything. */
async function server(t) {
  const data = ['--data', await folder(t)];
  const lrs = await serve(data);
  t.after(() => lrs.kill());
  return { endpoint: lrs.url, ...(await credential(data)) };
}

for (const version of ['1.0.3', '2.0.0']) {
  test(`@xapi/xapi ${version}: about, statements and state`, async (t) => {
    const { endpoint, auth } = await server(t);
    const xapi = new XAPI({ endpoint, auth, version });
    assert.ok((await xapi.getAbout()).data.version.includes(version));

    const [id] = (await xapi.sendStatement({ statement: STATEMENT })).data;
    assert.equal((await xapi.getStatement({ statementId: id })).data.actor.mbox, AGENT.mbox);
    await xapi.sendStatements({ statements: [STATEMENT, STATEMENT] });
    const page = (await xapi.getStatements({ agent: AGENT, verb: VERB.id, activity: ACTIVITY.id, limit: 2 })).data;
    assert.equal(page.statements.length, 2);
    assert.equal((await xapi.getMoreStatements({ more: page.more })).data.statements.length, 1);
    await xapi.voidStatement({ actor: AGENT, statementId: id });
    assert.equal((await xapi.getVoidedStatement({ voidedStatementId: id })).data.id, id);

    const state = { agent: AGENT, activityId: ACTIVITY.id, registration: REGISTRATION };
    const one = { ...state, stateId: 'place' };
    await xapi.createState({ ...one, state: { page: 1 } });
    await xapi.createState({ ...one, state: { done: true } });
    assert.deepEqual((await xapi.getState(one)).data, { page: 1, done: true });
    const { etag } = (await xapi.getState(one)).headers;
    await xapi.setState({ ...one, state: { page: 2 }, etag, matchHeader: 'If-Match' });
    assert.deepEqual((await xapi.getStates(state)).data, ['place']);
    await xapi.deleteState(one);
    await xapi.deleteStates(state);
    await assert.rejects(xapi.getState(one));
  });

  test(`@xapi/xapi ${version}: activities, agents, profiles and attachments`, async (t) => {
    const { endpoint, auth } = await server(t);
    const xapi = new XAPI({ endpoint, auth, version });
    await xapi.sendStatement({ statement: STATEMENT });
    assert.equal((await xapi.getActivity({ activityId: ACTIVITY.id })).data.definition.name.fr, 'Chapitre 7');
    assert.deepEqual((await xapi.getAgent({ agent: AGENT })).data.mbox, [AGENT.mbox]);

    const of = { activityId: ACTIVITY.id, profileId: 'settings' };
    await xapi.createActivityProfile({ ...of, profile: { a: 1 } });
    const activity = await xapi.getActivityProfile(of);
    assert.deepEqual(activity.data, { a: 1 });
    await xapi.setActivityProfile({ ...of, profile: { b: 2 }, etag: activity.headers.etag, matchHeader: 'If-Match' });
    assert.deepEqual((await xapi.getActivityProfiles({ activityId: ACTIVITY.id })).data, ['settings']);
    const renewed = (await xapi.getActivityProfile(of)).headers.etag;
    await xapi.deleteActivityProfile({ ...of, etag: renewed });

    const who = { agent: AGENT, profileId: 'settings' };
    await xapi.createAgentProfile({ ...who, profile: { a: 1 } });
    const agent = await xapi.getAgentProfile(who);
    await xapi.setAgentProfile({ ...who, profile: { b: 2 }, etag: agent.headers.etag, matchHeader: 'If-Match' });
    assert.deepEqual((await xapi.getAgentProfiles({ agent: AGENT })).data, ['settings']);
    await xapi.deleteAgentProfile({ ...who, etag: (await xapi.getAgentProfile(who)).headers.etag });

    assert.ok((await xapi.getStatements({ format: 'ids', attachments: false })).data.statements.length);
  });
}

/** Calls a method of TinCanJS, which answers through a callback. */
const tincan = (lrs, method, ...given) => new Promise((done, fail) => {
  const options = typeof given.at(-1) === 'object' && given.length && !(given.at(-1) instanceof TinCan.Statement) && !Array.isArray(given.at(-1)) ? given.pop() : {};
  lrs[method](...given, { ...options, callback: (error, answer) => (error === null ? done(answer) : fail(new Error(`${method}: ${error}`))) });
});

const client = ({ endpoint, key, auth }) => {
  const secret = Buffer.from(auth.slice(6), 'base64').toString().slice(key.length + 1);
  return new TinCan.LRS({ endpoint, username: key, password: secret, version: '1.0.1', allowFail: false });
};

test('tincanjs: about, statements and state', async (t) => {
  const lrs = client(await server(t));
  assert.ok((await tincan(lrs, 'about')).version.includes('1.0.1'));
  const statement = new TinCan.Statement(STATEMENT);
  await tincan(lrs, 'saveStatement', statement);
  assert.equal((await tincan(lrs, 'retrieveStatement', statement.id)).id, statement.id);
  await tincan(lrs, 'saveStatements', [new TinCan.Statement(STATEMENT), new TinCan.Statement(STATEMENT)]);
  const params = { agent: new TinCan.Agent(AGENT), verb: new TinCan.Verb(VERB), limit: 2 };
  const page = await tincan(lrs, 'queryStatements', { params });
  assert.equal(page.statements.length, 2);
  assert.equal((await tincan(lrs, 'moreStatements', { url: page.more })).statements.length, 1);

  const state = { agent: new TinCan.Agent(AGENT), activity: new TinCan.Activity(ACTIVITY), registration: REGISTRATION };
  await tincan(lrs, 'saveState', 'place', JSON.stringify({ page: 1 }), { ...state, contentType: 'application/json' });
  const kept = await tincan(lrs, 'retrieveState', 'place', state);
  assert.deepEqual(kept.contents, { page: 1 });
  assert.deepEqual(await tincan(lrs, 'retrieveStateIds', state), ['place']);
  await tincan(lrs, 'dropState', 'place', state);
  assert.equal(await tincan(lrs, 'retrieveState', 'place', state), null);
});

test('tincanjs: activities and profiles', async (t) => {
  const lrs = client(await server(t));
  await tincan(lrs, 'saveStatement', new TinCan.Statement(STATEMENT));
  assert.equal((await tincan(lrs, 'retrieveActivity', ACTIVITY.id, {})).id, ACTIVITY.id);
  const json = { contentType: 'application/json' };
  const activity = { activity: new TinCan.Activity(ACTIVITY) };
  await tincan(lrs, 'saveActivityProfile', 'settings', JSON.stringify({ a: 1 }), { ...activity, ...json });
  assert.deepEqual((await tincan(lrs, 'retrieveActivityProfile', 'settings', activity)).contents, { a: 1 });
  assert.deepEqual(await tincan(lrs, 'retrieveActivityProfileIds', activity), ['settings']);
  await tincan(lrs, 'dropActivityProfile', 'settings', activity);
  const agent = { agent: new TinCan.Agent(AGENT) };
  await tincan(lrs, 'saveAgentProfile', 'settings', JSON.stringify({ a: 1 }), { ...agent, ...json });
  assert.deepEqual((await tincan(lrs, 'retrieveAgentProfile', 'settings', agent)).contents, { a: 1 });
  assert.deepEqual(await tincan(lrs, 'retrieveAgentProfileIds', agent), ['settings']);
  await tincan(lrs, 'dropAgentProfile', 'settings', agent);
});
