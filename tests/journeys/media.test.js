// Files of a lesson, as a browser gets them from the package.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { deflateSync } from 'node:zlib';

import { browser, context } from '../support/browser.js';
import { ROOT, folder } from '../support/cartable.js';
import { build } from '../support/package.js';
import { site } from '../support/site.js';

/** A grey picture. */
function png(width, height) {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc >>> 0;
  });
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = 0xffffffff;
    for (const byte of body) crc = (table[(crc ^ byte) & 0xff] ^ (crc >>> 8)) >>> 0;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height, 128);
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0;
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** A second of silence. */
function wav() {
  const samples = Buffer.alloc(8000, 128);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

test('a picture, a sound with its transcript and a file to keep are there', async (t) => {
  const out = await folder(t);
  const course = join(out, 'course');
  await cp(join(ROOT, 'content'), course, { recursive: true });
  const chapter = join(course, '07-spip');
  await writeFile(join(chapter, 'Schéma d’ensemble.png'), png(600, 200));
  await writeFile(join(chapter, 'voix.wav'), wav());
  await writeFile(join(chapter, 'voix.txt'), 'Ce que dit la voix.\n');
  await writeFile(join(chapter, 'fiche.pdf'), '%PDF-1.4');
  const lesson = join(chapter, '01-role-missions-methodes.md');
  const text = await readFile(lesson, 'utf8');
  await writeFile(lesson, `${text}\n\n![Le schéma](<Schéma d’ensemble.png>)\n\n![La voix](voix.wav)\n\n[La fiche](fiche.pdf)\n`);

  const { files } = await build(join(out, 'dist'), 'scorm12', course);
  const url = await site(t, files);
  const { opened, hosts, assertQuiet } = await context(t, await browser(t), { viewport: { width: 366, height: 700 } });
  const page = await opened.newPage();
  await page.goto(`${url}/index.html`);
  await page.locator('[data-start]').click();

  const picture = page.getByAltText('Le schéma');
  await picture.scrollIntoViewIfNeeded();
  await page.waitForFunction((image) => image.complete && image.naturalWidth === 600, await picture.elementHandle());
  const box = await picture.boundingBox();
  assert.ok(box.width <= 366 && Math.abs(box.width / box.height - 3) < 0.05, 'it keeps its shape on a phone');

  const sound = page.locator('audio[aria-label="La voix"]');
  await page.waitForFunction((audio) => audio.duration > 0.9, await sound.elementHandle());
  const transcript = page.getByText('Ce que dit la voix.');
  assert.equal(await transcript.isVisible(), false);
  await page.getByText('Transcription').click();
  assert.ok(await transcript.isVisible());

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'La fiche' }).click()]);
  assert.equal(download.suggestedFilename(), 'fiche.pdf');
  assert.equal(await readFile(await download.path(), 'utf8'), '%PDF-1.4');
  assert.deepEqual([...hosts], [new URL(url).host]);
  assertQuiet();
});
