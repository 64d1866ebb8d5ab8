// What the LRS has acknowledged survives SIGKILL.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import test from 'node:test';

import { ask, credential, folder, serve } from '../support/cartable.js';

const CLIENTS = 8;
const LIFE = 1500;

/** Writes until the server is gone; the ids it acknowledged. */
async function client(lrs, auth, number) {
  const acknowledged = [];
  for (let count = 0; ; count++) {
    const statements = Array.from({ length: 1 + (count % 3) }, () => ({
      id: randomUUID(),
      actor: { mbox: `mailto:learner${number}@example.org` },
      verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
      object: { id: 'https://example.org/chapter' },
    }));
    try {
      const response = await ask(lrs, auth, 'statements', {
        method: 'POST', body: JSON.stringify(statements), headers: { 'content-type': 'application/json' },
      });
      assert.equal(response.status, 200, await response.clone().text());
      acknowledged.push(...statements.map(({ id }) => id));
    } catch (error) {
      if (error.name === 'AssertionError') throw error;
      return acknowledged;
    }
  }
}

async function everyId(lrs, auth) {
  const ids = [];
  for (let path = 'statements?limit=0'; path; ) {
    const page = await (await ask(lrs, auth, path)).json();
    ids.push(...page.statements.map(({ id }) => id));
    path = page.more;
  }
  return ids;
}

async function survives(data) {
  const { auth } = await credential(data);
  const acknowledged = new Set();
  for (let life = 0; life < 3; life++) {
    const server = await serve(data);
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(server.url, auth, number));
    await new Promise((done) => setTimeout(done, LIFE));
    const { signal } = await server.kill();
    assert.equal(signal, 'SIGKILL');
    const ids = (await Promise.all(clients)).flat();
    assert.ok(ids.length > CLIENTS, `only ${ids.length} statements were acknowledged`);
    ids.forEach((id) => acknowledged.add(id));
  }
  const server = await serve(data);
  try {
    const found = await everyId(server.url, auth);
    const kept = new Set(found);
    assert.equal(kept.size, found.length, 'no statement comes twice');
    assert.deepEqual([...acknowledged].filter((id) => !kept.has(id)), []);
  } finally {
    await server.stop();
  }
}

test('SQLite: every statement acknowledged is there after SIGKILL, with 8 clients writing', async (t) => {
  await survives(['--data', await folder(t)]);
});

test('PostgreSQL: every statement acknowledged is there after SIGKILL, with 8 clients writing', async () => {
  const server = process.env.CARTABLE_TEST_POSTGRES;
  assert.ok(server, 'CARTABLE_TEST_POSTGRES must hold the address of a PostgreSQL server; tests/run starts one');
  const name = `cartable_durability_${process.pid}`;
  const psql = (sql) => execFileSync('psql', [server, '--quiet', '--command', sql], { stdio: 'pipe' });
  psql(`CREATE DATABASE ${name}`);
  try {
    await survives(['--database', server.replace(/\/[^/]*$/, `/${name}`)]);
  } finally {
    psql(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

test('asked to stop, the server finishes and ends without an error', async (t) => {
  const data = ['--data', await folder(t)];
  const server = await serve(data);
  assert.equal((await fetch(new URL('/health/ready', server.url))).status, 204);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
