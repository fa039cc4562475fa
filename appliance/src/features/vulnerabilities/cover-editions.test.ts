import { parseOsv } from '@sallyport/bundle-tools/advisories/sources/osv-record';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { advisory, part } from '../../../test/support/advisory-parts.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb } from '../../../test/support/site.ts';
import { reaching, type Scope, wholeSite } from '../../platform/scope.ts';

// Records of a release for everybody and of its edition that is paid for, together.

const PLAIN = 'Ubuntu:18.04:LTS';
const PAID = 'Ubuntu:Pro:18.04:LTS';

let open: Awaited<ReturnType<typeof openMatching>>;

beforeEach(async () => {
  open = await openMatching();
});
afterEach(() => open.close());

const hex = (version: string): string => toHex(keyFor(PLAIN, version) ?? new Uint8Array());
/** A record by ecosystem: below which version it is affected; null: every version. */
const record = (id: string, said: Partial<Record<typeof PLAIN | typeof PAID, string | null>>) =>
  advisory(
    id,
    {},
    {
      affected: Object.entries(said).map(([ecosystem, fixed]) => ({
        ecosystem,
        package: 'openssl',
        versions: [],
        ranges: [
          fixed === null
            ? { lo: '', hi: 'ffffffff', comparable: true }
            : { lo: '', hi: hex(fixed), fixed, comparable: true },
        ],
      })),
    },
  );
const report = (device: number, version: string, suites: readonly string[] = ['bionic']): void => {
  open.site.report(device, 'platform', [{ vendor: 'ubuntu', release: '18.04', arch: 'amd64', suites }]);
  open.site.report(device, 'software', [deb('openssl', version)]);
};
const found = (device = 1): string[] =>
  open.vulnerabilities
    .forDevice(device, wholeSite('job'))
    .map(({ advisory: id, fixState, fixed = '-', edition = '-' }) => `${id} ${fixState} ${fixed} ${edition}`)
    .sort();

describe('a record that fixes a package', () => {
  it.each([
    // Nothing is there for everybody.
    [{ [PAID]: '2+esm2' }, '2', 'A none 2+esm2 Ubuntu Pro'],
    [{ [PAID]: '2+esm2' }, '2+esm1', 'A available 2+esm2 -'],
    [{ [PAID]: '2+esm2' }, '2+esm2', undefined],
    [{ [PAID]: null }, '2', 'A none - -'],
    // What has no fix for everybody is fixed in the edition.
    [{ [PLAIN]: null, [PAID]: '2+esm2' }, '2', 'A none 2+esm2 Ubuntu Pro'],
    [{ [PLAIN]: null, [PAID]: '2+esm2' }, '2+esm2', undefined],
    [{ [PLAIN]: null, [PAID]: null }, '2+esm2', 'A none - -'],
    [{ [PLAIN]: null }, '2+esm2', 'A none - -'],
    // The fix for everybody counts.
    [{ [PLAIN]: '2', [PAID]: '2+esm2' }, '1', 'A available 2 -'],
    [{ [PLAIN]: '2', [PAID]: '2+esm2' }, '2', undefined],
    [{ [PLAIN]: '2', [PAID]: null }, '2', undefined],
    [{ [PLAIN]: '2', [PAID]: null }, '1', 'A available 2 -'],
  ])('%o: what has %s', async (said, version, expected) => {
    await open.publish(await part('', [record('A', said)]));
    report(1, version);
    const one = expected === undefined ? [] : [expected];
    expect(found()).toEqual(one);
    // The same where the records come after the device.
    expect(open.matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
    expect(found()).toEqual(one);
  });

  it('of the edition alone is compared again when it changes alone', async () => {
    report(1, '2');
    const before = [record('A', { [PLAIN]: null }), record('B', { [PLAIN]: null })];
    const first = await part('', before);
    await open.publish(first);
    expect(found()).toEqual(['A none - -', 'B none - -']);
    const change = record('B', { [PLAIN]: null, [PAID]: '2+esm2' });
    await open.publish(await part(first.to, [change], [before[0] as never, change]));
    expect(found()).toEqual(['A none - -', 'B none 2+esm2 Ubuntu Pro']);
    expect(open.matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
  });

  it('is an ordinary one on a device that has the edition, beside one that has not', async () => {
    await open.publish(await part('', [record('A', { [PAID]: '2+esm2' })]));
    report(1, '2');
    report(2, '2', ['bionic', 'bionic-infra-security']);
    expect(found(1)).toEqual(['A none 2+esm2 Ubuntu Pro']);
    expect(found(2)).toEqual(['A available 2+esm2 -']);
    const { rows } = open.vulnerabilities.list({ scope: wholeSite('job'), limit: 10 });
    expect(rows.map(({ devices, fixState }) => `${fixState} ${devices}`).sort()).toEqual(['available 1', 'none 1']);
    expect(open.vulnerabilities.sourceFixes(wholeSite('job'))).toMatchObject([
      { ecosystem: PLAIN, source: 'openssl', fixed: '2+esm2', findings: 1 },
    ]);
    expect(
      open.vulnerabilities.ofPackage(PLAIN, 'openssl', { scope: wholeSite('job'), limit: 10 }).map(({ id }) => id),
    ).toHaveLength(2);
    expect(open.vulnerabilities.verify()).toEqual([]);
  });

  it('is found by a filter and grouped for who reaches a part of the site, by what is there', async () => {
    await open.publish(await part('', [record('A', { [PAID]: '2+esm2' })]));
    const { db } = open.site;
    const [east = 0, west = 0] = addDevices(db, [{}, {}]);
    for (const group of ['east', 'west']) db.prepare('insert into group_path values (?, ?)').run(group, group);
    for (const [device, group] of [
      [east, 'east'],
      [west, 'west'],
    ] as const)
      db.prepare('update device_row set group_id = ? where device = ?').run(group, device);
    report(east, '1');
    report(west, '2');
    const filter = open.vulnerabilities.language.read([['edition', 'Ubuntu Pro']]);
    const versionsIn = (scope: Scope): string[] =>
      open.vulnerabilities
        .list({ scope, filter, limit: 10 })
        .rows.map(({ version }) => version)
        .sort();
    const ofEast = reaching({ site: false, roots: ['east'], zones: [] });
    expect(versionsIn(wholeSite('job'))).toEqual(['1', '2']);
    expect(versionsIn(ofEast)).toEqual(['1']);
    expect(open.vulnerabilities.advisoriesWithoutFix(ofEast)).toMatchObject([{ advisory: 'A', none: 1, paid: 1 }]);
  });

  it('says so in its evidence', async () => {
    await open.publish(await part('', [record('A', { [PLAIN]: null, [PAID]: '2+esm2' })]));
    report(1, '2');
    const [found] = open.vulnerabilities.list({ scope: wholeSite('job'), limit: 1 }).rows;
    expect(open.vulnerabilities.why(found?.id ?? '', wholeSite('job')).ranges).toMatchObject([
      { covers: true },
      { covers: true, fixed: '2+esm2', qualifier: { channel: 'Ubuntu Pro' } },
    ]);
  });
});

it('one device at a time and all at once come to the same, whatever the records say', async () => {
  const version = fc.constantFrom('1', '2', '2+esm1', '2+esm2', '3');
  const said = fc.record({ [PLAIN]: fc.option(version), [PAID]: fc.option(version) }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(
      fc.array(said, { minLength: 1, maxLength: 4 }),
      version,
      fc.boolean(),
      async (records, has, isPaid) => {
        const site = await openMatching();
        try {
          await site.publish(
            await part(
              '',
              records.map((one, n) => record(`A${n}`, one)).filter(({ affected }) => affected.length > 0),
            ),
          );
          site.site.report(1, 'platform', [
            { vendor: 'ubuntu', release: '18.04', suites: isPaid ? ['bionic-infra-security'] : [] },
          ]);
          site.site.report(1, 'software', [deb('openssl', has)]);
          for (const { edition, fixState, fixed } of site.vulnerabilities.forDevice(1, wholeSite('job'))) {
            if (edition !== undefined)
              expect([isPaid, fixState, fixed?.includes('esm') || fixed !== undefined]).toEqual([false, 'none', true]);
            else expect(fixState === 'available').toBe(fixed !== undefined);
          }
          expect(site.matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
          expect(site.vulnerabilities.verify()).toEqual([]);
        } finally {
          site.close();
        }
      },
    ),
    { numRuns: runs(20) },
  );
});

it('crosses the gap as it always did, so that a site of an earlier release takes it for no record of its systems', () => {
  const { result } = parseOsv(
    {
      id: 'UBUNTU-CVE-2023-5678',
      modified: '2025-11-27T05:04:56Z',
      affected: [
        {
          package: { ecosystem: PAID, name: 'openssl' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.1.1-1ubuntu2.1~18.04.23+esm4' }] }],
        },
      ],
    },
    'osv-ubuntu',
    'record',
  );
  expect('advisory' in result && result.advisory.affected).toEqual([
    {
      ecosystem: PAID,
      package: 'openssl',
      versions: [],
      ranges: [expect.objectContaining({ fixed: '1.1.1-1ubuntu2.1~18.04.23+esm4', comparable: true })],
    },
  ]);
});
