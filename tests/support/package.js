// What a build wrote, as the other side reads it.

import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';

import { json } from './cartable.js';

/** The files of a zip, by name. @returns {Promise<Map<string, Buffer>>} */
export async function unzip(path) {
  const files = unzipSync(await readFile(path));
  return new Map(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
}

/** Builds a course for one target; gives the package's files and what its page knows. */
export async function build(out, target, content = 'content') {
  const { packages } = await json(['build', content, '--out', out, '--target', target]);
  const files = await unzip(packages[0].file);
  const [, data] = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(files.get('index.html').toString());
  return { zip: packages[0].file, files, page: JSON.parse(data) };
}
