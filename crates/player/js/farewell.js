// A service worker that says goodbye for a cmi5 page: a page that goes away cannot tell whether it is closed or reloaded,
// and `terminated` ends the session for good. So the page leaves the statement here, and it is sent unless the page is
// back within a while.

const RETURN_PATIENCE = 3000;
/** What is to be sent, by session: how to call it off, or null once it was sent. @type {Map<string, (() => void) | null>} */
const farewells = new Map();
const worker = /** @type {any} */ (self);

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('message', (/** @type {any} */ event) => {
  const { session, url, headers, body } = event.data;
  if (!url) {
    const callOff = farewells.get(session);
    if (callOff) callOff();
    event.ports[0].postMessage(callOff === null ? 'gone' : 'here');
    return;
  }
  event.waitUntil(
    new Promise((done) => {
      const timer = setTimeout(() => {
        farewells.set(session, null);
        fetch(url, { method: 'POST', headers, body, credentials: 'omit', cache: 'no-store', keepalive: true }).then(done, done);
      }, RETURN_PATIENCE);
      farewells.set(session, () => {
        clearTimeout(timer);
        farewells.delete(session);
        done(null);
      });
    }),
  );
});
