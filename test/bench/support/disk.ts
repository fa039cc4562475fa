import { closeSync, fdatasyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';

// What the disk itself takes, as the limit beside what is durable.

const rounds = 200;

/** Milliseconds of one small write that is flushed to the disk: the least that a commit costs. */
export const flushMs = (folder: string): number => {
  const path = join(folder, 'flush');
  const file = openSync(path, 'w');
  try {
    const page = Buffer.alloc(4096);
    const start = performance.now();
    for (let n = 0; n < rounds; n += 1) {
      writeSync(file, page);
      fdatasyncSync(file);
    }
    return (performance.now() - start) / rounds;
  } finally {
    closeSync(file);
    rmSync(path);
  }
};

/** A copy of a file, flushed. */
export const durableCopy = async (from: string, to: string): Promise<void> => {
  await copyFile(from, to);
  const file = await open(to, 'r+');
  await file.sync();
  await file.close();
};

/** Milliseconds for files that are written, flushed, renamed and flushed in their folder, one after the other. */
export const durableFilesMs = (folder: string, count: number, sizeBytes: number): number => {
  mkdirSync(folder);
  const directory = openSync(folder, 'r');
  const bytes = Buffer.alloc(sizeBytes, 7);
  const start = performance.now();
  for (let n = 0; n < count; n += 1) {
    const path = join(folder, String(n));
    const file = openSync(`${path}.part`, 'w');
    writeSync(file, bytes);
    fdatasyncSync(file);
    closeSync(file);
    renameSync(`${path}.part`, path);
    fdatasyncSync(directory);
  }
  const ms = performance.now() - start;
  closeSync(directory);
  return ms;
};
