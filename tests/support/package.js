// What a build wrote, as the other side reads it.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

import { ROOT, folder, json } from './cartable.js';

/** The files of a zip, by name. @returns {Promise<Map<string, Buffer>>} */
export async function unzip(path) {
  const files = unzipSync(await readFile(path));
  return new Map(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]));
}

/** What a page of a package tells its script. */
export function pageData(html) {
  const [, data] = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html.toString());
  return JSON.parse(data);
}

/** Builds a course for one target; gives the package's files and what its page knows. */
export async function build(out, target, content = 'content') {
  const { packages } = await json(['build', content, '--out', out, '--target', target]);
  const files = await unzip(packages[0].file);
  return { zip: packages[0].file, files, page: pageData(files.get('index.html')) };
}

/** The SPIP chapter with other rules, packaged: they are written before a line of chapter.toml. */
export async function buildWithRules(t, target, rules, at = '[end]') {
  const out = await folder(t);
  const course = join(out, 'course');
  await cp(join(ROOT, 'content'), course, { recursive: true });
  const file = join(course, '07-spip/chapter.toml');
  const chapter = await readFile(file, 'utf8');
  assert.ok(chapter.includes(at));
  await writeFile(file, chapter.replace(at, `${rules}\n\n${at}`));
  return build(join(out, 'dist'), target, course);
}

/** The SPIP chapter, and before it one that draws its questions from a pool. */
export async function wholeCourse(t) {
  const at = await folder(t);
  await cp(join(ROOT, 'content'), at, { recursive: true });
  await cp(join(ROOT, 'tests/courses/pool/1-reserve'), join(at, '01-reserve'), { recursive: true });
  const file = join(at, 'course.toml');
  await writeFile(file, `${await readFile(file, 'utf8')}\n[package]\nholds = "course"\n`);
  return at;
}
