// Disks that a test can fill or make unwritable.

import { execFileSync } from 'node:child_process';
import { open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const isRoot = process.getuid() === 0;
const BLOCK = Buffer.alloc(64 * 1024);

function works(program, ...args) {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * A command that runs another with a small disk of its own in place of a folder, holding what the folder holds. It ends
 * with the program. `undefined` where a user may not do so.
 *
 * @returns {string[] | undefined}
 */
export function withSmallDisk(folder, size) {
  const apart = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount'];
  if (!works(...apart, 'mount', '-t', 'tmpfs', 'none', folder)) return undefined;
  const script = 'cp -a "$1" "$1.kept" && mount -t tmpfs -o "size=$2" none "$1" && cp -a "$1.kept/." "$1" && rm -r "$1.kept" && shift 2 && exec "$@"';
  return [...apart, 'sh', '-c', script, 'sh', folder, size];
}

/** Where a process sees a path. */
export const seenBy = (pid, path) => join(`/proc/${pid}/root`, path);

/** Writes to a file until there is no room left. */
export async function fill(path) {
  const file = await open(path, 'a');
  try {
    for (let size = BLOCK.length; size >= 1; ) {
      try {
        await file.write(BLOCK, 0, size);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    await file.close();
  }
}

const attribute = (change, files) => works(...(isRoot ? [] : ['sudo', '--non-interactive']), 'chattr', change, ...files);

/** Makes files unwritable, even for those who have them open, and for root. */
export const freeze = (files) => attribute('+i', files);
export const thaw = (files) => attribute('-i', files);

/** Whether files of a folder can be made so: it takes root's rights, and a file system such as ext4. */
export async function canFreeze(folder) {
  const path = join(folder, 'frozen');
  await writeFile(path, '');
  const file = await open(path, 'a');
  try {
    if (!freeze([path])) return false;
    return await file.write('.').then(() => false, () => true);
  } finally {
    thaw([path]);
    await file.close();
    await unlink(path);
  }
}
