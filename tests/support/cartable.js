// The program under test, run as its users run it.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** The program; tests/run builds it and says where it is. */
const BINARY = process.env.CARTABLE_BIN || join(ROOT, 'target/debug/cartable');

/** Runs a command to its end. @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
export function run(args, options = {}) {
  return new Promise((done) => {
    execFile(BINARY, args, { cwd: ROOT, ...options }, (error, stdout, stderr) => {
      done({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
}

/** Runs a command that must succeed, and reads the JSON it prints. */
export async function json(args, options) {
  const { code, stdout, stderr } = await run([...args, '--format', 'json'], options);
  if (code !== 0) throw new Error(`cartable ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** Starts a server, by another command if it is given one; resolves once it has printed `ready`. */
export async function start(args, ready, by = []) {
  const [program, ...rest] = [...by, BINARY, ...args];
  const child = spawn(program, rest, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
  await new Promise((done, fail) => {
    const read = (chunk) => {
      output += chunk;
      if (ready.test(output)) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    ended.then(() => fail(new Error(`cartable ${args.join(' ')} stopped:\n${output}`)));
  });
  return {
    pid: child.pid,
    output: () => output,
    /** Asks it to stop, as Ctrl+C does. */
    stop() {
      child.kill('SIGINT');
      return ended;
    },
    /** Ends it as a power cut would. */
    kill() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/** Starts an LRS, on a free port unless an address is given. */
export async function serve(data, listen = '127.0.0.1:0', by = []) {
  const server = await start(['serve', '--listen', listen, '--lang', 'en', ...data], /Ctrl\+C/, by);
  const [, url] = /LRS\s+(\S+)/.exec(server.output());
  return { ...server, url };
}

/** Makes a credential; `auth` is its header. */
export async function credential(data, scopes = 'all') {
  const { key, secret } = await json(['credential', 'create', '--label', 'Tests', '--scopes', scopes, ...data]);
  return { key, auth: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` };
}

/** Asks the LRS. */
export function ask(lrs, auth, path, options = {}) {
  const headers = { authorization: auth, 'x-experience-api-version': '1.0.3', ...options.headers };
  return fetch(new URL(path, lrs), { ...options, headers });
}

/** A folder for one test, removed at its end. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'cartable-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}
