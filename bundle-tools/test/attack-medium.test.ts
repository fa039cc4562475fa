import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import type { ImportProgress } from '../src/importer/verdict.ts';
import { ImportRefusal } from '../src/importer/verdict.ts';
import { verifyBundle } from '../src/importer/verify-bundle.ts';
import { attack, attackEach } from './attack.ts';
import { build, createWorld, freshDir, readVolumeBytes, siteContext } from './kit.ts';

// Section 9: a medium that changes while it is read.

const objectBytes = 6 * 1024 * 1024;
const objects = 4;

const world = createWorld(Array.from({ length: objects }, (_, index) => Buffer.alloc(objectBytes, index + 1)));
const whole = readVolumeBytes(await build(world));
afterAll(() => world.remove());

/** Imports and does something to the file when the first objects have been read; tells the outcome. */
const whileReading = async (change: (path: string) => void, after = objectBytes): Promise<string> => {
  const path = join(freshDir(world, 'medium'), 'x.tar');
  writeFileSync(path, whole);
  let isDone = false;
  const onProgress = ({ doneBytes }: ImportProgress): void => {
    if (isDone || doneBytes < after) return;
    isDone = true;
    change(path);
  };
  try {
    await verifyBundle({ path, context: siteContext(world), stagingDir: freshDir(world, 'staging'), onProgress });
    return isDone ? 'accepted' : 'was never changed';
  } catch (error) {
    if (error instanceof ImportRefusal) return error.code;
    throw error;
  }
};

const overwrite = (path: string, at: number, bytes: Uint8Array): void => {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
};

describe('a file that changes while it is read', () => {
  attackEach('rewritten', [
    ['a byte of the last object', 'HASH', (path: string) => overwrite(path, whole.length - 4_096, Buffer.of(0xee))],
    ['the whole file by zeros', 'HASH', (path: string) => overwrite(path, 0, Buffer.alloc(whole.length))],
    ['the last header', 'HEADER', (path: string) => overwrite(path, whole.lastIndexOf('ustar') - 200, Buffer.of(0x37))],
    ['the end marker', 'TRAILING', (path: string) => overwrite(path, whole.length - 1, Buffer.of(1))],
    ['its length', 'TRUNCATED', (path: string) => truncateSync(path, whole.length - objectBytes)],
    ['the length, longer', 'TRAILING', (path: string) => overwrite(path, whole.length, Buffer.alloc(512))],
  ] as [string, string, (path: string) => void][])('%s is refused as %s', async (_, expected, change) => {
    const code = await whileReading(change);
    expect(expected === 'HASH' ? ['HASH', 'HEADER', 'MISSING'] : [expected]).toContain(code);
  });

  attack('rewritten', 'is read on when it is renamed or another takes its name', async () => {
    expect(await whileReading((path) => renameSync(path, `${path}.gone`))).toBe('accepted');
    const swap = (path: string): void => {
      renameSync(path, `${path}.gone`);
      writeFileSync(path, 'another file under the name');
    };
    expect(await whileReading(swap)).toBe('accepted');
  });

  attack('rewritten', 'is not written by whoever reads it', async () => {
    const path = join(freshDir(world, 'medium'), 'x.tar');
    writeFileSync(path, whole);
    const fd = openSync(path, 'r');
    const before = fstatSync(fd);
    await verifyBundle({ path, context: siteContext(world), stagingDir: freshDir(world, 'staging') });
    const after = fstatSync(fd);
    closeSync(fd);
    expect([after.mtimeMs, after.size, after.ino]).toEqual([before.mtimeMs, before.size, before.ino]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });
});
