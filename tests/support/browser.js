// Headless Chromium.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CARTABLE_CHROMIUM || '/usr/bin/chromium';

/** What an LRS refuses and a page expects: it has no state or preferences yet, or the page before wrote its own after this one read it. */
export const STATE_ERRORS = /404 \(Not Found\)|412 \(Precondition Failed\)/;

/** A browser for one test. */
export async function browser(t) {
  const launched = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  t.after(() => launched.close());
  return launched;
}

/** A window whose page errors fail the test, and which knows every host that was asked. */
export async function context(t, launched, options = {}) {
  const opened = await launched.newContext({ locale: 'fr-FR', ...options });
  const hosts = new Set();
  const errors = [];
  opened.on('request', (request) => hosts.add(new URL(request.url()).host));
  opened.on('weberror', (error) => errors.push(error.error()));
  opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  t.after(() => opened.close());
  return {
    opened,
    hosts,
    /** Nothing failed in the pages, but for messages that match. */
    assertQuiet(expected = /$^/) {
      assert.deepEqual(errors.filter((error) => !expected.test(String(error))), []);
    },
  };
}

/** Closes a tab as its user does: the page may still save. */
export async function closeTab(page) {
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
}

/** Waits until something is true of the other side. */
export async function eventually(what, check) {
  for (const end = Date.now() + 10000; ; await new Promise((done) => setTimeout(done, 50))) {
    const result = await check();
    if (result) return result;
    assert.ok(Date.now() < end, `never happened: ${what}`);
  }
}
