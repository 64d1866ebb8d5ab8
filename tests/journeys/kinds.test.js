// A question of each kind: what each standard is told of it, and what the learner finds again.

import assert from 'node:assert/strict';
import test from 'node:test';

import { browser, closeTab, context, eventually } from '../support/browser.js';
import { ask, credential, folder, serve } from '../support/cartable.js';
import { answer, openLesson } from '../support/learner.js';
import { launch, lms } from '../support/lms.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

const COURSE = 'tests/courses/kinds';
/** For each question a wrong answer, where there is one, then a right one. */
const ANSWERS = {
  'vrai-faux': [['false'], ['true']],
  une: [['a'], ['b']],
  plusieurs: [['a', 'b'], ['a', 'c']],
  texte: [['directeur'], ['Conseillere  pénitentiaire']],
  exact: [['cpip'], ['CPIP']],
  nombre: [['2010'], ['2009']],
  ordre: [['b', 'a', 'c'], ['a', 'b', 'c']],
  paires: [['a.b', 'b.a', 'c.c'], ['a.a', 'b.b', 'c.c']],
  echelle: [null, ['b']],
  libre: [null, ['Une chose\net une autre']],
};
const unscored = (id) => ANSWERS[id][0] === null;

/** Answers everything; a wrong answer first where there is one. */
async function takeAll(view, data) {
  await openLesson(view, data.lessons[0].id);
  for (const { id } of data.questions) {
    const [wrong, right] = ANSWERS[id];
    if (wrong) assert.match(await answer(view, id, wrong), /pas/, id);
    assert.match(await answer(view, id, right), wrong ? /Bonne réponse/ : /prise en compte/, id);
  }
  await view.locator('[data-next]:visible').click();
  await view.locator('#end').waitFor();
}

/** What the learner finds when they come back. */
async function assertRestored(view, data) {
  for (const { id } of data.questions) {
    const form = view.locator(`#question-${id}`);
    const [, right] = ANSWERS[id];
    assert.equal(await form.evaluate((element) => element.classList.contains('is-right')), !unscored(id), id);
    if (await form.locator('[data-answer]').count()) assert.equal(await form.locator('[data-answer]').inputValue(), right[0]);
    else if (await form.locator('[data-sequence]').count()) {
      assert.deepEqual(await form.locator('[data-item]').evaluateAll((items) => items.map((item) => item.dataset.item)), right);
    } else if (await form.locator('select').count()) {
      assert.deepEqual(await form.locator('select').evaluateAll((all) => all.map((one) => `${one.dataset.left}.${one.value}`)), right);
    } else assert.deepEqual(await form.locator('input:checked').evaluateAll((all) => all.map((one) => one.value)), right);
  }
}

const SCORM = {
  scorm12: {
    wrong: 'wrong', response: 'student_response', types: ['true-false', 'choice', 'choice', 'fill-in', 'fill-in', 'numeric', 'sequencing', 'matching', 'likert', 'fill-in'],
    right: ['t', 'b', 'a,c', 'Conseillere pénitentiaire', 'CPIP', '2009', 'a,b,c', 'a.a,b.b,c.c', 'b', 'Une chose et une autre'],
    patterns: { texte: ['conseiller pénitentiaire', 'conseillère pénitentiaire'], nombre: ['2007:2009'], paires: ['a.a,b.b,c.c'], echelle: [] },
    passed: ({ core }) => core.lesson_status,
  },
  'scorm2004-4': {
    wrong: 'incorrect', response: 'learner_response', types: ['true-false', 'choice', 'choice', 'fill-in', 'fill-in', 'numeric', 'sequencing', 'matching', 'likert', 'long-fill-in'],
    right: ['true', 'b', 'a[,]c', 'Conseillere pénitentiaire', 'CPIP', '2009', 'a[,]b[,]c', 'a[.]a[,]b[.]b[,]c[.]c', 'b', 'Une chose et une autre'],
    patterns: {
      texte: ['{case_matters=false}conseiller pénitentiaire', '{case_matters=false}conseillère pénitentiaire'],
      nombre: ['2007[:]2009'], paires: ['a[.]a[,]b[.]b[,]c[.]c'], echelle: [],
    },
    passed: ({ success_status }) => success_status,
  },
};

for (const [target, expected] of Object.entries(SCORM)) {
  test(`${target}: a question of each kind is an interaction of its kind, and the LMS refuses none`, async (t) => {
    const { files, page: data } = await build(await folder(t), target, COURSE);
    const { url, received } = await lms(t, target.startsWith('scorm12') ? 'scorm12' : 'scorm2004', files);
    const { opened, assertQuiet } = await context(t, await browser(t));
    let { page, view } = await launch(opened, url);
    await takeAll(view, data);
    await closeTab(page);
    await eventually('the end', () => received.named(target === 'scorm12' ? 'Finish' : 'Terminate').length > 0);

    assert.deepEqual(received.calls.filter(({ name, error }) => name === 'SetValue' && error !== '0'), []);
    const interactions = [];
    for (const { given: [element, value] } of received.named('SetValue')) {
      const [, index, name] = /^cmi\.interactions\.(\d+)\.(.+)$/.exec(element) || [];
      if (name) (interactions[index] ||= {})[name] = value;
    }
    const last = Object.fromEntries(interactions.map((interaction) => [interaction.id, interaction]));
    assert.deepEqual(data.questions.map(({ id }) => last[id].type), expected.types);
    assert.deepEqual(data.questions.map(({ id }) => last[id][expected.response]), expected.right);
    assert.deepEqual(data.questions.map(({ id }) => last[id].result), data.questions.map(({ id }) => (unscored(id) ? 'neutral' : 'correct')));
    for (const [id, patterns] of Object.entries(expected.patterns)) {
      const found = Object.keys(last[id]).filter((name) => name.startsWith('correct_responses.')).map((name) => last[id][name]);
      assert.deepEqual(found, patterns, id);
    }
    assert.equal(interactions.filter(({ result }) => result === expected.wrong).length, data.questions.filter(({ id }) => !unscored(id)).length);
    assert.equal(expected.passed(received.cmi), 'passed');

    ({ page, view } = await launch(opened, url));
    await openLesson(view, data.lessons[0].id);
    await assertRestored(view, data);
    assertQuiet();
  });
}

test('xAPI: a question of each kind is answered as its kind', async (t) => {
  const { files, page: data } = await build(await folder(t), 'xapi', COURSE);
  const store = ['--data', await folder(t)];
  const lrs = await serve(store);
  t.after(() => lrs.kill());
  const { auth } = await credential(store);
  const url = await site(t, files);
  const address = new URL(`${url}/index.html`);
  const actor = JSON.stringify({ mbox: 'mailto:zoe@example.org', name: 'Zoé' });
  const registration = '3f0c1a52-6a0b-4a52-8f6e-0d5a3f6f7a11';
  for (const [name, value] of Object.entries({ endpoint: lrs.url, auth, actor, registration, activity_id: data.activity })) address.searchParams.set(name, value);
  const { opened } = await context(t, await browser(t));
  const page = await opened.newPage();
  await page.goto(address.href);
  await page.locator('html.scripted').waitFor();
  await takeAll(page, data);
  await page.locator('[data-saved="saved"]').waitFor();

  const { statements } = await (await ask(lrs.url, auth, 'statements?ascending=true&verb=http://adlnet.gov/expapi/verbs/answered')).json();
  const last = Object.fromEntries(statements.map((statement) => [statement.object.id.split('/').pop(), statement]));
  assert.deepEqual(data.questions.map(({ id }) => last[id].object.definition.interactionType), SCORM['scorm2004-4'].types);
  assert.deepEqual(data.questions.map(({ id }) => last[id].result.response.replace(/\s+/g, ' ')), SCORM['scorm2004-4'].right);
  assert.deepEqual(data.questions.map(({ id }) => last[id].result.success), data.questions.map(({ id }) => (unscored(id) ? undefined : true)));
  const { paires, echelle, ordre } = Object.fromEntries(Object.entries(last).map(([id, { object }]) => [id, object.definition]));
  assert.deepEqual(paires.source.map(({ description }) => description.fr), ['CPIP', 'DPIP', 'SPIP']);
  assert.deepEqual(paires.target.map(({ id, description }) => [id, description.fr]), [['a', 'conseiller'], ['b', 'directeur'], ['c', 'service']]);
  assert.deepEqual(echelle.scale.map(({ description }) => description.fr), ['Pas du tout', 'Un peu', 'Beaucoup']);
  assert.deepEqual(ordre.choices.map(({ description }) => description.fr), ['L’évaluation', 'Le plan', 'Le suivi']);
  const { statements: passed } = await (await ask(lrs.url, auth, 'statements?verb=http://adlnet.gov/expapi/verbs/passed')).json();
  assert.equal(passed.length, 1);

  await page.close();
  const again = await opened.newPage();
  await again.goto(address.href);
  await again.locator('html.scripted').waitFor();
  await openLesson(again, data.lessons[0].id);
  await assertRestored(again, data);
});
