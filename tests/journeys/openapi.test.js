// A program that reads our OpenAPI document tries all it can think of: no 5xx, and no answer that is not described.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

import { credential, folder, ROOT, serve } from '../support/cartable.js';

const SCHEMATHESIS = process.env.CARTABLE_SCHEMATHESIS || join(ROOT, 'target/tools/schemathesis/bin/schemathesis');

test('schemathesis: the server answers as its document says, whatever arrives', async (t) => {
  const home = await folder(t);
  const data = ['--data', join(home, 'data')];
  const lrs = await serve(data);
  t.after(() => lrs.kill());
  const { auth } = await credential(data);
  const given = Buffer.from(auth.slice(6), 'base64').toString();
  const checks = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
  const { code, output } = await new Promise((done) => {
    execFile(SCHEMATHESIS, [
      'run', new URL('/openapi.json', lrs.url).href, '--auth', given, '--checks', checks,
      '--max-examples', '20', '--phases', 'examples,coverage,fuzzing', '--seed', '7',
    ], { cwd: home, maxBuffer: 1 << 26 }, (error, stdout, stderr) => done({ code: error ? error.code : 0, output: stdout + stderr }));
  });
  assert.equal(code, 0, output);
});
