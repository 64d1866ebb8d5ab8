// `cartable demo`, as the README's reader runs it: take the chapter, then find it in the console.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { folder, start } from '../support/cartable.js';
import { goThrough } from '../support/learner.js';

async function demo(t, data, out) {
  const server = await start(
    ['demo', '--data', data, '--out', out, '--listen', '127.0.0.1:0', '--chapter-listen', '127.0.0.1:0', '--lang', 'fr'],
    /Ctrl\+C/,
  );
  t.after(() => server.kill());
  const [chapter] = /http\S+index\.html\?\S+/.exec(server.output());
  const [console] = /http\S+\/console/.exec(server.output());
  const [, account, password] = /compte (\S+), mot de passe (\S+)/.exec(server.output());
  return { server, chapter, console, account, password };
}

async function signIn(page, { console, account, password }) {
  await page.goto(console);
  await page.getByLabel('Compte').fill(account);
  await page.getByLabel('Mot de passe', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Se connecter' }).click();
  await page.getByRole('heading', { name: 'Derniers énoncés' }).waitFor();
}

test('the demo: what the learner does appears in the console, in words', async (t) => {
  const at = await folder(t);
  const started = await demo(t, join(at, 'data'), join(at, 'dist'));
  const { opened, hosts, assertQuiet } = await context(t, await browser(t));

  const admin = await opened.newPage();
  await admin.goto(started.console);
  await admin.getByLabel('Mot de passe', { exact: true }).fill('une devinette');
  await admin.getByRole('button', { name: 'Se connecter' }).click();
  assert.match(await admin.getByRole('alert').textContent(), /ne vont pas ensemble/);
  await signIn(admin, started);
  assert.ok(await admin.getByText('Aucun énoncé').isVisible());

  const learner = await opened.newPage();
  await learner.goto(started.chapter);
  await learner.locator('[data-start]').click();
  const data = JSON.parse(await learner.locator('#page-data').textContent());
  await goThrough(learner, data);
  await closeTab(learner);

  const lines = () => admin.locator('.statements li p').allTextContents();
  await eventually('the end of the session is in the console', async () => {
    await admin.reload();
    return (await lines())[0]?.startsWith('Zoé a quitté');
  });
  const all = (await lines()).map((line) => line.replace(/\s+/g, ' '));
  assert.ok(all.includes(`Zoé a terminé ${data.title} 100 %`), all.join('\n'));
  assert.ok(all.includes(`Zoé a réussi ${data.title} 100 %`), all.join('\n'));
  assert.ok(all.includes(`Zoé a parcouru ${data.lessons[0].title}`), all.join('\n'));
  assert.equal(all.filter((line) => line.startsWith('Zoé a répondu à ')).length, data.questions.length);
  assert.equal(all[all.length - 1], `Zoé a commencé ${data.title}`);

  await admin.getByRole('link', { name: 'Qui a terminé quoi' }).click();
  await admin.getByRole('link', { name: data.title, exact: true }).click();
  await admin.getByRole('heading', { name: data.title, exact: true }).waitFor();
  const [zoe, ...others] = await admin.locator('.figures tbody tr').allTextContents();
  assert.match(zoe, /Zoé[\s\S]*Réussi[\s\S]*100/);
  assert.deepEqual(others, []);

  // A second start: the learner resumes, the old password and the old launch no longer serve.
  assert.deepEqual(await started.server.stop(), { code: 0, signal: null });
  const again = await demo(t, join(at, 'data'), join(at, 'dist'));
  assert.notEqual(again.password, started.password);
  const back = await opened.newPage();
  await back.goto(again.chapter);
  await back.locator('html.scripted').waitFor();
  assert.equal(await back.locator('[data-progress]').getAttribute('aria-valuenow'), '100');
  await signIn(admin, again);
  assert.ok((await lines()).length > 10);
  await admin.getByRole('button', { name: 'Se déconnecter' }).click();
  await admin.getByRole('heading', { name: 'Se connecter' }).waitFor();

  for (const host of hosts) assert.match(host, /^127\.0\.0\.1:\d+$/);
  assertQuiet(/40[14] \(/);
});
