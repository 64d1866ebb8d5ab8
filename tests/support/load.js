// Clients that write of every kind at once, and what must be true of what they were told.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { ask } from './cartable.js';

const VERBS = 'http://adlnet.gov/expapi/verbs/';
const ACTIVITY = 'https://example.org/chapter';
const BATCH = 50;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const agentOf = (client) => ({ mbox: `mailto:learner${client}@example.org` });

function statement(client, verb, object = { id: ACTIVITY }) {
  return { id: randomUUID(), actor: agentOf(client), verb: { id: VERBS + verb }, object };
}

const statePath = ({ client, name }) => `activities/state?${new URLSearchParams({
  activityId: ACTIVITY, agent: JSON.stringify(agentOf(client)), stateId: name,
})}`;

/** Reads; asks again, as often as a client would, when the server asks to come again. */
async function read(lrs, auth, path) {
  for (let left = 30; ; left--) {
    const response = await ask(lrs, auth, path);
    if (response.status !== 503 || left === 0) return response;
    await pause(100);
  }
}

/** What a query finds, of all pages. */
export async function everyStatement(lrs, auth, query = {}) {
  const found = [];
  for (let path = `statements?${new URLSearchParams({ limit: 0, ...query })}`; path; ) {
    const response = await read(lrs, auth, path);
    assert.equal(response.status, 200, await response.clone().text());
    const page = await response.json();
    found.push(...page.statements);
    path = page.more;
  }
  return found;
}

/** Does something for each, some at a time. */
async function forEach(list, action) {
  const rest = list.values();
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (const each of rest) await action(each);
  }));
}

const sorted = (statements) => statements.map(({ id }) => id).sort();

/** What some clients sent, and what they were told; over several lives of a server. */
export class Load {
  /** Statements sent together, one or many: `{ client, ids, acknowledged }`. */
  batches = [];
  /** Pairs of statements of one id and two meanings: `{ id, verbs, statuses }`. */
  contests = [];
  /** `{ id, target, acknowledged }`. */
  voidings = [];
  /** State documents: `{ client, name, acknowledged, contents }`; one of the contents must be there. */
  documents = [];
  /** How often the server asked to come again. */
  refusals = 0;
  over = false;

  constructor(clients) {
    this.clients = clients;
  }

  /** Writes until the server is gone, or `stop` is called. */
  async run(lrs, auth) {
    this.over = false;
    await Promise.all(Array.from({ length: this.clients }, (_, client) => this.write(lrs, auth, client)));
  }

  stop() {
    this.over = true;
  }

  async write(lrs, auth, client) {
    const send = (method, path, body) => this.send(lrs, auth, method, path, body);
    const post = (statements) => send('POST', 'statements', statements);
    const merged = { client, name: `merged-${randomUUID()}`, contents: [undefined] };
    this.documents.push(merged);
    let last;
    const steps = [
      // One statement, which is voided later.
      async () => {
        last = await this.batch(client, 1, post);
        return last;
      },
      () => this.batch(client, BATCH, post),
      () => this.contest(client, post),
      async (round) => {
        const document = { client, name: `${round}-${randomUUID()}`, contents: [undefined] };
        this.documents.push(document);
        return this.document(document, { round, text: 'é'.repeat(round % 500) }, 'PUT', send);
      },
      (round) => this.document(merged, { ...merged.contents.at(-1), [`round-${round}`]: round }, 'POST', send),
      () => this.void(client, last.ids[0], post),
    ];
    // They do not all begin with the same.
    for (let round = 0; !this.over; round++) {
      const step = round < steps.length ? round : (round + client) % steps.length;
      if (!await steps[step](round)) return;
    }
  }

  /** Sends until there is an answer that does not ask to come again; without one, nobody knows what was stored. */
  async send(lrs, auth, method, path, body) {
    const options = { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    for (;;) {
      let response;
      try {
        response = await ask(lrs, auth, path, options);
        // An answer is one when it has arrived to its end.
        await response.clone().text();
      } catch {
        return undefined;
      }
      if (response.status !== 503) return response;
      assert.match(response.headers.get('retry-after'), /^\d+$/);
      this.refusals++;
      if (this.over) return undefined;
      await pause(100);
    }
  }

  async batch(client, size, post) {
    const statements = Array.from({ length: size }, () => statement(client, 'completed'));
    const batch = { client, ids: statements.map(({ id }) => id), acknowledged: false };
    this.batches.push(batch);
    const response = await post(statements);
    if (!response) return undefined;
    assert.equal(response.status, 200, await response.clone().text());
    assert.deepEqual(await response.json(), batch.ids);
    batch.acknowledged = true;
    return batch;
  }

  /** Two send one id with two meanings. */
  async contest(client, post) {
    const contest = { id: randomUUID(), verbs: ['passed', 'failed'], statuses: [] };
    this.contests.push(contest);
    const responses = await Promise.all(contest.verbs.map((verb) => post([{ ...statement(client, verb), id: contest.id }])));
    contest.statuses = responses.map((response) => response?.status);
    if (contest.statuses.includes(undefined)) return undefined;
    assert.deepEqual([...contest.statuses].sort(), [200, 409], 'exactly one of two meanings is acknowledged');
    return contest;
  }

  async void(client, target, post) {
    const voiding = statement(client, 'voided', { objectType: 'StatementRef', id: target });
    const record = { id: voiding.id, target, acknowledged: false };
    this.voidings.push(record);
    const response = await post([voiding]);
    if (!response) return undefined;
    assert.equal(response.status, 200, await response.clone().text());
    record.acknowledged = true;
    return record;
  }

  /** Writes a document, which then has a content; until it is acknowledged it may also have the one before. */
  async document(document, content, method, send) {
    const before = document.contents.at(-1);
    document.contents = [before, content];
    const response = await send(method, statePath(document), content);
    if (!response) return undefined;
    assert.equal(response.status, 204, await response.clone().text());
    document.contents = [content];
    return document;
  }

  /** Nothing acknowledged is lost, nothing half-stored, nothing twice, and everything is found. */
  async check(lrs, auth) {
    const listed = await everyStatement(lrs, auth);
    const kept = new Map(listed.map((statement) => [statement.id, statement]));
    assert.equal(kept.size, listed.length, 'no statement is listed twice');

    const voided = new Set(this.voidings.filter(({ id }) => kept.has(id)).map(({ target }) => target));
    for (const { id, acknowledged } of this.voidings) assert.ok(kept.has(id) || !acknowledged, `${id}, which voids, is lost`);
    await forEach([...voided], async (target) => {
      assert.ok(!kept.has(target), `${target} is voided and still listed`);
      assert.equal((await read(lrs, auth, `statements?voidedStatementId=${target}`)).status, 200, `${target}, voided, is lost`);
    });

    const there = (id) => kept.has(id) || voided.has(id);
    for (const { ids, acknowledged } of this.batches) {
      const count = ids.filter(there).length;
      assert.ok(count === ids.length || (count === 0 && !acknowledged), `${count} of a batch of ${ids.length} are there, acknowledged: ${acknowledged}`);
    }

    for (const { id, verbs, statuses } of this.contests) {
      const verb = kept.get(id)?.verb.id.replace(VERBS, '');
      verbs.forEach((meant, place) => {
        if (statuses[place] === 200) assert.equal(verb, meant, `the meaning of ${id} that was acknowledged`);
        if (statuses[place] === 409) assert.ok(verb && verb !== meant, `${id} was refused, and is ${verb}`);
      });
    }

    await forEach(this.documents, async (document) => {
      const response = await read(lrs, auth, statePath(document));
      const text = await response.text();
      const content = response.status === 404 ? undefined : JSON.parse(text);
      const allowed = document.contents.map((content) => JSON.stringify(content)).join(' or ');
      assert.ok(document.contents.some((allowed) => isDeepStrictEqual(allowed, content)), `${document.name} is ${text} and not ${allowed}`);
    });

    // What is listed is also found by its index rows, and nothing else is.
    await forEach([...Array(this.clients).keys()], async (client) => {
      const agent = agentOf(client);
      const mine = listed.filter(({ actor }) => actor.mbox === agent.mbox);
      assert.deepEqual(sorted(await everyStatement(lrs, auth, { agent: JSON.stringify(agent) })), sorted(mine), `statements of ${agent.mbox}`);
    });
    for (const verb of ['completed', 'passed', 'failed', 'voided']) {
      const found = new Set(sorted(await everyStatement(lrs, auth, { verb: VERBS + verb })));
      assert.deepEqual(listed.filter((statement) => statement.verb.id === VERBS + verb && !found.has(statement.id)), [], `statements of ${verb}`);
    }
  }

  /** How much of each kind was acknowledged. */
  acknowledged() {
    return {
      statements: this.batches.filter(({ ids, acknowledged }) => acknowledged && ids.length === 1).length,
      batches: this.batches.filter(({ ids, acknowledged }) => acknowledged && ids.length > 1).length,
      contests: this.contests.filter(({ statuses }) => statuses.includes(409)).length,
      voidings: this.voidings.filter(({ acknowledged }) => acknowledged).length,
      documents: this.documents.filter(({ contents }) => contents.length === 1 && contents[0]).length,
    };
  }
}
