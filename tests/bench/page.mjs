// Measures the page of a chapter as a learner on a slow device meets it, and prints a table in Markdown.
//
// The processor is slowed 6 times; the network has 1.6 Mbit/s and 150 ms. The limit beside each measure is what the product
// promises; the ratio says how much of it is used.

import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import lighthouse from 'lighthouse';

import { browser } from '../support/browser.js';
import { ROOT, folder } from '../support/cartable.js';
import { build } from '../support/package.js';

const RUNS = 5;
const SLOW = { cpu: 6, latency: 150, bytesPerSecond: 1.6e6 / 8 };
const TARGETS = ['scorm12', 'scorm2004-4', 'xapi', 'cmi5', 'web'];
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', json: 'application/json', svg: 'image/svg+xml' };

/** What a test's context gives to its helpers. */
const ends = [];
const t = { after: (end) => ends.push(end) };

/** A web server as an LMS's: compressed, kept by the browser. */
async function serve(files) {
  const bodies = new Map(Array.from(files, ([path, bytes]) => [path, gzipSync(bytes)]));
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://site').pathname.slice(1);
    const body = bodies.get(path);
    if (!body) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': TYPES[path.split('.').pop()] || 'application/octet-stream', 'content-encoding': 'gzip', 'cache-control': 'max-age=3600' }).end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}/index.html`;
}

const median = (values) => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];

/** A new window on a slow device. */
async function slowPage(chromium) {
  const context = await chromium.newContext({ viewport: { width: 366, height: 700 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: SLOW.latency, downloadThroughput: SLOW.bytesPerSecond, uploadThroughput: SLOW.bytesPerSecond });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOW.cpu });
  await page.addInitScript(() => {
    window.measured = { shift: 0, ready: 0 };
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.measured.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });
    new MutationObserver(() => {
      if (document.documentElement && document.documentElement.classList.contains('scripted') && !window.measured.ready) window.measured.ready = performance.now();
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
  });
  return { context, page };
}

/** Until a learner can use the chapter, in milliseconds, and by how much its layout moved. */
async function opening(chromium, url) {
  const times = [];
  let shift = 0;
  for (let run = 0; run < RUNS; run++) {
    const { context, page } = await slowPage(chromium);
    await page.goto(url);
    await page.locator('html.scripted').waitFor();
    await page.locator('[data-start]').click();
    await page.locator('[data-lesson]:visible').waitFor();
    const measured = await page.evaluate(() => window.measured);
    times.push(measured.ready);
    shift = Math.max(shift, measured.shift);
    await context.close();
  }
  return { ready: median(times), shift };
}

/** A chapter of many words. */
async function longChapter(words) {
  const at = await folder(t);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(at, '1'));
  await writeFile(join(at, 'course.toml'), 'id = "long"\ntitle = "Long"\nlanguage = "fr"\nversion = "1.0.0"\niri = "https://example.org/long"\n');
  await writeFile(join(at, '1/chapter.toml'), 'id = "long"\nnumber = 1\ntitle = "Long"\n');
  const paragraph = 'Le service pénitentiaire d’insertion et de probation assure le contrôle, l’évaluation et la prise en charge des personnes placées sous main de justice, en milieu ouvert et en milieu fermé, dans chaque département. ';
  const each = paragraph.split(' ').length - 1;
  for (let lesson = 1; lesson <= 10; lesson++) {
    const paragraphs = Array.from({ length: Math.ceil(words / 10 / each) }, (_, place) => `${paragraph}(${lesson}.${place})`);
    await writeFile(join(at, `1/${String(lesson).padStart(2, '0')}.md`), `+++\nid = "l${lesson}"\ntitle = "Leçon ${lesson}"\n+++\n\n${paragraphs.join('\n\n')}\n`);
  }
  return at;
}

/** The slowest answer to a key in the search, and to the change of a lesson, in milliseconds, at the machine's own speed. */
async function keys(chromium, url) {
  const page = await (await chromium.newContext()).newPage();
  await page.goto(url);
  await page.locator('html.scripted').waitFor();
  await page.keyboard.press('Control+k');
  await page.evaluate(() => {
    window.slowest = 0;
    const field = document.getElementById('search-text');
    let start = 0;
    field.addEventListener('keydown', () => (start = performance.now()), true);
    field.addEventListener('input', () => requestAnimationFrame(() => setTimeout(() => (window.slowest = Math.max(window.slowest, performance.now() - start)))));
  });
  for (const key of 'probation milieu') {
    await page.keyboard.press(key === ' ' ? 'Space' : key);
    await page.waitForTimeout(60);
  }
  return page.evaluate(() => window.slowest);
}

const rows = [];
/** @param {string} what @param {number} measured @param {number} limit @param {string} unit */
const row = (what, measured, limit, unit) => rows.push(`| ${what} | ${Math.round(measured * 1000) / 1000} ${unit} | ${limit} ${unit} | ${limit ? (measured / limit).toFixed(2) : '–'} |`);

const chromium = await browser(t);
try {
  for (const target of TARGETS) {
    const { files } = await build(await folder(t), target);
    const bytes = Array.from(files).filter(([path]) => /\.(js|css)$/.test(path)).reduce((sum, [, content]) => sum + content.length, 0);
    row(`${target}: JS and CSS`, bytes / 1000, 45, 'kB');
  }
  const { files } = await build(await folder(t), 'web');
  const url = await serve(files);
  const { ready, shift } = await opening(chromium, url);
  row('SPIP, slow device: until it can be used', ready, 1000, 'ms');
  row('SPIP, slow device: layout shift', shift, 0, '');
  const long = await build(await folder(t), 'web', await longChapter(50_000));
  row('50,000 words: slowest answer to a key', await keys(chromium, await serve(long.files)), 50, 'ms');

  const port = 9300 + (process.pid % 500);
  const { chromium: launcher } = await import('playwright-core');
  const own = await launcher.launch({ executablePath: process.env.CARTABLE_CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`] });
  t.after(() => own.close());
  const { lhr } = await lighthouse(url, { port, output: 'json', logLevel: 'error', onlyCategories: ['performance', 'accessibility', 'best-practices'] });
  for (const { title, score } of Object.values(lhr.categories)) row(`Lighthouse: ${title}`, score * 100, 100, '');
  for (const { id, title, score, scoreDisplayMode } of Object.values(lhr.audits)) if (score !== null && score < 1 && scoreDisplayMode === 'binary') console.error(`Lighthouse: ${id}: ${title}`);
  console.log(`| What | Measured | Limit | Ratio |\n|---|---:|---:|---:|\n${rows.join('\n')}`);
} finally {
  for (const end of ends.reverse()) await end();
}
