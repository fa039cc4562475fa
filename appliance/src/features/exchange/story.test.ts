import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { makeHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';

const mebibyte = 1024 * 1024;
const person = { ...systemActor, rights: new Set(['all' as const]) };

let volumes: string[] = [];

const story = async (): Promise<string> => {
  const response = await admin.get(paths.exchange());
  expect(response.status).toBe(200);
  return response.text();
};

const site = await openConsole();
const admin = await site.as('administrator');
const host = makeHost(join(site.dataDir, 'host'));
const medium = join(site.dataDir, 'medium');
mkdirSync(medium);
await host.publish({
  files: ['a', 'b', 'c'].map((name) => ({ path: name, bytes: randomBytes(6 * mebibyte) })),
});
const { exchange } = site.appliance;
await exchange.importTrust(person, await host.trustFile(join(site.dataDir, 'trust')), host.rootFingerprint);
const { bytes: card } = exchange.siteCard(person);
const request = host.open(exchange.exportRequest(person, medium).path, card);
const out = join(site.dataDir, 'out');
await host.answer(out, request, { volumeBytes: 10 * mebibyte });
volumes = readdirSync(out)
  .filter((name) => name.endsWith('.tar'))
  .sort()
  .map((name) => join(out, name));
afterAll(() => site.close());

describe('the story of the exchange', () => {
  it('says which volumes are missing, and what the connected side types for each', async () => {
    expect(volumes).toHaveLength(3);
    await site.appliance.exchange.importBundle(person, [volumes[1] ?? '']);
    const [waiting] = site.appliance.exchange.waiting();
    const html = await story();
    expect(html).toContain('1 of 3 volumes, missing 1, 3');
    for (const volume of [1, 3])
      expect(html).toContain(`sallyport-bundle rebuild ${waiting?.bundleId} --volume ${volume} --media DIR`);
    expect(html).toContain('1 of 3 volumes have been here');
  });

  it('asks before a bundle is given up, and keeps it until then', async () => {
    const bundle = site.appliance.exchange.waiting()[0]?.bundleId ?? '';
    const asked = await admin.post(paths.waitingForget(), { bundle });
    expect([asked.status, site.appliance.exchange.waiting().length]).toEqual([200, 1]);
    expect((await admin.post(paths.waitingForget(), { bundle: 'none' })).status).toBe(404);
    const viewer = await site.as('viewer');
    expect((await viewer.post(paths.waitingForget(), { bundle, confirmed: '1' })).status).toBe(403);
    expect((await admin.post(paths.waitingForget(), { bundle, confirmed: '1' })).status).toBe(303);
    expect(site.appliance.exchange.waiting()).toEqual([]);
  });

  it('tells the whole bundle once all volumes have come, in any order', async () => {
    await site.appliance.exchange.importBundle(person, [volumes[2] ?? '', volumes[0] ?? '']);
    await site.appliance.exchange.importBundle(person, [volumes[1] ?? '']);
    const html = await story();
    expect(html).toContain('Answered by bundle 1.');
    expect(html).not.toContain('sallyport-bundle rebuild');
    expect(html).toContain('No request is waiting for its bundle');
  });

  it('still opens when a receipt was changed, and calls it what it is', async () => {
    const { db } = site.appliance;
    const held = db.prepare('select envelope from receipt where number = 1').get() as { envelope: Buffer };
    const put = db.prepare('update receipt set envelope = ? where number = 1');
    const altered = Buffer.from(held.envelope);
    altered[altered.length - 20] = (altered[altered.length - 20] ?? 0) ^ 1;
    put.run(altered);
    expect(await story()).toContain('A receipt is missing or was changed');
    put.run(held.envelope);
    expect(await story()).not.toContain('A receipt is missing or was changed');
  });

  it('reports how far the writing of a request is, to the last byte', () => {
    const reports: { step: string; doneBytes: number; totalBytes: number }[] = [];
    const medium = join(site.dataDir, 'medium');
    const { sizeBytes } = site.appliance.exchange.exportRequest(person, medium, {
      onProgress: (report) => reports.push(report),
    });
    expect(reports[0]?.step).toBe('build');
    expect(reports.at(-1)).toEqual({ step: 'check', doneBytes: sizeBytes, totalBytes: sizeBytes });
  });

  it('has nothing to agree to while no time is in doubt', async () => {
    expect(await story()).not.toContain(paths.clockAgree());
    expect((await admin.post(paths.clockAgree(), { source: 'clock', reason: 'a watch' })).status).toBe(404);
  });
});
