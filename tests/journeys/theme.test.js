// A course's look, as a browser shows it.

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { browser, context } from '../support/browser.js';
import { ROOT, folder } from '../support/cartable.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30" fill="#00458b"/></svg>';

/** The course that ships, with a look: CARTABLE_FONT may name a WOFF2 file, which must then be the text's. */
async function themed(t) {
  const course = join(await folder(t), 'course');
  await cp(join(ROOT, 'content'), course, { recursive: true });
  await writeFile(join(course, 'logo.svg'), LOGO);
  const font = process.env.CARTABLE_FONT;
  await writeFile(join(course, 'lecture.woff2'), font ? await readFile(font) : 'wOF2');
  await mkdir(join(course, 'templates'));
  await writeFile(join(course, 'templates/style.css'), '.foot { text-transform: uppercase; }');
  const file = join(course, 'course.toml');
  const theme =
    '\n[theme]\nlogo = "logo.svg"\ntext_font = "lecture.woff2"\ninterface_font = ["Verdana", "sans-serif"]\n' +
    '[theme.light]\naccent = "#00458b"\n[theme.dark]\npaper = "#101010"\n';
  await writeFile(file, `${await readFile(file, 'utf8')}${theme}`);
  return course;
}

test('a course shows its logo, fonts and colours, and each scheme its own', async (t) => {
  const { files } = await build(await folder(t), 'scorm12', await themed(t));
  const url = await site(t, files);
  const launched = await browser(t);
  // What a scheme does not replace is the product's.
  const schemes = [
    ['light', '#00458b', '#fbf7ee'],
    ['dark', '#d9a066', '#101010'],
  ];
  for (const [colorScheme, accent, paper] of schemes) {
    const { opened, hosts, assertQuiet } = await context(t, launched, { colorScheme });
    const page = await opened.newPage();
    const font = page.waitForResponse(/media\/lecture-[0-9a-f]+\.woff2$/);
    await page.goto(`${url}/index.html`);
    assert.equal((await font).status(), 200);
    const logo = page.getByAltText('Formation sur la justice');
    await page.waitForFunction((image) => image.complete && image.naturalWidth === 90, await logo.elementHandle());
    const box = await logo.boundingBox();
    assert.ok(Math.abs(box.width / box.height - 3) < 0.05, 'it keeps its shape');

    const look = () =>
      page.evaluate(() => {
        const root = getComputedStyle(document.documentElement);
        const foot = getComputedStyle(document.querySelector('.foot'));
        return { accent: root.getPropertyValue('--accent'), paper: root.getPropertyValue('--paper'), foot: foot.fontFamily, added: foot.textTransform };
      });
    assert.deepEqual(await look(), { accent, paper, foot: 'Verdana, sans-serif', added: 'uppercase' });
    if (process.env.CARTABLE_FONT) {
      assert.ok(await page.evaluate(() => document.fonts.ready.then((fonts) => [...fonts].some((font) => font.status === 'loaded'))));
    }
    // On paper, ink is black on white.
    await page.emulateMedia({ media: 'print' });
    assert.equal((await look()).paper, '#fff');
    // A learner's choice goes before what the screen prefers.
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'light'));
    assert.equal((await look()).accent, '#00458b');
    assert.deepEqual([...hosts], [new URL(url).host]);
    assertQuiet();
  }
});
