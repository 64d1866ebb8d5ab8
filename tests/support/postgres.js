// A PostgreSQL of the test's own, in a temporary folder: it can be stopped, killed and started again.

import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of the newest server programs, as in tests/run. */
async function programs() {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  if (!newest) throw new Error('PostgreSQL is not installed; tests/run installs it');
  return join('/usr/lib/postgresql', newest, 'bin');
}

/** Runs a program as a user who may run the server: it refuses root. */
function runAsUser(program, args) {
  const [command, ...rest] = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', program, ...args] : [program, ...args];
  // What the server inherits must not keep this process waiting.
  return execFileSync(command, rest, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** The processes that a process started. */
async function children(pid) {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number);
}

/** Ends processes as a power cut would, and waits until they are gone. */
async function kill(pids) {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  for (const pid of pids) {
    while (await readFile(`/proc/${pid}/stat`, 'utf8').then((stat) => !/\) [ZX] /.test(stat), () => false)) {
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}

/** Makes an empty cluster and starts it; it is gone at the end of the test. */
export async function postgres(t) {
  const bin = await programs();
  const home = await mkdtemp(join(tmpdir(), 'cartable-postgres-'));
  await chmod(home, 0o755);
  const folder = join(home, 'server');
  execFileSync('install', process.getuid() === 0 ? ['-d', '-o', 'postgres', folder] : ['-d', folder]);
  const data = join(folder, 'data');
  const port = await freePort();
  const control = (...args) => runAsUser(join(bin, 'pg_ctl'), ['--silent', '--pgdata', data, '--wait', ...args]);
  const start = () => control('--log', join(folder, 'log'), '--options',
    `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=`, 'start');
  const stop = (mode) => control('--mode', mode, 'stop');
  const postmaster = async () => Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const query = (...commands) => execFileSync('psql',
    [url, '--quiet', '--no-align', '--tuples-only', ...commands.flatMap((sql) => ['--command', sql])], { encoding: 'utf8' }).trim();

  runAsUser(join(bin, 'initdb'), ['--no-sync', '--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8']);
  start();
  t.after(async () => {
    try {
      stop('immediate');
    } catch {
      // It is not running.
    }
    await rm(home, { recursive: true, force: true });
  });
  return {
    url,
    start,
    /** Ends every connection, finishes, and stops. */
    stop: () => stop('fast'),
    /** What a list of commands prints, each a transaction. */
    query,
    /** Lets all its processes halt, with their connections open; returns what lets them go on. */
    async halt() {
      const first = await postmaster();
      const halted = [first, ...await children(first)];
      for (const pid of halted) process.kill(pid, 'SIGSTOP');
      return () => halted.splice(0).forEach((pid) => process.kill(pid, 'SIGCONT'));
    },
    /** SIGKILL of all its processes at once. */
    async cutPower() {
      const first = await postmaster();
      // It must not start others meanwhile.
      process.kill(first, 'SIGSTOP');
      await kill([first, ...await children(first)]);
      // Where nobody reaps what ended, its number would look as if it still ran.
      await unlink(join(data, 'postmaster.pid'));
    },
    /** SIGKILL of one of those who serve a connection: PostgreSQL ends the others and recovers by itself. */
    async killBackend() {
      const served = query(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        ORDER BY state_change DESC LIMIT 1`);
      await kill([Number(served)]);
    },
  };
}
