// What the LRS has acknowledged survives SIGKILL, its own and that of its database.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';

import { credential, folder, serve } from '../support/cartable.js';
import { signIn, verbs } from '../support/figures.js';
import { everyStatement, Load } from '../support/load.js';
import { postgres } from '../support/postgres.js';

const CLIENTS = 16;
const LIVES = 3;
const LIFE = 1200;
/** All clients share a credential. */
const RATE = ['--rate', '100000'];

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function assertTelling(t, load) {
  const acknowledged = load.acknowledged();
  t.diagnostic(`acknowledged: ${JSON.stringify(acknowledged)}`);
  for (const [kind, count] of Object.entries(acknowledged)) assert.ok(count >= CLIENTS / 2, `only ${count} ${kind} were acknowledged`);
}

/** The console's figures are those of the statements that are there, each counted once. */
async function assertCounted(lrs, auth, password) {
  const cookie = await signIn(lrs, password);
  const counts = {};
  for (const { verb } of await everyStatement(lrs, auth)) {
    const name = verb.id.split('/').at(-1);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  assert.deepEqual(await verbs(lrs, cookie), counts);
}

async function survives(t, data) {
  const { auth } = await credential(data);
  const load = new Load(CLIENTS);
  let password;
  for (let life = 0; life <= LIVES; life++) {
    const server = await serve([...data, ...RATE]);
    password ??= /password (\S+)/.exec(server.output())[1];
    try {
      await load.check(server.url, auth);
      await assertCounted(server.url, auth, password);
      if (life === LIVES) break;
      const running = load.run(server.url, auth);
      await pause(LIFE);
      assert.equal((await server.kill()).signal, 'SIGKILL');
      await running;
    } finally {
      await server.kill();
    }
  }
  assert.equal(load.refusals, 0, 'nobody was asked to come again');
  assertTelling(t, load);
}

test('SQLite: what 16 clients were told is what is there after SIGKILL', async (t) => {
  await survives(t, ['--data', await folder(t)]);
});

test('PostgreSQL: what 16 clients were told is what is there after SIGKILL of the LRS', async (t) => {
  const server = process.env.CARTABLE_TEST_POSTGRES;
  assert.ok(server, 'CARTABLE_TEST_POSTGRES must hold the address of a PostgreSQL server; tests/run starts one');
  const name = `cartable_durability_${process.pid}`;
  const psql = (sql) => execFileSync('psql', [server, '--quiet', '--command', sql], { stdio: 'pipe' });
  psql(`CREATE DATABASE ${name}`);
  try {
    await survives(t, ['--database', server.replace(/\/[^/]*$/, `/${name}`)]);
  } finally {
    psql(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

test('PostgreSQL: what 16 clients were told is what is there after SIGKILL of PostgreSQL, and the LRS goes on', async (t) => {
  const database = await postgres(t);
  const data = ['--database', database.url];
  const { auth } = await credential(data);
  const server = await serve([...data, ...RATE]);
  t.after(() => server.kill());
  const load = new Load(CLIENTS);
  const running = load.run(server.url, auth);
  await pause(LIFE);
  // PostgreSQL ends all connections, and recovers by itself.
  await database.killBackend();
  await pause(LIFE);
  await database.cutPower();
  await pause(500);
  database.start();
  await pause(LIFE);
  load.stop();
  await running;
  await load.check(server.url, auth);
  assert.ok(load.refusals > 0, 'some were asked to come again');
  assertTelling(t, load);

  // What the server still had in memory is on the disk as well.
  await database.cutPower();
  database.start();
  await load.check(server.url, auth);
});

test('asked to stop, the server finishes and ends without an error', async (t) => {
  const data = ['--data', await folder(t)];
  const server = await serve(data);
  assert.equal((await fetch(new URL('/health/ready', server.url))).status, 204);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
