// A web server on a free port: files from memory, and what the tests answer themselves.

import { createServer } from 'node:http';

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', json: 'application/json', svg: 'image/svg+xml', png: 'image/png' };

/**
 * @param {Map<string, Buffer>} files by path, without a slash at the start
 * @param {(path: string, body: string) => unknown} [answer] what is answered in JSON where there is no file
 */
export async function site(t, files, answer = () => undefined) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://site').pathname.slice(1));
    const file = files.get(path);
    if (request.method === 'GET' && file) {
      response.setHeader('content-type', TYPES[path.split('.').pop()] || 'application/octet-stream');
      response.end(file);
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const result = answer(path, body);
    response.statusCode = result === undefined ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    // What answers may stand on another origin than the page that asks.
    response.setHeader('access-control-allow-origin', '*');
    response.end(result === undefined ? '' : JSON.stringify(result));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
