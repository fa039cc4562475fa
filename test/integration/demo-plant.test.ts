import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { readCaptureFile } from '@sallyport/appliance/features/controller-imports/capture/read-capture-file';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoControllers } from '../../scripts/demo-controllers.ts';
import { recordStand } from '../../scripts/demo-plant/record.ts';
import { simulators } from '../../scripts/demo-plant/simulators.ts';
import { command, temporaryFolder } from '../support/commands.ts';
import { has, hasPython, hasSnap7 } from '../support/controllers/peers.ts';

// The plant of `make demo`, as its commands show it: every controller came out of a file that lies in the demo's folder.

type Origin = { id: number; sort: string; name: string; sha256: string | null };
type Row = { id: string; name: string; vendor: string | null; zone: string | null };

const { path: folder, remove } = temporaryFolder('demo-plant');
const data = ['--data', join(folder, 'data')];
const files = join(folder, 'plant');
let origins: Origin[] = [];
let controllers: Row[] = [];
let counted: Awaited<ReturnType<typeof demoControllers>>;

beforeAll(async () => {
  mkdirSync(files);
  await command('sallyport', 'init', '--site', 'demo-1', '--address', 'localhost', ...data);
  counted = await demoControllers(join(folder, 'data'), files);
  origins = await command<Origin[]>('sallyport', 'controller', 'origin', 'list', ...data);
  controllers = await command<Row[]>('sallyport', 'controller', 'list', '--limit', '200', ...data);
});
afterAll(remove);

it("the demo's controllers come from files whose hashes are those that the record names", () => {
  const hashes = new Map(
    readdirSync(files).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(files, name)))
        .digest('hex'),
    ]),
  );
  const read = origins.filter(({ sort }) => sort !== 'manual');
  expect(read.map(({ name, sha256 }) => [name, sha256])).toEqual(read.map(({ name }) => [name, hashes.get(name)]));
  expect(read.map(({ sort }) => sort).sort()).toEqual(['aml', 'capture', 'csv']);
});

it("the demo's controllers are as many as its step says, and each has its zone", () => {
  expect(controllers.length).toBe(counted.controllers);
  expect(controllers.filter(({ zone }) => zone === null)).toEqual([]);
});

it("each server that answered in the demo's capture calls itself simulated", async () => {
  const appliance = await compose({ dataDir: join(folder, 'data'), log: openLog('silent') });
  try {
    const observed = controllers.flatMap(({ id, name }) => {
      const facts = appliance.controllers.facts(appliance.controllers.get(id, wholeSite('job')).id);
      const heard = facts.filter(({ method }) => method !== 'csv' && method !== 'project' && method !== 'manual');
      return heard.length === 0 ? [] : [{ name, says: heard.map(({ value }) => value).join(' ') }];
    });
    expect(observed.length).toBe(simulators.length);
    expect(observed.filter(({ says }) => !/simulated|SNAP7-SERVER/.test(says))).toEqual([]);
  } finally {
    await appliance.close();
  }
});

const canRecord = process.getuid?.() === 0 && has('tcpdump') && has('ip') && hasSnap7() && hasPython('pymodbus');

/** What a capture says of each address, without times and places of packets. */
const saysOf = async (file: string): Promise<unknown> => {
  const { readings } = await readCaptureFile(createReadStream(file));
  return readings.map(({ source, method, facts, parts }) => ({ source, method, facts, parts }));
};

it.skipIf(!canRecord)(
  'the script of the stand makes a capture that says the same (skipped without root, tcpdump, libsnap7, pymodbus)',
  async () => {
    const again = join(folder, 'again.pcap');
    await recordStand(again);
    expect(await saysOf(again)).toEqual(await saysOf(join(files, 'stand.pcap')));
  },
);
