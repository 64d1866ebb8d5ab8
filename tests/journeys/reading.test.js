// How people read: with the keyboard alone, without scripts, with their own settings, on paper.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { assertAccessible } from '../support/axe.js';
import { browser, context } from '../support/browser.js';
import { folder } from '../support/cartable.js';
import { answer, goThrough, openLesson, wrong } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

/** The SPIP chapter on the web, open in a window. */
async function open(t, options = {}, content = 'content') {
  const { files, page: data } = await build(await folder(t), 'web', content);
  const url = await site(t, files);
  const { opened } = await context(t, await browser(t), { bypassCSP: true, ...options });
  const page = await opened.newPage();
  await page.goto(`${url}/index.html`);
  return { page, data, url, opened };
}

/** Presses Tab until an element has the focus, as someone without a mouse must. */
async function tabTo(page, name, role = null) {
  for (let steps = 0; steps < 120; steps++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(([wanted, kind]) => {
      const { activeElement: element } = document;
      const label = element.getAttribute('aria-label') || (element.labels && element.labels[0] ? element.labels[0].textContent : element.textContent);
      return label.replace(/\s+/g, ' ').trim().startsWith(wanted) && (!kind || element.getAttribute('role') === kind || element.localName === kind);
    }, [name, role]);
    if (!found) continue;
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none', `the focus on « ${name} » is seen`);
    return;
  }
  assert.fail(`the keyboard does not reach « ${name} »`);
}

test('the keyboard alone leads from the opening to the certificate', async (t) => {
  const { page, data } = await open(t, { viewport: { width: 1280, height: 800 } });
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Aller au contenu');
  await tabTo(page, 'Commencer');
  await page.keyboard.press('Enter');
  for (const [place, lesson] of data.lessons.entries()) {
    await page.locator(`#lesson-${lesson.id}`).waitFor();
    assert.match(await page.locator('main').ariaSnapshot(), new RegExp(`heading "${lesson.title}" \\[level=2\\]`));
    assert.equal(await page.evaluate(() => document.activeElement.localName), 'h2', 'the focus is at the lesson’s title');
    for (const question of data.questions.filter((one) => one.lesson === lesson.id)) {
      const labels = await page.locator(`#question-${question.id} .choice`).evaluateAll((choices) => choices.map((choice) => [choice.dataset.choice, choice.querySelector('label').textContent.trim()]));
      for (const [id, label] of labels) {
        if (!question.correct.includes(id)) continue;
        if (question.kind === 'multiple') await tabTo(page, label);
        else {
          // A radio group is one stop: the arrows choose.
          await page.locator(`#question-${question.id} input`).first().evaluate((input) => input.labels[0].textContent.trim()).then((first) => tabTo(page, first));
          for (let at = labels.findIndex(([one]) => one === id); at > 0; at--) await page.keyboard.press('ArrowDown');
        }
        await page.keyboard.press('Space');
      }
      await tabTo(page, 'Valider');
      await page.keyboard.press('Enter');
      const status = page.locator(`#question-${question.id} [role=status]`);
      assert.match(await status.ariaSnapshot(), /Bonne réponse/);
    }
    await tabTo(page, place + 1 < data.lessons.length ? 'Suivant' : 'Terminer');
    await page.keyboard.press('Enter');
  }
  await page.locator('#end').waitFor();
  const end = await page.locator('#end').ariaSnapshot();
  for (const said of ['heading "Bravo !"', 'Vous avez terminé ce chapitre', '100 %', '6 sur 6', '4 sur 4', 'Chapitre réussi', 'Les acteurs judiciaires']) assert.ok(end.includes(said), `${said}: ${end}`);
  await tabTo(page, 'Attestation');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Votre nom');
  await page.keyboard.type('Zoé Martin');
  assert.match(await page.locator('[data-certificate]').textContent(), /Zoé Martin\s+a terminé le chapitre 7\s*Le service pénitentiaire/);
  await assertAccessible(page, 'certificate');
});

test('the certificate has the name that the LMS gives, and is kept as a file', async (t) => {
  const { files, page: data } = await build(await folder(t), 'scorm12');
  const { url, received } = await lms(t, 'scorm12', files);
  received.launch = { core: { student_id: 'zoe', student_name: 'Martin, Zoé' } };
  const { opened } = await context(t, await browser(t), { acceptDownloads: true });
  const { page, view } = await launch(opened, url);
  await view.locator('#certificate').evaluate(() => { window.location.hash = 'certificate'; });
  await view.locator('#end').waitFor();
  assert.ok(!(await view.getByRole('link', { name: 'Attestation' }).isVisible()), 'nothing is attested before the end');
  await openLesson(view, data.lessons[0].id);
  await goThrough(view, data);
  await view.getByRole('link', { name: 'Attestation' }).click();
  assert.equal(await view.locator('[data-certificate-name]').textContent(), 'Zoé Martin');
  assert.ok(!(await view.getByLabel('Votre nom').isVisible()), 'who is known is not asked');
  const [download] = await Promise.all([page.waitForEvent('download'), view.getByRole('button', { name: 'Enregistrer le fichier' }).click()]);
  const kept = await readFile(await download.path(), 'utf8');
  for (const text of ['Zoé Martin', 'Le service pénitentiaire d’insertion et de probation (SPIP)', '100 %', String(new Date().getFullYear())]) assert.ok(kept.includes(text), text);
  assert.match(kept, /^<!DOCTYPE html><html lang="fr">/);
});

test('the end says what to review, with a way to it', async (t) => {
  const { page, data } = await open(t);
  const [question] = data.questions;
  await openLesson(page, question.lesson);
  await answer(page, question.id, wrong(question));
  await page.evaluate(() => { window.location.hash = 'end'; });
  await page.getByText('À revoir :').waitFor();
  assert.ok(await page.locator('#end').getByText('0 sur 6').isVisible());
  await page.locator('#end').getByRole('link', { name: 'Sous l’autorité de qui' }).click();
  await page.locator(`#lesson-${question.lesson}`).waitFor();
  assert.ok(await page.locator(`#question-${question.id}`).isVisible());
});

test('without scripts the whole text, the lexicon and the resources are there', async (t) => {
  const { page, data } = await open(t, { javaScriptEnabled: false });
  for (const lesson of data.lessons) assert.ok(await page.locator(`#lesson-${lesson.id} .prose`).isVisible(), lesson.id);
  assert.ok(await page.getByText('Elle aide l’individu à résoudre lui-même son ambivalence').first().isVisible());
  assert.ok(await page.locator('#resources').getByText('École nationale d’administration pénitentiaire').first().isVisible());
  const entry = page.locator('.entry').first();
  await entry.locator('summary').click();
  assert.ok(await entry.getByText('service déconcentré de l’administration pénitentiaire').isVisible());
  assert.ok(!(await page.locator('.tools').isVisible()), 'what needs a script is not shown');
  // On paper the definitions are open.
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.getByText('Fait d’être partagé face au changement').last().isVisible());
});

test('what a learner sets is kept, and every setting can be read', async (t) => {
  const { page, url, opened, data } = await open(t, { viewport: { width: 366, height: 700 } });
  await openLesson(page, data.lessons[0].id);
  const size = () => page.locator('.prose').first().evaluate((prose) => parseFloat(getComputedStyle(prose).fontSize));
  const before = await size();
  await page.getByRole('button', { name: 'Affichage' }).click();
  for (const label of ['Contraste élevé', 'Très grande', 'Large', 'Adaptées à la dyslexie', 'Aucun']) await page.getByLabel(label, { exact: true }).check();
  await assertAccessible(page, 'settings in high contrast');
  await page.keyboard.press('Escape');
  assert.ok(await page.evaluate(() => document.activeElement.dataset.open === 'look'), 'the focus is back on the button');
  assert.ok((await size()) > 1.5 * before);
  await assertAccessible(page, 'lesson in high contrast');
  const again = await opened.newPage();
  await again.goto(`${url}/index.html`);
  assert.deepEqual(await again.evaluate(() => ({ ...document.documentElement.dataset })), { theme: 'contrast', size: 'largest', spacing: 'wide', font: 'easy', motion: 'none' });
  for (const view of ['opening', 'lexicon', 'resources', 'end']) {
    await again.evaluate((hash) => { window.location.hash = hash; }, view);
    await again.setViewportSize({ width: 1280, height: 800 });
    await assertAccessible(again, `${view} in high contrast`);
  }
});

test('at 320 pixels, and with the spacing that a reader may ask for, nothing is lost', async (t) => {
  const { page, data } = await open(t, { viewport: { width: 320, height: 640 } });
  await page.addStyleTag({ content: '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }' });
  for (const view of ['opening', ...data.lessons.map(({ id }) => `lesson-${id}`), 'lexicon', 'resources', 'end']) {
    await page.evaluate((hash) => { window.location.hash = hash; }, view);
    await assertAccessible(page, view);
    const cut = await page.evaluate(() => Array.from(document.querySelectorAll('main :not(svg *)')).filter((element) => (
      element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'hidden' && !element.classList.contains('visually-hidden')
    )).map((element) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(cut, [], view);
  }
});

test('a definition opens in the margin where there is one, and as a sheet where there is none', async (t) => {
  const { page, data, url } = await open(t, { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await openLesson(page, data.lessons[0].id);
  const term = page.locator('a.term:visible').nth(1);
  const note = page.getByRole('note').filter({ hasText: 'Service de l’État' });
  await term.hover();
  await note.waitFor();
  const [line, margin, prose] = await Promise.all([term.boundingBox(), note.boundingBox(), page.locator('.prose:visible').boundingBox()]);
  assert.ok(margin.x >= prose.x + prose.width, 'beside the text');
  assert.ok(Math.abs(margin.y - line.y) < 12, 'at the line of its term');
  await page.mouse.move(0, 0);
  assert.ok(await note.isVisible(), 'it stays when the mouse leaves');
  await page.keyboard.press('Escape');
  await note.waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 700, height: 600 });
  await page.goto(`${url}/index.html#lesson-${data.lessons[0].id}`);
  await term.click();
  const sheet = await note.boundingBox();
  assert.equal(Math.round(sheet.y + sheet.height), 600, 'at the bottom of the screen');
  assert.ok((await term.boundingBox()).y < sheet.y, 'its term stays above it');
});

test('the search finds words whatever their accents, and leads to them', async (t) => {
  const { page } = await open(t);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('textbox', { name: 'Un mot ou plusieurs' });
  await field.fill('RECEPTIVITE globale');
  await page.getByText('Un résultat').waitFor();
  assert.equal(await page.locator('mark').textContent(), 'réceptivité');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#lesson-role-missions-methodes').waitFor();
  const focused = await page.evaluate(() => document.activeElement.textContent);
  assert.match(focused, /évaluation globale.*réceptivité/s);
  assert.ok(await page.locator('.found').isVisible());
  await page.keyboard.press('Control+k');
  await field.fill('zzz');
  await page.getByText('Aucun résultat').waitFor();
  await page.keyboard.press('Escape');
  await openLexicon(page);
  await page.getByLabel('Chercher un terme').fill('depart');
  assert.deepEqual(await page.locator('.entry:visible dfn').allTextContents(), ['SPIP', 'Service déconcentré']);
});

/** Opens the lexicon from the list. */
async function openLexicon(page) {
  await page.locator('#contents').getByRole('link', { name: 'Lexique' }).click();
  await page.locator('#lexicon').waitFor();
}

test('an order is put right with a finger as with buttons', async (t) => {
  const { page, data } = await open(t, { viewport: { width: 366, height: 900 } }, 'tests/courses/kinds');
  await openLesson(page, data.lessons[0].id);
  const question = data.questions.find(({ kind }) => kind === 'sequencing');
  const form = page.locator(`#question-${question.id}`);
  const order = () => form.locator('[data-item]').evaluateAll((items) => items.map((item) => item.dataset.item));
  await form.scrollIntoViewIfNeeded();
  for (const [place, id] of question.correct.entries()) {
    const items = form.locator('[data-item]');
    const from = await form.locator(`[data-item="${id}"] .grip`).boundingBox();
    const to = await items.nth(place).boundingBox();
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + 20, to.y + 4, { steps: 12 });
    await page.mouse.up();
  }
  assert.deepEqual(await order(), question.correct);
  await form.getByRole('button', { name: 'Valider' }).click();
  await form.getByText('Bonne réponse.').waitFor();
});

test('a lesson or the chapter is printed without the interface, with what opens open', async (t) => {
  const { page, data } = await open(t, {}, 'tests/courses/panels');
  await page.evaluate(() => { window.print = () => window.dispatchEvent(new Event('beforeprint')); });
  await openLesson(page, data.lessons[0].id);
  await page.getByRole('button', { name: 'Imprimer cette page' }).click();
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0, 'a card that turns is printed edge on');
  for (const hidden of ['.tools', '#contents', '.pager', '.tablist']) assert.ok(!(await page.locator(hidden).first().isVisible()), hidden);
  for (const shown of ['Il évalue la situation', 'Directeur pénitentiaire', 'La mesure ou la peine', 'La personne est détenue']) assert.ok(await page.getByText(shown).first().isVisible(), shown);
  assert.ok(!(await page.locator('#opening').isVisible()));
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  assert.ok(!(await page.getByText('La personne est détenue').isVisible()), 'closed again');
  await page.getByRole('button', { name: 'Imprimer le chapitre' }).click();
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('#opening').isVisible());
  assert.ok(!(await page.locator('#end').isVisible()));
});

test('settings that another page of the site left unreadable stop nothing', async (t) => {
  for (const left of ['null', '{"a-b":1}', 'x']) {
    const { page, data, opened, url } = await open(t);
    await page.evaluate((text) => localStorage.setItem('cartable:look', text), left);
    const again = await opened.newPage();
    await again.goto(`${url}/index.html`);
    await openLesson(again, data.lessons[0].id);
  }
});

test('where the script fails, the text can still be read', async (t) => {
  const { files, page: data } = await build(await folder(t), 'web');
  files.set('index.html', Buffer.from(files.get('index.html').toString().replace('"format":', '"format"')));
  const url = await site(t, files);
  const { opened } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(`${url}/index.html`);
  for (const lesson of data.lessons) await page.locator(`#lesson-${lesson.id} .prose`).waitFor();
  assert.ok(!(await page.locator('.tools').isVisible()));
});
