// The accessibility report and the draft of the declaration, on a screen and on paper: they must be what they ask for.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'node:test';

import { browser, context } from '../support/browser.js';
import { ROOT, folder, json, run } from '../support/cartable.js';
import { site } from '../support/site.js';

const axe = await readFile(join(ROOT, 'tests/node_modules/axe-core/axe.min.js'), 'utf8');

/** The course of faults, with files in place of its pictures, films and sounds. */
async function faulty(t) {
  const course = join(await folder(t), 'course');
  await cp(join(ROOT, 'tests/courses/faults'), course, { recursive: true });
  const files = ['plan.png', 'salle.png', 'visite.mp4', 'entretien.mp3', 'sous-titre.mp4', 'sous-titre.vtt', 'sous-titre.txt'];
  for (const file of files) await writeFile(join(course, '1-fautes', file), file.endsWith('.txt') ? 'Ce qui se dit.' : '');
  return course;
}

/** The reports of courses, served. */
async function reports(t, courses) {
  const files = new Map();
  for (const course of courses) {
    const { reports: paths } = await json(['build', course, '--out', await folder(t), '--target', 'xapi']);
    assert.equal(paths.length, 2);
    for (const path of paths) files.set(basename(path), await readFile(path));
  }
  return { names: [...files.keys()], url: await site(t, files) };
}

test('the report and the declaration are at ease on every screen, and axe finds nothing', async (t) => {
  const { names, url } = await reports(t, ['content', await faulty(t)]);
  assert.equal(names.length, 4);
  const launched = await browser(t);
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 366, 320]) {
      const { opened, assertQuiet } = await context(t, launched, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      const page = await opened.newPage();
      for (const name of names) {
        await page.goto(`${url}/${name}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${name}: ${overflow} pixels too wide at ${width}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${name} at ${width}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
      }
      assertQuiet();
      await opened.close();
    }
  }
});

test('both open from a disk under their own policy, ask for nothing, and print whole', async (t) => {
  const out = await folder(t);
  const { reports: paths } = await json(['build', await faulty(t), '--out', out, '--target', 'web']);
  const { opened, hosts, assertQuiet } = await context(t, await browser(t), { viewport: { width: 700, height: 900 } });
  const page = await opened.newPage();
  for (const path of paths) {
    await page.goto(`file://${path}`);
    await page.emulateMedia({ media: 'print' });
    const cut = await page.evaluate(() => [...document.querySelectorAll('.table')].filter((box) => box.scrollWidth > box.clientWidth).length);
    assert.equal(cut, 0, `${path}: a table is wider than the paper`);
    assert.ok(await page.locator('h1').isVisible());
    await page.emulateMedia({ media: 'screen' });
  }
  assert.deepEqual([...hosts].filter(Boolean), []);
  assertQuiet();
});

test('a build says how much is to correct, and where to read it', async (t) => {
  const out = await folder(t);
  const course = await faulty(t);
  const { code, stdout } = await run(['build', course, '--out', out, '--target', 'xapi', '--lang', 'fr']);
  assert.equal(code, 0, 'advice fails no build');
  assert.match(stdout, /^Accessibilité : 12 points à corriger\n {2}\S+fautes-1-fautes-1\.0\.0-accessibility\.html\n {2}\S+-declaration\.html$/m);
  const again = await run(['build', course, '--out', out, '--target', 'xapi', '--lang', 'en']);
  assert.match(again.stdout, /^Accessibility: 12 points to correct$/m, 'what is unchanged is still told');
});
