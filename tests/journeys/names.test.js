// The build shortens the names that only our scripts know: none may be the browser's, the page's or the worker's.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, folder, json } from '../support/cartable.js';
import { pageData, unzip, wholeCourse } from '../support/package.js';

const SOURCES = join(ROOT, 'crates/player/js');
const TYPESCRIPT = join(ROOT, `tests/node_modules/@typescript/typescript-${process.platform}-${process.arch}/lib`);
/** The libraries of TypeScript that jsconfig.json names. */
const LIBRARIES = /^lib\.(es5|es20(15|16|17|18|19|20)(?!\.full)|dom|decorators)\b.*\.d\.ts$/;

/** The texts of some files of a folder, by name. */
async function texts(at, which) {
  const names = (await readdir(at)).filter((name) => which.test(name));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(at, name), 'utf8')])));
}

/** The names that a source gives to properties: after a point, or between braces on one line. */
function properties(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const listed = [...code.matchAll(/\{ ([^{};]*) \}/g)].flatMap(([, list]) => list.split(',').map((one) => /^\s*(\w*)/.exec(one)[1]));
  return new Set([...code.matchAll(/\.(\w+)/g)].map(([, name]) => name).concat(listed));
}

/** A minified script without its texts, but for what they are filled with. */
function unquoted(script) {
  let code = '';
  /** The braces open since each text that is being filled began to be. */
  const fillings = [];
  let inText = false;
  for (const [token] of script.matchAll(/\\.|\$\{|[`{}]|[^\\$`{}]+|\$/g)) {
    if (token === '`') inText = !inText;
    else if (inText && token === '${') {
      fillings.push(0);
      inText = false;
      code += ' ';
    } else if (!inText && token === '}' && fillings.at(-1) === 0) {
      fillings.pop();
      inText = true;
    } else if (!inText) {
      if (fillings.length > 0) fillings[fillings.length - 1] += { '{': 1, '}': -1 }[token] || 0;
      code += token;
    }
  }
  return code;
}

/** Every key of what was JSON. */
const keys = (value) => (value && typeof value === 'object' ? Object.entries(value).flatMap(([key, inner]) => [key, ...keys(inner)]) : []);

test('no name is shortened that somebody else knows', async (t) => {
  const out = await folder(t);
  const builds = await Promise.all([await wholeCourse(t), 'tests/courses/kinds'].map((course, place) => json(['build', course, '--out', join(out, String(place))])));
  const packages = builds.flatMap((done) => done.packages);
  const sources = await texts(SOURCES, /\.js$/);
  const source = Object.values(sources).join('\n');
  let built = '';
  /** The keys of the pages' data. */
  const told = [];
  for (const { file } of packages) {
    for (const [name, text] of await unzip(file)) {
      if (name.endsWith('.js')) built += `${text};`;
      if (name.endsWith('.html')) told.push(...keys(pageData(text)));
    }
  }
  const left = new Set(unquoted(built).match(/[A-Za-z_]\w*/g));
  const changed = [...new Set(source.match(/[A-Za-z_]\w*/g))].filter((name) => !left.has(name));
  for (const name of ['toggleContents', 'earlierSeconds']) assert.ok(changed.includes(name), name);

  const shortened = (names) => [...new Set(names)].filter((name) => changed.includes(name));

  await t.test('the page', () => {
    const used = properties(source);
    assert.deepEqual(shortened(told).filter((name) => used.has(name)), []);
    const attributes = source.split('\n').flatMap((line) => [...line.matchAll(/dataset\.(\w+)|\{ (.*?) \}(?= = .*dataset)/g)]);
    assert.deepEqual(shortened(attributes.flatMap(([, one, several = '']) => [one, ...several.split(/\W+/)])), []);
  });

  await t.test('the worker', () => {
    const [, said] = /\{ (.*) \} = event\.data/.exec(sources['farewell.js']);
    assert.deepEqual(shortened(said.split(', ')), []);
  });

  await t.test('the browser: without these names of its own, the types still hold', async () => {
    const at = join(out, 'types');
    await mkdir(at);
    const member = new RegExp(`^(\\s+(?:readonly |get |set )*)(${changed.join('|')})(?=\\??[:(<])`, 'gm');
    for (const [name, text] of Object.entries(await texts(TYPESCRIPT, LIBRARIES))) {
      await writeFile(join(at, name), text.replace(/^\/\/\/ <reference.*$/gm, '').replace(member, '$1not_$2'));
    }
    const { compilerOptions } = JSON.parse(await readFile(join(ROOT, 'crates/player/jsconfig.json'), 'utf8'));
    delete compilerOptions.lib;
    const project = { compilerOptions: { ...compilerOptions, noLib: true, skipLibCheck: true }, include: [`${SOURCES}/*.js`, `${at}/*.d.ts`] };
    await writeFile(join(at, 'tsconfig.json'), JSON.stringify(project));
    const faults = await new Promise((done) => execFile(join(ROOT, 'tests/node_modules/.bin/tsc'), ['-p', at, '--pretty', 'false'], (_, stdout) => done(stdout)));
    assert.equal(faults, '');
  });
});
