// A database that goes away and returns, a full disk, files that cannot be written: the LRS says so, and goes on by itself.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { eventually } from '../support/browser.js';
import { ROOT, ask, credential, folder, serve } from '../support/cartable.js';
import { canFreeze, fill, freeze, seenBy, thaw, withSmallDisk } from '../support/disk.js';
import { everyStatement } from '../support/load.js';
import { postgres } from '../support/postgres.js';

/** An answer takes no longer, in milliseconds, when the database does not give one. */
const PATIENCE = 8000;
/** So long is a database waited for that has come to a halt, and a little more: in milliseconds. */
const HALT = 25_000;

function statements(count) {
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    actor: { mbox: 'mailto:zoe@example.org' },
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
    object: { id: 'https://example.org/chapter' },
  }));
}

const STATE = `activities/state?${new URLSearchParams({
  activityId: 'https://example.org/chapter', agent: '{"mbox":"mailto:zoe@example.org"}', stateId: 'place',
})}`;

/** A client of an LRS, which knows what it was told. */
class Client {
  acknowledged = [];
  /** What was refused, in batches: each is there whole or not at all. */
  refused = [];

  constructor(server, auth) {
    this.url = server.url;
    this.auth = auth;
  }

  async post(count = 1) {
    const batch = statements(count);
    const ids = batch.map(({ id }) => id);
    const response = await ask(this.url, this.auth, 'statements', {
      method: 'POST', body: JSON.stringify(batch), headers: { 'content-type': 'application/json' },
    });
    if (response.ok) this.acknowledged.push(...ids);
    else this.refused.push(ids);
    return response;
  }

  get(path = 'statements?limit=1') {
    return ask(this.url, this.auth, path);
  }

  put(text) {
    return ask(this.url, this.auth, STATE, { method: 'PUT', body: text, headers: { 'content-type': 'text/plain' } });
  }

  health(name) {
    return fetch(new URL(`/health/${name}`, this.url));
  }

  /** Every statement acknowledged is there, and of what was refused nothing or all. */
  async assertKept() {
    const listed = (await everyStatement(this.url, this.auth)).map(({ id }) => id);
    const kept = new Set(listed);
    assert.equal(kept.size, listed.length, 'no statement is listed twice');
    assert.deepEqual(this.acknowledged.filter((id) => !kept.has(id)), [], 'acknowledged and lost');
    for (const ids of this.refused) {
      const count = ids.filter((id) => kept.has(id)).length;
      assert.ok(count === 0 || count === ids.length, `${count} of a batch of ${ids.length} are there`);
    }
  }

  /** It can store. */
  async assertReady() {
    await eventually('ready', async () => (await this.health('ready')).status === 204);
    const response = await this.post();
    assert.equal(response.status, 200, await response.text());
    assert.equal((await this.put('here')).status, 204);
  }

  /** It cannot store, lives, and says so where machines ask. */
  async assertNotReady(reason) {
    await assertRefused(await this.health('ready'), 503, reason);
    assert.equal((await this.health('live')).status, 204);
  }
}

/** An answer that says what is wrong, and when to come again. */
async function assertRefused(response, status, reason) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('retry-after'), /^\d+$/);
  assert.match(response.headers.get('content-type'), /^application\/json/);
  assert.match(JSON.parse(text).error, reason);
}

async function client(t, data, by) {
  const { auth } = await credential(data);
  const server = await serve([...data, '--rate', '100000'], undefined, by);
  t.after(() => server.kill());
  return { server, lrs: new Client(server, auth) };
}

test('PostgreSQL goes away while many write, and returns', async (t) => {
  const database = await postgres(t);
  const { lrs } = await client(t, ['--database', database.url]);
  await lrs.assertReady();

  // Nobody waits behind the others.
  let longest = 0;
  const timed = async (ask) => {
    const start = performance.now();
    const response = await ask();
    longest = Math.max(longest, performance.now() - start);
    return response;
  };
  const writing = Array.from({ length: 64 }, async () => {
    for (;;) {
      const response = await timed(() => lrs.post());
      if (!response.ok) return assertRefused(response, 503, /does not answer/);
    }
  });
  await new Promise((done) => setTimeout(done, 1000));
  database.stop();
  await Promise.all(writing);
  await Promise.all([
    ...Array.from({ length: 20 }, async () => assertRefused(await timed(() => lrs.post(50)), 503, /does not answer/)),
    ...Array.from({ length: 20 }, async () => assertRefused(await timed(() => lrs.get()), 503, /does not answer/)),
    timed(() => lrs.put('there')).then((response) => assertRefused(response, 503, /does not answer/)),
    timed(() => lrs.health('ready')).then((response) => assertRefused(response, 503, /does not answer/)),
    lrs.health('live').then(({ status }) => assert.equal(status, 204)),
  ]);
  assert.ok(longest < PATIENCE, `an answer took ${longest} ms`);

  database.start();
  await lrs.assertReady();
  await lrs.assertKept();
});

test('PostgreSQL comes to a halt with its connections open, and goes on', async (t) => {
  const database = await postgres(t);
  const { lrs } = await client(t, ['--database', database.url]);
  await lrs.assertReady();
  assert.ok((await lrs.post(5)).ok);
  const goOn = await database.halt();
  t.after(goOn);

  const start = performance.now();
  await Promise.all([
    ...Array.from({ length: 20 }, async () => assertRefused(await lrs.post(), 503, /does not answer/)),
    ...Array.from({ length: 5 }, async () => assertRefused(await lrs.get(), 503, /does not answer/)),
    lrs.put('there').then((response) => assertRefused(response, 503, /does not answer/)),
  ]);
  const waited = performance.now() - start;
  assert.ok(waited < HALT, `an answer took ${waited} ms`);
  await assertRefused(await lrs.health('ready'), 503, /does not answer/);
  assert.ok(performance.now() - start - waited < PATIENCE);
  assert.equal((await lrs.health('live')).status, 204);

  goOn();
  await lrs.assertReady();
  assert.ok((await lrs.post(5)).ok);
  await lrs.assertKept();
});

test('PostgreSQL that may only be read', async (t) => {
  const database = await postgres(t);
  const { lrs } = await client(t, ['--database', database.url]);
  await lrs.assertReady();

  for (const [forbid, allow] of [
    // For all at once, as a watcher of a disk does.
    [
      ['ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()'],
      ['ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()'],
    ],
    // For connections that begin: those that have begun must not stay as they are.
    [
      [
        'ALTER DATABASE postgres SET default_transaction_read_only = on',
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      ],
      ['SET default_transaction_read_only = off', 'ALTER DATABASE postgres RESET default_transaction_read_only'],
    ],
  ]) {
    database.query(...forbid);
    // It is found out even when nobody writes.
    await eventually('not ready', async () => (await lrs.health('ready')).status === 503);
    await eventually('read only', async () => /only be read/.test(await (await lrs.post()).text()));
    await assertRefused(await lrs.post(50), 503, /only be read/);
    await assertRefused(await lrs.put('there'), 503, /only be read/);
    await lrs.assertNotReady(/only be read/);
    assert.equal((await lrs.get()).status, 200);
    assert.equal(await (await lrs.get(STATE)).text(), 'here');

    database.query(...allow);
    await lrs.assertReady();
    await lrs.assertKept();
  }
});

test('SQLite on a full disk', async (t) => {
  const data = await folder(t);
  const disk = withSmallDisk(data, '12m');
  if (!disk) return t.skip('this user may not mount a small disk, even in a namespace of its own');
  const { server, lrs } = await client(t, ['--data', data], disk);
  await lrs.assertReady();
  const filler = seenBy(server.pid, join(data, 'filler'));

  for (const round of ['small', 'large']) {
    await t.test(`with ${round} writes`, async () => {
      await fill(filler);
      let response;
      await eventually('full', async () => {
        response = await lrs.post(round === 'small' ? 1 : 50);
        return !response.ok;
      });
      await assertRefused(response, 507, /full/);
      await lrs.assertNotReady(/full/);
      // What has little to write may still find room for a while.
      await eventually('full', async () => (await lrs.post()).status === 507);
      await eventually('full', async () => (await lrs.put('there')).status === 507);
      await assertRefused(await lrs.put('there'), 507, /full/);
      await lrs.assertNotReady(/full/);
      assert.equal((await lrs.get()).status, 200);
      await lrs.assertKept();

      await unlink(filler);
      await lrs.assertReady();
      await lrs.assertKept();
    });
  }
  return undefined;
});

test('SQLite whose files cannot be written any more', async (t) => {
  const home = await folder(t);
  const data = join(home, 'data');
  if (!await canFreeze(home)) return t.skip('this user or this file system cannot make a file unwritable for those who have it open');
  const { lrs } = await client(t, ['--data', data]);
  await lrs.assertReady();
  const files = ['cartable.db', 'cartable.db-wal'].map((name) => join(data, name));
  t.after(() => thaw(files));

  for (let round = 0; round < 2; round++) {
    assert.ok(freeze(files));
    // It is found out even when nobody writes.
    await eventually('not ready', async () => (await lrs.health('ready')).status === 503);
    await assertRefused(await lrs.post(50), 503, /./);
    await assertRefused(await lrs.post(), 503, /only be read/);
    await assertRefused(await lrs.put('there'), 503, /only be read/);
    await lrs.assertNotReady(/only be read/);
    assert.equal((await lrs.get()).status, 200);
    assert.equal(await (await lrs.get(STATE)).text(), 'here');
    await lrs.assertKept();

    assert.ok(thaw(files));
    await lrs.assertReady();
    await lrs.assertKept();
  }
  return undefined;
});
