import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { advisory, packageBytes, update } from '../../../test/support/catalog.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

describe('going back one inventory', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;

  const roundOf = async (at: Introduced) => {
    const asked = at.host.open(at.site.exchange.exportRequest(admin, at.medium).path, at.card);
    const bundle = await at.host.answer(at.medium, asked);
    return at.site.exchange.importBundle(admin, bundle.path);
  };
  const round = () => roundOf({ site, host, medium, card });
  const names = () => site.updates.list({ scope: wholeSite('job'), limit: 100 }).rows.map(({ version }) => version);
  const listed = (): string => {
    const file = site.exchange.trustFile('inventory.jsonl');
    return typeof file === 'string' && existsSync(file) ? fingerprintOf(readFileSync(file)) : '';
  };

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced('a first inventory', async (made) => {
      const report = reporter(made.site.inventory);
      report(1, 'platform', [debian13]);
      report(1, 'software', [deb('openssl', '3.5.0-1')]);
      await made.host.publish({
        updates: [update('openssl', '3.5.1-1')],
        files: [{ path: 'updates/openssl_3.5.1-1_amd64.deb', bytes: packageBytes }],
        feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.1-1')] }],
      });
      await roundOf(made);
    }));
  });
  afterEach(() => site.stop());

  const publishSecond = () =>
    host.publish({
      updates: [update('openssl', '3.5.2-1')],
      files: [{ path: 'updates/openssl_3.5.2-1_amd64.deb', bytes: Buffer.from('another package') }],
      feeds: [
        {
          feed: 'osv-debian',
          advisories: [advisory('DSA-1', 'openssl', '3.5.1-1'), advisory('DSA-2', 'openssl', '3.5.2-1')],
        },
      ],
    });

  it('shows what it would do and does nothing', async () => {
    await publishSecond();
    await round();
    const before = site.exchange.state();
    expect(site.exchange.previewRevert()).toMatchObject({ from: before.inventory, updates: 1, advisoriesToo: true });
    expect(site.exchange.state()).toEqual(before);
  });

  it('brings the list, the advisories and their cursors back; versions, numbers and the floor stay', async () => {
    const first = site.exchange.state();
    const [knownFirst] = site.exchange.knowledge();
    await publishSecond();
    await round();
    const second = site.exchange.state();
    expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).total).toBe(2);

    const done = site.exchange.revertInventory(admin, 'the new list is wrong');
    expect(done).toMatchObject({ from: second.inventory, to: first.inventory, findings: { closed: 1 } });
    expect(site.exchange.state()).toEqual({ ...second, inventory: first.inventory });
    expect(names()).toEqual(['3.5.1-1']);
    expect(
      site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).rows.map(({ advisory: id }) => id),
    ).toEqual(['DSA-1']);
    expect(site.exchange.knowledge()[0]?.newest).toBe(knownFirst?.newest);
    // Agents judge by what the held targets name, and that is the newer list.
    expect(listed()).toBe(second.inventory);
    expect(site.events.list({ scope: wholeSite('job'), type: ['inventory-reverted'], limit: 5 }).rows).toMatchObject([
      { params: { from: second.inventory, to: first.inventory, reason: 'the new list is wrong' } },
    ]);
    expect(site.exchange.verify({ isQuiet: true })).toEqual([]);

    // The next bundle brings the site forward, and the receipt tells what was done.
    await publishSecond();
    const next = await round();
    expect(next).toMatchObject({ result: 'imported' });
    expect(site.exchange.receipt(next.result === 'imported' ? next.receipt : 0).predicate).toMatchObject({
      before: { inventory: first.inventory, seq: second.seq },
      overrides: [{ code: 'INVENTORY_REVERTED', reason: 'the new list is wrong' }],
    });
    expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).total).toBe(2);
    expect(names()).toEqual(['3.5.2-1']);
  });

  it('brings the newer one back when it is done twice', async () => {
    await publishSecond();
    await round();
    const second = site.exchange.state();
    site.exchange.revertInventory(admin, 'back');
    site.exchange.revertInventory(admin, 'and forward');
    expect(site.exchange.state()).toEqual(second);
    expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).total).toBe(2);
  });

  it('leaves advisories that did not change with the list', async () => {
    await host.publish({
      updates: [update('openssl', '3.5.2-1')],
      files: [{ path: 'updates/openssl_3.5.2-1_amd64.deb', bytes: Buffer.from('another package') }],
      feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.1-1')] }],
    });
    await round();
    expect(site.exchange.revertInventory(admin, 'back')).toMatchObject({ advisoriesToo: false });
    expect(site.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).total).toBe(1);
  });

  it('needs the right to write, a reason, and an inventory before', async () => {
    const reader = { ...admin, rights: new Set(['exchange:read' as const]) };
    expect(() => site.exchange.revertInventory(reader, 'x')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => site.exchange.revertInventory(admin, '')).toThrow(expect.objectContaining({ code: 'USAGE' }));
    const fresh = await openAppliance('plant-9');
    try {
      expect(() => fresh.exchange.revertInventory(admin, 'x')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    } finally {
      await fresh.stop();
    }
  });
});

describe('a bundle for every site', () => {
  it('is taken where the setting is on, and only an administrator switches it', async () => {
    const site = await openAppliance();
    try {
      const host = makeHost(join(site.folder, 'host'));
      await host.publish();
      const introduction = await host.trustFile(join(site.folder, 'introduction'));
      await site.exchange.importTrust(admin, introduction, host.rootFingerprint);
      await host.publish();
      const broadcast = await host.trustFile(join(site.folder, 'broadcast'));
      await expect(site.exchange.importBundle(admin, broadcast)).rejects.toMatchObject({ code: 'NONCE' });
      const operator = { ...admin, rights: new Set(['exchange:write' as const, 'settings:read' as const]) };
      expect(() => site.objects.setSetting(operator, 'exchange.broadcast', true)).toThrow(
        expect.objectContaining({ code: 'FORBIDDEN' }),
      );
      site.objects.setSetting(admin, 'exchange.broadcast', true);
      expect(await site.exchange.importBundle(admin, broadcast)).toMatchObject({
        result: 'imported',
        summary: { broadcast: true, seq: 2 },
      });
      site.objects.resetSetting(admin, 'exchange.broadcast');
      await host.publish();
      const again = await host.trustFile(join(site.folder, 'again'));
      await expect(site.exchange.importBundle(admin, again)).rejects.toMatchObject({ code: 'NONCE' });
    } finally {
      await site.stop();
    }
  });
});
