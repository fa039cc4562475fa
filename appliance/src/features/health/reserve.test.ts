import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskReserve } from './reserve.ts';

const diskBytes = 1024 * 1024 * 1024;
const reserveBytes = Math.floor(diskBytes * 0.005);
let folder: string;
const { signal: never } = new AbortController();
const sizes = (): Array<[string, number]> =>
  readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-reserve-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the reserve is set aside while the thread goes on, and is there as a whole or not at all', async () => {
  const reserve = diskReserve(folder);
  // A crash left a part of one.
  writeFileSync(join(folder, 'reserve.new'), 'part');
  const done = reserve.hold(diskBytes, never);
  expect(reserve.isHeld()).toBe(false);
  await done;
  expect(reserve.isHeld()).toBe(true);
  expect(sizes()).toEqual([['reserve', reserveBytes]]);
});

it('a reserve that is released while it is set aside leaves nothing, and is set aside anew later', async () => {
  const reserve = diskReserve(folder);
  const done = reserve.hold(diskBytes, never);
  await new Promise(setImmediate);
  reserve.release();
  expect(sizes()).toEqual([]);
  await done;
  expect(sizes()).toEqual([]);
  await reserve.hold(diskBytes, never);
  expect(sizes()).toEqual([['reserve', reserveBytes]]);
});

it('a reserve is not set aside twice at once, nor where it is there', async () => {
  const reserve = diskReserve(folder);
  await Promise.all([reserve.hold(diskBytes, never), reserve.hold(diskBytes, never)]);
  const { ino } = statSync(join(folder, 'reserve'));
  await reserve.hold(diskBytes, never);
  expect(statSync(join(folder, 'reserve')).ino).toBe(ino);
});

it('a server that stops sets nothing aside any more', async () => {
  const stop = new AbortController();
  const done = diskReserve(folder).hold(diskBytes, stop.signal);
  stop.abort();
  await done;
  expect(sizes()).toEqual([]);
});
