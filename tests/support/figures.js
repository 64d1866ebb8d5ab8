// The figures that the console shows, as an administrator reads them.

import assert from 'node:assert/strict';

/** The cookie of an administrator who has signed in. */
export async function signIn(lrs, password) {
  const response = await fetch(new URL('/console/login', lrs), {
    method: 'POST',
    body: new URLSearchParams({ account: 'admin', password }),
    headers: { 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  });
  const [cookie] = response.headers.getSetCookie();
  assert.ok(cookie, `nobody is signed in: ${response.status}`);
  return cookie.split(';')[0];
}

/** How often each verb was said in the last days, once all that is stored is counted. */
export async function verbs(lrs, cookie) {
  for (let left = 50; ; left--) {
    const response = await fetch(new URL('/console/overview', lrs), { headers: { cookie, 'accept-language': 'en' } });
    assert.equal(response.status, 200);
    const page = await response.text();
    if (!page.includes('role="status"') || left === 0) {
      const rows = page.matchAll(/<th scope="row">([a-z ]+)<\/th><td class="number">([\d,]+)<\/td>/g);
      return Object.fromEntries([...rows].map(([, verb, count]) => [verb, Number(count.replaceAll(',', ''))]));
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}
