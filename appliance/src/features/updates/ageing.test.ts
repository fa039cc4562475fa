import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisory, packageBytes, update } from '../../../test/support/catalog.ts';
import { admin } from '../../../test/support/engines.ts';
import type { Content, TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

// What was known does not vanish because its source went away: it is kept with the date that it is from.

const files = [{ path: 'updates/a.deb', bytes: packageBytes }];
const openssl = update('openssl', '3.5.1-1');
const ofDebian = { feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.1-1')] };
const ofSuites = {
  feed: 'suites',
  advisories: [
    { ...advisory('suite:trixie-security:bash:5.2-1+deb13u1', 'bash', '5.2-1+deb13u1'), feed: 'suites', aliases: [] },
  ],
};

describe('knowledge whose source is gone', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
    card = site.exchange.siteCard(admin).bytes;
    const report = reporter(site.inventory);
    report(1, 'platform', [debian13]);
    report(1, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
  });
  afterEach(() => site.stop());

  const ask = () => host.open(site.exchange.exportRequest(admin, medium).path, card);
  const bring = async (content: Content, options = {}) => {
    const request = ask();
    await host.publish(content);
    const { path } = await host.answer(medium, request, options);
    await site.exchange.importBundle(admin, path);
    return request;
  };
  const findings = () => site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).rows;
  const needed = () =>
    site.updates.forDevice(1, wholeSite('job')).map(({ update: { name, version, asOf } }) => ({ name, version, asOf }));
  const day = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/);

  it('keeps what a feed said, with its age, and closes nothing', async () => {
    await bring({ feeds: [ofDebian] });
    expect(findings()).toMatchObject([{ advisory: 'DSA-1' }]);
    expect(findings()[0]).not.toHaveProperty('agedSince');
    await bring({});
    expect(findings()).toMatchObject([{ advisory: 'DSA-1', state: 'open', agedSince: day }]);
    expect(site.exchange.knowledge()).toMatchObject([{ feed: 'osv-debian', newest: day, goneSince: day }]);
    expect(site.events.list({ scope: wholeSite('job'), type: ['feed-gone'], limit: 10 }).rows).toMatchObject([
      { params: { feed: 'osv-debian' } },
    ]);
    expect(site.events.list({ scope: wholeSite('job'), type: ['finding-closed'], limit: 10 }).total).toBe(0);
    // Once: the next bundle without it is no news.
    await bring({});
    expect(site.events.list({ scope: wholeSite('job'), type: ['feed-gone'], limit: 10 }).total).toBe(1);
    await bring({ feeds: [ofDebian] });
    expect(findings()[0]).not.toHaveProperty('agedSince');
    expect(site.exchange.knowledge()[0]).not.toHaveProperty('goneSince');
  });

  it('keeps a needed update that no catalogue lists any more, and says from when it is', async () => {
    await bring({ updates: [openssl], files });
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.1-1', asOf: undefined }]);
    await bring({});
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.1-1', asOf: day }]);
    const [first] = needed();
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([{ devices: 1, asOf: day }]);
    expect(site.updates.neededCounts([1]).get(1)).toBe(1);
    expect(site.updates.verify()).toEqual([]);
    // The date stays that of the last catalogue that had it.
    await bring({ updates: [update('vim', '9')], files });
    expect(needed()).toEqual([first]);
    await bring({ updates: [openssl], files });
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.1-1', asOf: undefined }]);
  });

  it('lets what a catalogue has in its place take the place of what it no longer lists', async () => {
    await bring({ updates: [update('openssl', '3.5.2-1')], files });
    // The vendor took a version back.
    await bring({ updates: [openssl], files });
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.1-1', asOf: undefined }]);
    await bring({ updates: [update('openssl', '3.5.3-1')], files });
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.3-1', asOf: undefined }]);
  });

  it('prefers what the newest catalogue lists to what only an earlier one did', async () => {
    await bring({ updates: [update('openssl', '3.6.0-1', { suites: ['trixie-updates'] })], files });
    await bring({ updates: [openssl], files });
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.1-1', asOf: undefined }]);
    await bring({});
    expect(needed()).toEqual([{ name: 'openssl', version: '3.6.0-1', asOf: day }]);
  });

  it('keeps nothing of a bundle that the site goes back from', async () => {
    await bring({ updates: [openssl], files });
    await bring({ updates: [openssl, update('bash', '5.3-1')], files });
    expect(needed()).toHaveLength(2);
    site.exchange.revertInventory(admin, 'trouble on the line');
    expect(needed()).toEqual([{ name: 'openssl', version: '3.5.1-1', asOf: undefined }]);
  });

  it('says which suite no source has, for the system that follows it, and since when', async () => {
    const request = ask();
    const at = request.request.wants.findIndex(({ kind, id }) => kind === 'suite' && id.endsWith('trixie-security'));
    await host.publish({ feeds: [ofSuites] });
    const gap = { unfulfilled: [{ reason: 'NO_SOURCE' as const, wants: [0, at] }] };
    await site.exchange.importBundle(admin, (await host.answer(medium, request, gap)).path);
    expect(site.exchange.unfulfilled()).toEqual([
      { kind: 'newer', want: 'Debian:13 amd64', reason: 'NO_SOURCE', since: day },
      { kind: 'suite', want: 'Debian:13 amd64/trixie-security', reason: 'NO_SOURCE', since: day },
    ]);
    // A finding that is made of the suite stays, as of the last time that it came.
    expect(findings()).toMatchObject([{ feed: 'suites', agedSince: day }]);
    const before = site.exchange.unfulfilled();
    await bring({ feeds: [ofSuites] }, gap);
    expect(site.exchange.unfulfilled()).toEqual(before);
    await bring({ feeds: [ofSuites] });
    expect(site.exchange.unfulfilled()).toEqual([]);
    expect(findings()[0]).not.toHaveProperty('agedSince');
  });
});
