// Every screen at three widths, by day and by night: nothing overflows, axe finds nothing, and a picture is kept.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { assertAccessible } from '../support/axe.js';
import { browser, context } from '../support/browser.js';
import { ROOT, ask, credential, folder, json, run, serve } from '../support/cartable.js';
import { answer, goThrough, next, openLesson, wrong } from '../support/learner.js';
import { build, pageData, unzip, wholeCourse } from '../support/package.js';
import { site } from '../support/site.js';

const WIDTHS = [1280, 768, 366];
const SCHEMES = ['light', 'dark', 'contrast'];
/** Pictures for people to look at; `tests/run --screenshots` also renews those of the README. */
const OUT = join(ROOT, 'tests/out');
const README = join(ROOT, 'tests/screenshots');

/** Checks a screen as it is, and takes its picture. */
async function check(page, name) {
  await assertAccessible(page, name);
  await page.screenshot({ path: join(OUT, `${name}-${page.viewportSize().width}.png`), fullPage: true });
}

/** The same screens in every width and scheme; high contrast is what a learner sets. */
async function everywhere(t, visit, schemes = SCHEMES) {
  await mkdir(OUT, { recursive: true });
  const launched = await browser(t);
  for (const scheme of schemes) {
    for (const width of WIDTHS) {
      const colorScheme = scheme === 'contrast' ? 'light' : scheme;
      const { opened } = await context(t, launched, { colorScheme, reducedMotion: 'reduce', viewport: { width, height: 800 }, bypassCSP: true });
      if (scheme === 'contrast') await opened.addInitScript(() => localStorage.setItem('cartable:look', '{"theme":"contrast"}'));
      await visit(await opened.newPage(), scheme);
      await opened.close();
    }
  }
}

test('the chapter is at ease on every screen', async (t) => {
  const { files, page: data } = await build(await folder(t), 'xapi');
  const url = await site(t, files);
  const [question] = data.questions;
  await everywhere(t, async (page, scheme) => {
    await page.goto(`${url}/index.html`);
    await page.locator('html.scripted').waitFor();
    await check(page, `chapter-opening-${scheme}`);
    await openLesson(page, data.lessons[0].id);
    await page.locator('[data-lesson]:visible [data-term]').first().click();
    await check(page, `chapter-lesson-${scheme}`);
    await page.keyboard.press('Escape');
    await openLesson(page, question.lesson);
    await answer(page, question.id, wrong(question));
    await check(page, `chapter-question-wrong-${scheme}`);
    await answer(page, question.id, question.correct);
    await check(page, `chapter-question-right-${scheme}`);
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Un mot ou plusieurs' }).fill('receptivite');
    await page.getByText('3 résultats').waitFor();
    await check(page, `chapter-search-${scheme}`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Affichage' }).click();
    await check(page, `chapter-look-${scheme}`);
    await page.keyboard.press('Escape');
    for (const screen of ['lexicon', 'resources', 'end']) {
      await page.evaluate((hash) => { window.location.hash = hash; }, screen);
      await page.locator(`#${screen}`).waitFor();
      await check(page, `chapter-${screen}-${scheme}`);
    }
    await openLesson(page, data.lessons[0].id);
    await goThrough(page, data);
    await check(page, `chapter-completed-${scheme}`);
    await page.getByRole('link', { name: 'Attestation' }).click();
    await page.getByLabel('Votre nom').fill('Zoé Martin');
    await check(page, `chapter-certificate-${scheme}`);
  });
});

test('a question of each kind is at ease on every screen', async (t) => {
  const { files, page: data } = await build(await folder(t), 'web', 'tests/courses/kinds');
  const url = await site(t, files);
  await everywhere(t, async (page, scheme) => {
    await page.goto(`${url}/index.html`);
    await openLesson(page, data.lessons[0].id);
    await check(page, `kinds-asked-${scheme}`);
    await answer(page, 'ordre', ['b', 'a', 'c']);
    await answer(page, 'ordre', ['c', 'b', 'a']);
    await answer(page, 'paires', ['a.b', 'b.a', 'c.c']);
    await answer(page, 'texte', ['directeur']);
    await answer(page, 'nombre', ['2008']);
    for (const { id, kind, choices, correct } of data.questions) {
      const opinion = { likert: [choices[1]], 'long-answer': ['Un avis.'] }[kind];
      if (await page.locator(`#question-${id} button[type=submit]`).isVisible()) await answer(page, id, opinion || correct);
    }
    await check(page, `kinds-answered-${scheme}`);
  });
});

test('callouts and panels are at ease on every screen', async (t) => {
  const { files } = await build(await folder(t), 'web', 'tests/courses/panels');
  const url = await site(t, files);
  await everywhere(t, async (page, scheme) => {
    await page.goto(`${url}/index.html#lesson-volets`);
    await page.locator('.tablist').waitFor();
    await check(page, `panels-closed-${scheme}`);
    await page.getByRole('tab', { name: 'Milieu ouvert' }).press('ArrowRight');
    assert.ok(await page.getByText('La personne est détenue').isVisible());
    assert.ok(!(await page.getByText('La mesure ou la peine').isVisible()));
    for (const summary of await page.locator('.accordion summary, .cards summary').all()) await summary.click();
    await page.getByRole('link', { name: '2, Les bureaux' }).click();
    await page.getByText('Les entretiens s’y tiennent.').waitFor();
    await check(page, `panels-open-${scheme}`);
  });
});

test('a quiz that may be taken again, and the page of a whole course, are at ease on every screen', async (t) => {
  const course = await wholeCourse(t);
  const { packages: [{ file }] } = await json(['build', course, '--out', await folder(t), '--target', 'web']);
  const files = await unzip(file);
  const url = await site(t, files);
  const { questions } = pageData(files.get('chapter-reserve.html'));
  await everywhere(t, async (page, scheme) => {
    await page.goto(`${url}/chapter-reserve.html`);
    await openLesson(page, 'nombres');
    for (const form of await page.locator('form.question:visible').all()) {
      const id = await form.getAttribute('data-question');
      await answer(page, id, wrong(questions.find((question) => question.id === id)));
    }
    await next(page);
    await page.getByRole('button', { name: 'Refaire le quiz' }).waitFor();
    await check(page, `retake-${scheme}`);
    await page.goto(`${url}/index.html`);
    await page.getByText('terminé').waitFor();
    await check(page, `course-${scheme}`);
  });
});

test('a term opens its definition in place by mouse, keyboard and touch', async (t) => {
  const { files, page: data } = await build(await folder(t), 'xapi');
  const url = await site(t, files);
  const launched = await browser(t);
  for (const how of ['click', 'tap', 'Enter', 'Space']) {
    const { opened } = await context(t, launched, { hasTouch: true, viewport: { width: 366, height: 700 } });
    const page = await opened.newPage();
    await page.goto(`${url}/index.html#lesson-${data.lessons[0].id}`);
    const term = page.locator('[data-lesson]:visible [data-term]').first();
    assert.equal(await term.getAttribute('aria-expanded'), 'false');
    if (how === 'click' || how === 'tap') await term[how]();
    else {
      await term.focus();
      await page.keyboard.press(how);
    }
    assert.equal(await term.getAttribute('aria-expanded'), 'true', how);
    const definition = page.locator(`#${await term.getAttribute('aria-controls')}`);
    assert.ok(await definition.isVisible(), how);
    assert.ok((await definition.textContent()).trim().length > 20);
    await page.keyboard.press('Escape');
    assert.equal(await term.getAttribute('aria-expanded'), 'false', how);
    assert.ok(await term.evaluate((element) => element === document.activeElement), 'the focus is back on the term');
    await opened.close();
  }
});

test('the console and the page of the interface are at ease on every screen', async (t) => {
  const data = ['--data', await folder(t)];
  const lrs = await serve(data);
  t.after(() => lrs.kill());
  const [, password] = /password (\S+)/.exec(lrs.output());
  const { auth } = await credential(data);
  const names = ['Zoé', 'Ali', 'Maëlle', 'Noah', 'a-very-long-name-without-any-space-'.repeat(4)];
  const verbs = ['completed', 'passed', 'answered', 'progressed', 'initialized'];
  const statements = Array.from({ length: 60 }, (_, index) => ({
    actor: { name: names[index % names.length], mbox: `mailto:learner${index}@example.org` },
    verb: { id: `http://adlnet.gov/expapi/verbs/${verbs[index % verbs.length]}` },
    object: { id: 'https://example.org/7', definition: { name: { fr: 'Le service pénitentiaire d’insertion et de probation (SPIP)' } } },
    timestamp: new Date(Date.now() - (index % 11) ** 2 * 20_000_000).toISOString(),
    ...(index % 2 && { result: { score: { scaled: 0.75 } } }),
  }));
  const chapters = ['Le juge de l’application des peines', 'La libération conditionnelle', `https://example.org/${'no-name-'.repeat(12)}`];
  for (const [chapter, name] of chapters.entries()) {
    statements.push(...Array.from({ length: 90 - 20 * chapter }, (_, index) => ({
      actor: { name: `Apprenant ${index}`, account: { homePage: 'https://lms.example.org', name: `u${index}` } },
      verb: { id: `http://adlnet.gov/expapi/verbs/${['passed', 'initialized', 'completed', 'failed'][(index * chapter) % 4]}` },
      object: name.startsWith('http') ? { id: name } : { id: `https://example.org/chapter-${chapter}`, definition: { name: { fr: name } } },
      timestamp: new Date(Date.now() - index ** 2 * 300_000).toISOString(),
      ...(index % 3 && { result: { score: { scaled: (index % 21) / 20 } } }),
    })));
  }
  const batches = [statements.slice(60), statements.slice(0, 60)];
  for (const batch of batches) {
    const { status } = await ask(lrs.url, auth, 'statements', {
      method: 'POST', body: JSON.stringify(batch), headers: { 'content-type': 'application/json' },
    });
    assert.equal(status, 200);
  }
  await everywhere(t, async (page, scheme) => {
    await page.goto(new URL('/console', lrs.url).href);
    await check(page, `console-login-${scheme}`);
    await page.getByLabel('Mot de passe', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Se connecter' }).click();
    await page.locator('.statements').waitFor();
    await check(page, `console-statements-${scheme}`);
    await page.getByRole('link', { name: 'Plus anciens' }).click();
    assert.equal(await page.locator('.statements li').count(), 50);
    await check(page, `console-older-${scheme}`);
    await page.getByRole('link', { name: 'Qui a terminé quoi' }).click();
    await page.getByRole('heading', { name: 'Qui a terminé quoi' }).waitFor();
    await check(page, `console-overview-${scheme}`);
    await page.getByRole('row', { name: 'application des peines' }).getByRole('link').click();
    await page.getByRole('heading', { name: 'application des peines' }).waitFor();
    assert.equal(await page.locator('.figures tbody tr').count(), 50);
    await check(page, `console-activity-${scheme}`);
    await page.getByRole('link', { name: 'Suite', exact: true }).click();
    assert.equal(await page.locator('.figures tbody tr').count(), 40);
    await page.getByRole('row').last().getByRole('link').click();
    await page.locator('.statements').waitFor();
    assert.equal(await page.locator('.statements li').count(), 1);
    await check(page, `console-learner-${scheme}`);
    await page.goto(new URL('/openapi', lrs.url).href);
    await check(page, `openapi-${scheme}`);
  }, ['light', 'dark']);
});

test('the chapter in English is at ease on every screen', async (t) => {
  const course = join(await folder(t), 'course');
  await cp(join(ROOT, 'content'), course, { recursive: true });
  const file = join(course, 'course.toml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('language = "fr"', 'language = "en"').replace(/\[words\][\s\S]*/, ''));
  const { files, page: data } = await build(await folder(t), 'web', course);
  const url = await site(t, files);
  await everywhere(t, async (page, scheme) => {
    await page.goto(`${url}/index.html`);
    await page.getByRole('link', { name: 'Start' }).waitFor();
    await check(page, `english-opening-${scheme}`);
    await openLesson(page, data.lessons[0].id);
    await goThrough(page, data);
    assert.ok(await page.getByText('Chapter passed.').isVisible());
    await check(page, `english-end-${scheme}`);
    await page.getByRole('button', { name: 'Display' }).click();
    await check(page, `english-look-${scheme}`);
  }, ['light']);
});

test('the README shows a lesson, a phone by night, and the commands as they are', async (t) => {
  const { files, page: data } = await build(await folder(t), 'web');
  const url = await site(t, files);
  const into = process.env.CARTABLE_SCREENSHOTS ? README : OUT;
  await mkdir(into, { recursive: true });
  const launched = await browser(t);
  const { opened: wide } = await context(t, launched, { viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' });
  const page = await wide.newPage();
  await page.goto(`${url}/index.html`);
  await page.locator('[data-start]').click();
  await page.locator('[data-lesson]:visible [data-term]').nth(1).click();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(into, 'chapter.png') });

  const { opened: narrow } = await context(t, launched, { viewport: { width: 366, height: 660 }, colorScheme: 'dark', deviceScaleFactor: 2, reducedMotion: 'reduce' });
  const phone = await narrow.newPage();
  await phone.goto(`${url}/index.html`);
  const [question] = data.questions;
  await openLesson(phone, question.lesson);
  await answer(phone, question.id, question.correct);
  await phone.locator(`#question-${question.id}`).evaluate((form) => form.scrollIntoView());
  await phone.screenshot({ path: join(into, 'phone.png') });
  const { code, stdout } = await run(['--help']);
  assert.equal(code, 0);
  for (const command of ['build', 'check', 'demo', 'serve', 'credential', 'password']) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
});
