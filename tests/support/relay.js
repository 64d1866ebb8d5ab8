// A way to an LRS that may fail: the requests that take it, or only their answers, are lost.

import { createServer, request } from 'node:http';

/** A way to the server of an address, open until it is told otherwise. */
export async function relay(t, to) {
  let carries = 'everything';
  const server = createServer((asked, answer) => {
    const lost = () => answer.destroy();
    if (carries === 'nothing') return lost();
    const { method, url, headers } = asked;
    const onward = request(new URL(url, to), { method, headers }, (heard) => {
      // What a browser asks for leave to send is not what is lost.
      if (carries === 'requests' && method !== 'OPTIONS') return heard.resume().on('end', lost);
      answer.writeHead(heard.statusCode, heard.headers);
      heard.pipe(answer);
    });
    onward.on('error', lost);
    asked.pipe(onward);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: new URL(new URL(to).pathname, `http://127.0.0.1:${server.address().port}`).href,
    /** From now on the LRS hears what is sent, and nobody hears the LRS. */
    loseAnswers: () => (carries = 'requests'),
    /** From now on nothing comes through. */
    loseEverything: () => (carries = 'nothing'),
  };
}
