// What a lesson can say beside plain text: axe finds nothing, and the address of a part leads to it.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { assertAccessible } from '../support/axe.js';
import { browser, context } from '../support/browser.js';
import { folder } from '../support/cartable.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

const LESSON = `+++
id = "deux"
title = "L'autre"
+++

La ["*probation*"]{lang=en} : qu'est-ce que c'est?

## L'évaluation

> Un texte cité.
>
> -- L'auteur, 19 mars 2008

| Qui ? | Combien |
|-------|--------:|
| L'un  | 50 %    |
`;

const RESOURCES = `[[link]]
id = "fiche"
title = "La fiche"
file = "fiche.pdf"

[[link]]
id = "loi"
title = "La loi"
type = "law"
language = "en"
url = "https://example.org/"
`;

test('a lesson with foreign words, headings, a quotation and a table is at ease, and each part has an address', async (t) => {
  const at = await folder(t);
  const chapter = join(at, 'course/1');
  await mkdir(chapter, { recursive: true });
  await writeFile(join(at, 'course/course.toml'), 'id = "c"\ntitle = "C"\nlanguage = "fr"\nversion = "1.0.0"\niri = "https://example.org/c"\n');
  await writeFile(join(chapter, 'chapter.toml'), 'id = "a"\nnumber = 1\ntitle = "A"\n');
  await writeFile(join(chapter, '1.md'), '+++\nid = "un"\ntitle = "L\'une"\n+++\n\nTexte.\n');
  await writeFile(join(chapter, '2.md'), LESSON);
  await writeFile(join(chapter, 'resources.toml'), RESOURCES);
  await writeFile(join(chapter, 'fiche.pdf'), 'x'.repeat(2_400_000));
  const { files } = await build(join(at, 'dist'), 'web', join(at, 'course'));
  const url = await site(t, files);
  const launched = await browser(t);
  for (const width of [1280, 366]) {
    const { opened } = await context(t, launched, { viewport: { width, height: 800 }, bypassCSP: true });
    const page = await opened.newPage();
    await page.goto(`${url}/index.html#deux.l-evaluation`);
    const heading = page.getByRole('heading', { name: 'L’évaluation' });
    await heading.waitFor();
    assert.equal(await page.locator('article:visible').getAttribute('data-lesson'), 'deux');
    assert.equal(await page.locator('article:visible p').nth(1).textContent(), 'La “probation”\u00a0: qu’est-ce que c’est\u202f?');
    assert.equal(await page.getByRole('cell').last().getAttribute('data-label'), 'Combien');
    await assertAccessible(page, 'parts');

    // The link of a heading leads to it, and what is read begins there.
    await page.evaluate(() => { window.location.hash = 'opening'; });
    await page.goBack();
    await heading.getByRole('link').click();
    await page.evaluate(() => { window.location.hash = 'opening'; });
    await page.locator('#opening').waitFor();
    await page.evaluate(() => { window.location.hash = 'deux.l-evaluation'; });
    await heading.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'deux.l-evaluation');

    await page.evaluate(() => { window.location.hash = 'resources'; });
    await page.locator('#resources').waitFor();
    assert.deepEqual(await page.locator('.card-facts').allTextContents(), ['Texte · 2,4\u00a0Mo', 'Loi · anglais']);
    await assertAccessible(page, 'resources');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'La fiche' }).click()]);
    assert.equal(download.suggestedFilename(), 'fiche.pdf');
    await opened.close();
  }
});
