import type { Update } from '@sallyport/bundle-tools/updates/update';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisory, packageBytes, sha256, update } from '../../../test/support/catalog.ts';
import { admin } from '../../../test/support/engines.ts';
import type { Content, TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { wholeSite } from '../../platform/scope.ts';

const licence = Buffer.from('You may install this on one line.');

describe('updates', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
    card = site.exchange.siteCard(admin).bytes;
    report(1, 'platform', [debian13]);
    report(1, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
    report(2, 'platform', [debian13]);
    report(2, 'software', [deb('openssl', '3.5.1-1')]);
  });
  afterEach(() => site.stop());

  const report = (device: number, collection: string, items: readonly Record<string, unknown>[]) =>
    reporter(site.inventory)(device, collection, items);
  const ask = () => host.open(site.exchange.exportRequest(admin, medium).path, card);
  const files = [{ path: 'updates/a.deb', bytes: packageBytes }];
  const bring = async (content: Content, options = {}) => {
    await host.publish(content);
    const { path } = await host.answer(medium, ask(), options);
    await site.exchange.importBundle(admin, path);
  };
  const asked = (terms: Parameters<typeof termsIn>[0]) => site.updates.language.read(termsIn(terms));
  const byName = (name: string) =>
    site.updates.list({ scope: wholeSite('job'), limit: 100 }).rows.filter((row) => row.name === name);
  const supplies = () =>
    site.updates.list({ scope: wholeSite('job'), limit: 100 }).rows.map((row) => [row.name, row.version, row.supply]);

  it('shows what a device needs, and not what it has', async () => {
    await bring({ updates: [update('openssl', '3.5.1-1'), update('vim', '9.1-1')], files });
    expect(byName('openssl')).toMatchObject([{ supply: 'arrived', devices: 1 }]);
    expect(byName('vim')).toEqual([]);
    expect(site.updates.forDevice(1, wholeSite('job'))).toMatchObject([
      { isNeeded: true, installedVersion: '3.5.0-1' },
    ]);
    expect(site.updates.forDevice(2, wholeSite('job'))).toEqual([]);
    expect(site.updates.devicesOf(byName('openssl')[0]?.id ?? '', wholeSite('job'))).toEqual([
      { device: 1, installedVersion: '3.5.0-1' },
    ]);
  });

  it('offers the newest in the suites of the device only', async () => {
    await bring({
      updates: [
        update('openssl', '3.5.1-1'),
        update('openssl', '3.5.2-1'),
        update('openssl', '3.6.0-1', { suites: ['forky'] }),
        update('openssl', '3.7.0-1', { ecosystem: 'Debian:14' }),
        update('openssl', '3.8.0-1', { arch: 'arm64' }),
      ],
      files,
    });
    expect(site.updates.forDevice(1, wholeSite('job')).map(({ update: { version } }) => version)).toEqual(['3.5.2-1']);
    const older = site.updates.get(update('openssl', '3.5.1-1').id, wholeSite('job'));
    expect(older).toMatchObject({ supply: 'superseded', supersededBy: update('openssl', '3.5.2-1').id });
  });

  it('takes what a device follows from its release, whatever its own list of sources says', async () => {
    report(3, 'platform', [{ ...debian13, suites: ['trixie'] }]);
    report(3, 'software', [deb('openssl', '3.5.0-1')]);
    report(4, 'platform', [{ ...debian13, suites: [] }]);
    report(4, 'software', [deb('openssl', '3.5.0-1')]);
    await bring({ updates: [update('openssl', '3.5.1-1')], files });
    expect([1, 3, 4].map((device) => site.updates.forDevice(device, wholeSite('job')).length)).toEqual([1, 1, 1]);
    // Its list is emptied: nothing was installed, so nothing is needed less.
    report(1, 'platform', [{ ...debian13, suites: [] }]);
    expect(site.updates.forDevice(1, wholeSite('job'))).toHaveLength(1);
    expect(byName('openssl')).toMatchObject([{ devices: 3 }]);
    expect(site.updates.verify()).toEqual([]);
  });

  it('adds what the own sources of a device have, for that device alone', async () => {
    report(1, 'platform', [{ ...debian13, suites: ['trixie', 'vendor'] }]);
    await bring({ updates: [update('openssl', '3.6.0-1', { suites: ['vendor'] })], files });
    expect(site.updates.forDevice(1, wholeSite('job'))).toHaveLength(1);
    expect(site.updates.forDevice(2, wholeSite('job'))).toEqual([]);
    expect(site.updates.followedSystems(wholeSite('job'))).toMatchObject([
      {
        name: 'Debian:13 amd64',
        devices: 2,
        suites: ['trixie', 'trixie-updates', 'trixie-security'],
        by: 'default',
        own: ['vendor'],
      },
    ]);
    expect(ask().request.platforms[0]?.suites).toEqual(['trixie', 'trixie-security', 'trixie-updates', 'vendor']);
  });

  it('follows what an administrator decided, and the distribution again afterwards', async () => {
    await bring({
      updates: [update('openssl', '3.5.1-1'), update('bash', '5.3-1', { suites: ['vendor'] })],
      files,
    });
    const needed = () => site.updates.forDevice(1, wholeSite('job')).map(({ update: { name } }) => name);
    expect(needed()).toEqual(['openssl']);
    site.updates.follow(admin, 'Debian:13', { suites: ['vendor'], ownSources: false });
    expect(needed()).toEqual(['bash']);
    expect(byName('bash')).toMatchObject([{ devices: 1 }]);
    expect(site.updates.verify()).toEqual([]);
    expect(ask().request.wants).toContainEqual({ kind: 'suite', id: '0/vendor' });
    site.updates.follow(admin, 'Debian:13');
    expect(needed()).toEqual(['openssl']);
    expect(() => site.updates.follow(admin, 'debian 13', { suites: ['a'], ownSources: true })).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    );
    expect(() => site.updates.follow(admin, 'Debian:13', { suites: ['a b'], ownSources: true })).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    );
    const viewer = { ...admin, rights: new Set(['updates:read' as const]) };
    expect(() => site.updates.follow(viewer, 'Debian:13')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  it('leaves a distribution that no rule knows to what the host has for its release', async () => {
    report(1, 'platform', [{ vendor: 'demo-line', release: '1', arch: 'amd64', suites: [] }]);
    const of = (name: string, version: string, suites: string[]) =>
      update(name, version, { ecosystem: 'dpkg:demo-line:1', suites });
    await bring({ updates: [of('openssl', '3.5.1-1', ['*', 'line']), of('bash', '5.3-1', ['third'])], files });
    expect(site.updates.forDevice(1, wholeSite('job')).map(({ update: { name } }) => name)).toEqual(['openssl']);
  });

  it('goes from needed over requested to arrived', async () => {
    const feeds = [{ feed: 'osv-debian', advisories: [advisory('DSA-2', 'bash', '5.3-1')] }];
    await bring({ feeds });
    expect(supplies()).toEqual([['bash', '5.3-1', 'needed']]);
    // Who needs it is known from the findings, before any bundle names a file.
    expect(byName('bash')).toMatchObject([
      { kind: 'need', devices: site.vulnerabilities.counts(wholeSite('job')).devices },
    ]);
    expect(site.vulnerabilities.counts(wholeSite('job')).devices).toBeGreaterThan(0);
    const request = ask();
    expect(request.request.wants).toContainEqual({
      kind: 'update',
      id: 'Debian:13/bash',
      min: '5.3-1',
    });
    expect(supplies()).toEqual([['bash', '5.3-1', 'requested']]);
    await host.publish({ feeds, updates: [update('bash', '5.3-1')], files });
    await site.exchange.importBundle(admin, (await host.answer(medium, request)).path);
    expect(supplies()).toEqual([['bash', '5.3-1', 'arrived']]);
    // An arrived file closes nothing.
    expect(site.vulnerabilities.counts(wholeSite('job')).open).toBe(1);
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([
      { findings: 1, decision: 'act', severity: 'critical' },
    ]);
  });

  it('says why the host could not bring it, and asks again', async () => {
    const feeds = [{ feed: 'osv-debian', advisories: [advisory('DSA-2', 'bash', '5.3-1')] }];
    await bring({ feeds });
    const request = ask();
    const position = request.request.wants.findIndex(({ kind }) => kind === 'update');
    const answer = await host.answer(medium, request, { unfulfilled: [{ reason: 'NO_SOURCE', wants: [position] }] });
    await site.exchange.importBundle(admin, answer.path);
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).rows).toMatchObject([
      { supply: 'unfulfilled', reason: 'NO_SOURCE' },
    ]);
    expect(site.events.list({ scope: wholeSite('job'), type: ['update-unfulfilled'], limit: 10 }).total).toBe(1);
    expect(ask().request.wants).toContainEqual(expect.objectContaining({ kind: 'update', id: 'Debian:13/bash' }));
  });

  it('asks for the files of an approved update that did not come', async () => {
    const wanted = update('openssl', '3.5.1-1');
    await bring({ updates: [wanted], files }, { include: [0] });
    expect(byName('openssl')).toMatchObject([{ supply: 'needed' }]);
    site.updates.approve(admin, [wanted.id]);
    expect(ask().request.wants).toContainEqual({ kind: 'object', id: sha256(packageBytes) });
  });

  it('keeps decisions as objects with revisions and events, and over a new catalogue', async () => {
    const wanted = update('openssl', '3.5.1-1');
    await bring({ updates: [wanted], files });
    const undecided = () => [site.updates.undecided(wholeSite('job')), site.updates.counts(wholeSite('job')).undecided];
    expect(undecided()).toEqual([1, 1]);
    site.updates.approve(admin, [wanted.id], { comment: 'tested' });
    expect(undecided()).toEqual([0, 0]);
    expect(site.updates.get(wanted.id, wholeSite('job')).approval).toBe('approved');
    expect(site.updates.list({ scope: wholeSite('job'), filter: asked({ deployable: true }), limit: 10 }).total).toBe(
      1,
    );
    expect(site.updates.counts(wholeSite('job'))).toMatchObject({ arrived: 1, deployable: 1, undecided: 0 });
    site.updates.decline(admin, [wanted.id]);
    site.updates.clear(admin, [wanted.id]);
    expect(undecided()).toEqual([1, 1]);
    expect(
      site.objects
        .revisions('update-decision', wanted.id)
        .map(({ body }) => String(body['approval']))
        .sort(),
    ).toEqual(['approved', 'declined', 'undefined']);
    expect(
      site.events.list({
        scope: wholeSite('job'),
        type: ['update-approved', 'update-declined', 'update-approval-cleared'],
        limit: 10,
      }).total,
    ).toBe(3);
    site.updates.approve(admin, [wanted.id]);
    await bring({ updates: [wanted, update('bash', '5.3-1')], files });
    expect(site.updates.get(wanted.id, wholeSite('job')).approval).toBe('approved');
  });

  it('wants a licence text accepted before it approves', async () => {
    const wanted: Update = update('openssl', '3.5.1-1', { licence: sha256(licence) });
    await bring({ updates: [wanted], files: [...files, { path: 'licences/a.txt', bytes: licence, kind: 'document' }] });
    expect(site.updates.licenceText(wanted.id)).toBe(licence.toString());
    const approve = (acceptLicences: string[]) => () => site.updates.approve(admin, [wanted.id], { acceptLicences });
    expect(approve([])).toThrow(expect.objectContaining({ code: 'INVALID' }));
    expect(approve(['0'.repeat(64)])).toThrow(expect.objectContaining({ code: 'INVALID' }));
    expect(site.updates.get(wanted.id, wholeSite('job'))).toMatchObject({
      approval: 'undefined',
      licenceAccepted: false,
    });
    approve([sha256(licence)])();
    expect(site.updates.get(wanted.id, wholeSite('job'))).toMatchObject({
      approval: 'approved',
      licenceAccepted: true,
    });
  });

  it('decides about all or nothing, and only for those who may', async () => {
    const [a, b] = [update('openssl', '3.5.1-1'), update('bash', '5.3-1', { licence: sha256(licence) })];
    await bring({ updates: [a, b], files: [...files, { path: 'licences/a.txt', bytes: licence, kind: 'document' }] });
    expect(() => site.updates.approve(admin, [a.id, b.id])).toThrow(expect.objectContaining({ code: 'INVALID' }));
    expect(site.updates.get(a.id, wholeSite('job')).approval).toBe('undefined');
    const viewer = { ...admin, rights: new Set(['updates:read' as const]) };
    expect(() => site.updates.approve(viewer, [a.id])).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => site.updates.approve(admin, ['absent'])).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('pages and filters', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `pkg-${String(index).padStart(2, '0')}`);
    report(3, 'platform', [debian13]);
    report(
      3,
      'software',
      names.map((name) => deb(name, '1-1')),
    );
    await bring({ updates: names.map((name, at) => update(name, '2-1', { security: at % 2 === 0 })), files });
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = site.updates.list({
        scope: wholeSite('job'),
        limit: 5,
        sort: 'name',
        ...(after === undefined ? {} : { after }),
      });
      expect(page.total).toBe(12);
      seen.push(...page.rows.map(({ name }) => name));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(names);
    expect(site.updates.list({ scope: wholeSite('job'), limit: 50, filter: asked({ security: true }) }).total).toBe(6);
    const all = site.updates.list({ scope: wholeSite('job'), limit: 50 }).rows;
    for (const q of ['PKG-03', 'pkg-0', '1', 'нет']) {
      const holding = all.filter(({ name, source, title, version }) =>
        [name, source, title ?? '', version].some((text) => text.toLowerCase().includes(q.toLowerCase())),
      );
      expect(site.updates.list({ scope: wholeSite('job'), limit: 50, filter: asked({ q }) }).rows, q).toEqual(holding);
    }
    expect(site.updates.list({ scope: wholeSite('job'), limit: 50, filter: asked({ q: 'PKG-03' }) }).total).toBe(1);
    expect(
      site.updates.list({ scope: wholeSite('job'), limit: 50, filter: asked({ supply: 'requested' }) }).total,
    ).toBe(0);
  });

  it('pages what findings ask for in every order, beside what the catalogue has, and keeps what was decided of it', async () => {
    const names = Array.from({ length: 9 }, (_, at) => `pkg-0${at}`);
    const software = (count: number) => names.slice(0, count).map((name) => deb(name, '1-1'));
    report(3, 'platform', [debian13]);
    report(3, 'software', software(9));
    report(4, 'platform', [debian13]);
    report(4, 'software', software(4));
    const advisories = names.map((name, at) => advisory(`DSA-${at}`, name, '2-1'));
    // The catalogue reaches what one finding asks for, and of another package something else.
    await bring({
      feeds: [{ feed: 'osv-debian', advisories: [...advisories, advisory('DSA-9', 'pkg-01', '3-1')] }],
      updates: [update('pkg-00', '2-1'), update('pkg-01', '2-1')],
      files,
    });
    const { rows } = site.updates.list({ scope: wholeSite('job'), limit: 100 });
    const shown = rows.map(({ kind, name, version, findings, devices }) =>
      [kind, name, version, findings, devices].join(' '),
    );
    expect(shown.sort()).toEqual(
      [
        'catalog pkg-00 2-1 1 2',
        'catalog pkg-01 2-1 1 2',
        'need pkg-01 3-1 2 2',
        ...names.slice(2).map((name, at) => `need ${name} 2-1 1 ${at < 2 ? 2 : 1}`),
      ].sort(),
    );
    for (const sort of ['decision', 'name', 'devices', 'supply', 'size', 'since'] as const)
      for (const descending of [false, true]) {
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = site.updates.list({
            scope: wholeSite('job'),
            limit: 3,
            sort,
            descending,
            ...(after === undefined ? {} : { after }),
          });
          expect(page.total).toBe(10);
          seen.push(...page.rows.map(({ id }) => id));
          after = page.next;
        } while (after !== undefined);
        expect(new Set(seen).size).toBe(10);
        expect(seen).toEqual(
          site.updates.list({ scope: wholeSite('job'), limit: 100, sort, descending }).rows.map(({ id }) => id),
        );
      }
    const [need] = site.updates.list({ scope: wholeSite('job'), limit: 1, filter: asked({ q: 'pkg-05' }) }).rows;
    expect(site.updates.get(need?.id ?? '', wholeSite('job'))).toEqual(need);
    site.updates.decline(admin, [need?.id ?? '']);
    expect(
      site.updates.list({ scope: wholeSite('job'), limit: 10, filter: asked({ approval: 'declined' }) }).rows,
    ).toEqual([{ ...need, approval: 'declined' }]);
    expect(
      site.updates.list({ scope: wholeSite('job'), limit: 10, filter: asked({ approval: 'undefined' }) }).total,
    ).toBe(9);
    expect(site.updates.wants().map(({ id }) => id)).not.toContain('Debian:13/pkg-05');
    const { counts, total } = site.updates.listCounted({
      scope: wholeSite('job'),
      limit: 1,
      filter: asked({ security: true }),
    });
    expect(counts).toEqual(site.updates.counts(wholeSite('job')));
    expect(counts.arrived + counts.needed + counts.requested).toBe(total);
  });
});
