import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, expect, it } from 'vitest';
import { advisory } from '../../../test/support/catalog.ts';
import { openConsole } from '../../../test/support/console.ts';
import { makeHost } from '../../../test/support/host.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { examine } from '../../doctor.ts';
import { systemActor } from '../../engine/objects/types.ts';

// What the connected side could not bring stands on every page that it makes look better than it is, with what to do.

const site = await openConsole();
const viewer = await site.as('viewer');
const { exchange } = site.appliance;
const medium = join(site.dataDir, 'medium');
mkdirSync(medium);
const host = makeHost(join(site.dataDir, 'host'));
await host.publish();
await exchange.importTrust(systemActor, await host.trustFile(join(site.dataDir, 'trust')), host.rootFingerprint);
const card = exchange.siteCard(systemActor).bytes;
const device = site.device('pump-01');
site.report(device.id, 'platform', [{ ...debian13, suites: [] }]);
site.report(device.id, 'software', [deb('openssl', '3.5.1-1')]);
const other = site.device('pump-02');
site.report(other.id, 'platform', [{ ...debian13, release: '12', codename: 'bookworm', suites: [] }]);
site.report(other.id, 'software', [deb('bash', '5.1-1')]);
const goRound = async (feeds: Parameters<typeof host.publish>[0]): Promise<void> => {
  const opened = host.open(exchange.exportRequest(systemActor, medium).path, card);
  const at = opened.request.wants.findIndex(({ kind, id }) => kind === 'suite' && id.endsWith('/trixie-security'));
  await host.publish(feeds);
  const { path: bundle } = await host.answer(medium, opened, { unfulfilled: [{ reason: 'NO_SOURCE', wants: [at] }] });
  await exchange.importBundle(systemActor, bundle);
};
await goRound({ feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.4-1')] }] });
await goRound({});
afterAll(() => site.close());

const page = async (path: string): Promise<string> => (await viewer.get(path)).text();

it.each<[string, () => string]>([
  ['the front page', () => paths.work()],
  ['the exchange', () => paths.exchange()],
  ['the list of updates', () => paths.updates()],
  ['the updates of a device that follows it', () => paths.deviceTab(device.publicId, 'updates')],
])('%s says what has no source and what to do', async (_, path) => {
  const html = await page(path());
  for (const text of ['trixie-security', 'NO_SOURCE', 'source add apt']) expect(html.includes(text), text).toBe(true);
});

it('a device of another system has nothing of it', async () => {
  expect((await page(paths.deviceTab(other.publicId, 'updates'))).includes('source add apt')).toBe(false);
});

it('pages say of a feed that is gone, and of its findings, since when', async () => {
  const aged = /no longer brought since/;
  expect(await page(paths.work())).toMatch(/osv-debian are no longer brought.*?since \d/s);
  for (const path of [paths.vulnerabilities(), paths.deviceTab(device.publicId, 'findings')])
    expect(await page(path), path).toMatch(aged);
});

it('doctor warns of both', async () => {
  const found = (await examine(site.appliance)).filter(({ severity }) => severity === 'warning');
  const details = found.map(({ check, detail }) => `${check}: ${detail}`);
  expect(details).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^asked for and not brought: NO_SOURCE suite Debian:13 amd64\/trixie-security, since/),
      expect.stringMatching(/^feeds: no bundle has osv-debian since/),
    ]),
  );
});
