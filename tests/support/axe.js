// axe-core with the rules of WCAG 2.2 AA and RGAA 4.1.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from './cartable.js';

const axe = await readFile(join(ROOT, 'tests/node_modules/axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'RGAAv4'];

/** The screen as it is has no violation, and does not overflow its window. */
export async function assertAccessible(page, name) {
  const { width } = page.viewportSize();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name}: ${overflow} pixels too wide at ${width}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), TAGS);
  assert.deepEqual(violations.map(({ id, nodes }) => `${name} at ${width}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
}
