import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { keyAfter, toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLong } from '../../../../test/support/long.ts';
import { advisory, key, part, range } from '../../../test/support/advisory-parts.ts';
import { ofSite } from '../../../test/support/engines.ts';
import { expectBearers } from '../../../test/support/expected-bearers.ts';
import { expectFixes } from '../../../test/support/expected-fixes.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import type { Term } from '../../platform/filter/parameters.ts';
import { textFilter } from '../../platform/filter/types.ts';
import { encodeKey } from '../../platform/list/cursor.ts';
import { ALL_COMPONENTS } from './cover-queries.ts';
import { attachSnapshot, detachSnapshot } from './snapshot-queries.ts';
import { snapshotPath } from './snapshot-schema-store.ts';

describe('matching', () => {
  let open: Awaited<ReturnType<typeof openMatching>>;
  let site: typeof open.site;
  let vulnerabilities: typeof open.vulnerabilities;
  let publish: typeof open.publish;
  let matchAll: typeof open.matchAll;
  let noted: string[] = [];

  beforeEach(async () => {
    open = await openMatching();
    ({ site, vulnerabilities, publish, matchAll, noted } = open);
  });
  afterEach(() => open.close());

  const ids = () =>
    vulnerabilities.list({ scope: ofSite, limit: 100, sort: 'advisory' }).rows.map((row) => row.advisory);

  it('says of which packages nothing can be said, since nobody knows their source', async () => {
    const bare = (name: string, version: string) => {
      const { source: _, sourceVersion: __, publisher: ___, ...item } = deb(name, version);
      return item;
    };
    const names = () =>
      vulnerabilities
        .unjudged(2)
        .map(({ name }) => name)
        .sort();
    site.report(2, 'platform', [debian13]);
    site.report(2, 'software', [bare('libssl3t64', '3.5.0-1'), bare('openssl', '3.5.0-1'), deb('tar', '1.35-3')]);
    // Without any advisory nothing is judged, and every page says so.
    expect(names()).toEqual([]);
    await publish(await part('', [advisory('A', { ranges: [range('3.5.4-1')] })]));
    // A package that advisories name is judged by that name.
    expect(names()).toEqual(['libssl3t64']);
    expect(vulnerabilities.forDevice(2, ofSite)).toHaveLength(1);
    // Another device of the distribution tells the source.
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('libssl3t64', '3.5.0-1', { source: 'openssl', sourceVersion: '3.5.0-1' })]);
    vulnerabilities.refreshSources();
    expect(names()).toEqual([]);
    expect(vulnerabilities.unjudged(1)).toEqual([]);
  });

  it('finds a package that an advisory covers, with its fix, and says why', async () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [
      deb('libssl3t64', '3.5.0-1', { source: 'openssl', sourceVersion: '3.5.0-1' }),
      deb('bash', '5.2-1'),
    ]);
    await publish(await part('', [advisory('A', { ranges: [range('3.5.1-1')] })]));
    const { rows, total } = vulnerabilities.list({ scope: ofSite, limit: 10 });
    expect(total).toBe(1);
    expect(rows[0]).toMatchObject({
      advisory: 'A',
      aliases: ['CVE-A'],
      package: 'openssl',
      version: '3.5.0-1',
      fixed: '3.5.1-1',
      decision: 'attend',
      fixState: 'available',
      verdict: 'affected',
      state: 'open',
      devices: 1,
    });
    const why = vulnerabilities.why(rows[0]?.id ?? '', ofSite);
    expect(why.key).toBe(key('3.5.0-1'));
    expect(why.ranges).toEqual([{ lo: '', hi: key('3.5.1-1'), fixed: '3.5.1-1', covers: true, qualifier: {} }]);
    expect(why.inputs).toEqual({ rule: 'severity/1', severity: 'high' });
    expect(why.devices).toEqual([{ device: 1, firstSeen: rows[0]?.since }]);
    expect(vulnerabilities.counts(ofSite)).toMatchObject({
      open: 1,
      affected: 1,
      fixAvailable: 1,
      devices: 1,
    });
  });

  it('matches what arrives after the advisories too, and only what was never seen', async () => {
    await publish(await part('', [advisory('A', { ranges: [range('3.5.1-1')] })]));
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', '3.5.0-1')]);
    expect(ids()).toEqual(['A']);
    site.report(2, 'platform', [{ ...debian13, release: '12' }]);
    site.report(2, 'software', [deb('openssl', '3.5.0-1')]);
    expect(vulnerabilities.forDevice(2, ofSite)).toEqual([]);
  });

  it('closes a finding by the next inventory only', async () => {
    await publish(await part('', [advisory('A', { ranges: [range('3.5.1-1')] })]));
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', '3.5.0-1')]);
    expect(ids()).toEqual(['A']);
    open.clock.ms += 60_000;
    site.report(1, 'software', [deb('openssl', '3.5.1-1')]);
    expect(ids()).toEqual([]);
    expect(noted).toEqual(['finding-closed A']);
    expect(
      vulnerabilities
        .list({ scope: ofSite, limit: 10, filter: { field: 'state', op: '=', value: 'fixed' } })
        .rows.map((row) => row.state),
    ).toEqual(['fixed']);
  });

  it('judges a device by the kernel that runs, not by one left over or one that waits for a restart', async () => {
    await publish(await part('', [advisory('A', { ranges: [range('3.5.1-1')] })]));
    site.report(1, 'platform', [debian13]);
    const kernel = (version: string, state: string) =>
      deb(`linux-image-${version}`, version, { source: 'openssl', sourceVersion: version, kernel: state });
    site.report(1, 'software', [kernel('3.5.0-1', 'running'), kernel('3.5.1-1', 'pending')]);
    expect(ids()).toEqual(['A']);
    site.report(1, 'software', [kernel('3.5.0-1', 'old'), kernel('3.5.1-1', 'running')]);
    expect(ids()).toEqual([]);
    site.report(1, 'software', [kernel('3.5.0-1', 'running'), kernel('3.5.1-1', 'pending')]);
    expect(ids()).toEqual(['A']);
  });

  it('dates a finding on a device by what came last: the package or the advisory', async () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('bash', '5.2-1')]);
    open.clock.ms = Date.parse('2026-01-03T00:00:00Z');
    await publish(await part('', [advisory('A', { ranges: [range('3.5.1-1')] })]));
    open.clock.ms = Date.parse('2026-01-05T00:00:00Z');
    site.report(1, 'software', [deb('bash', '5.2-1'), deb('openssl', '3.5.0-1')]);
    expect(vulnerabilities.forDevice(1, ofSite)[0]?.firstSeen).toBe('2026-01-05T00:00:00Z');
  });

  it('takes a withdrawn advisory back, and leaves untouched what did not change', async () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', '3.5.0-1')]);
    const [a, b] = [advisory('A', { ranges: [range('3.5.1-1')] }), advisory('B', { ranges: [range('3.5.2-1')] })];
    const [first] = await publish(await part('', [a, b]));
    expect(ids()).toEqual(['A', 'B']);
    const since = vulnerabilities.list({ scope: ofSite, limit: 10 }).rows.find((row) => row.advisory === 'B')?.since;
    open.clock.ms += 3_600_000;
    const gone = { ...a, withdrawn: '2026-01-02T00:00:00Z' };
    await publish(await part(first?.cursor ?? '', [gone], [gone, b]));
    expect(vulnerabilities.list({ scope: ofSite, limit: 10 }).rows.map((row) => [row.advisory, row.since])).toEqual([
      ['B', since],
    ]);
    expect(noted).toEqual(['finding-opened A', 'finding-opened B', 'finding-closed A']);
    expect(matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
    expect(vulnerabilities.verify()).toEqual([]);
    expect(noted).toHaveLength(3);
  });

  it('refuses a delta whose result is not what was signed, and leaves the old snapshot', async () => {
    const a = advisory('A', { ranges: [range('3.5.1-1')] });
    const [first] = await publish(await part('', [a]));
    const b = advisory('B', { ranges: [range('3.5.2-1')] });
    await expect(publish(await part(first?.cursor ?? '', [b], [b]))).rejects.toMatchObject({ code: 'HASH' });
    expect(open.number()).toBe(1);
  });

  it('gives the same matches by a chain of deltas as by one full part', async () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', '3.5.0-1')]);
    const [a, b] = [advisory('A', { ranges: [range('3.5.1-1')] }), advisory('B', { versions: ['3.5.0-1'] })];
    const first = await part('', [a]);
    await publish(first, await part(first.to, [b], [a, b]));
    const chained = vulnerabilities.list({ scope: ofSite, limit: 10 }).rows;
    await publish(await part('', [a, b]));
    expect(vulnerabilities.list({ scope: ofSite, limit: 10 }).rows).toEqual(chained);
    expect(chained.map((row) => row.advisory).sort()).toEqual(['A', 'B']);
  });

  it('lists for review what cannot be compared, and never drops it', async () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', 'not comparable ключ')]);
    site.report(2, 'platform', [debian13]);
    site.report(2, 'software', [deb('openssl', '3.5.0-1')]);
    const incomparable = { lo: '', hi: '', introduced: '0', fixed: 'ключ', comparable: false };
    const all = { lo: '', hi: 'ffffffff', comparable: true };
    await publish(
      await part('', [
        advisory('BOUND', { ranges: [range('3.5.1-1')] }),
        advisory('EVERY', { ranges: [all] }),
        advisory('RANGE', { ranges: [incomparable] }),
        advisory('LAST', {
          ranges: [
            {
              lo: '',
              hi: toHex(keyAfter(keyFor('Debian:13', '3.5.0-1') ?? new Uint8Array())),
              last_affected: '3.5.0-1',
              comparable: true,
            },
          ],
        }),
      ]),
    );
    const verdicts = (device: number) =>
      Object.fromEntries(vulnerabilities.forDevice(device, ofSite).map((row) => [row.advisory, row.verdict]));
    expect(verdicts(1)).toEqual({ BOUND: 'review', EVERY: 'affected', LAST: 'review', RANGE: 'review' });
    expect(verdicts(2)).toEqual({ BOUND: 'affected', EVERY: 'affected', LAST: 'affected', RANGE: 'review' });
  });

  it('gives the same answer for a new component as for the whole fleet', async () => {
    const records = [
      advisory('A', {
        ranges: [range('3.5.1-1'), { lo: key('3.6'), hi: key('3.6.4-1'), fixed: '3.6.4-1', comparable: true }],
      }),
      advisory('B', { versions: ['3.6.1-1'] }),
      advisory('C', { ranges: [range('4')], qualifiers: { module: 'ssl:1' } }),
    ];
    await publish(await part('', records));
    site.report(1, 'platform', [debian13]);
    site.report(
      1,
      'software',
      ['3.5.0-1', '3.6.1-1', '3.7-1.module+el8'].map((version) => deb(`lib${version}`, version, { source: 'openssl' })),
    );
    expect(vulnerabilities.list({ scope: ofSite, limit: 100 }).rows.length).toBeGreaterThan(3);
    expect(matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
    expect(vulnerabilities.verify()).toEqual([]);
  });

  it('matches only what an import changed, and comes to what a plain evaluator says, whatever comes and goes', async () => {
    let state = 20_261_126;
    const below = (end: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * end);
    };
    const packages = ['openssl', 'bash', 'zlib'];
    // Every second one is a build of a module, whose stream no device here names.
    const versionOf = (n: number): string =>
      n === 9 ? 'not comparable ключ' : `${1 + n}.0-1${n % 2 === 0 ? '' : '.module+el8'}`;
    const randomRange = () => {
      const lo = below(8);
      const hi = lo + 1 + below(3);
      if (below(8) === 0) return { lo: '', hi: '', introduced: '0', fixed: 'ключ', comparable: false };
      if (below(6) === 0) return { lo: '', hi: 'ffffffff', comparable: true };
      const fixed = versionOf(Math.min(8, hi));
      return { lo: lo === 0 ? '' : key(versionOf(lo)), hi: key(fixed), fixed, comparable: true };
    };
    const randomAdvisory = (n: number): Advisory => ({
      ...advisory(
        `R-${String(n).padStart(2, '0')}`,
        {},
        { severity: (['critical', 'high', 'low'] as const)[below(3)] ?? 'low' },
      ),
      ...(below(7) === 0 && { withdrawn: '2026-01-02T00:00:00Z' }),
      affected: Array.from({ length: 1 + below(2) }, () => ({
        ecosystem: 'Debian:13',
        package: packages[below(packages.length)] ?? 'bash',
        ranges: Array.from({ length: below(3) }, randomRange),
        versions: below(3) === 0 ? [versionOf(below(10))] : [],
        ...(below(5) === 0 && { qualifiers: { module: 'm:1' } }),
      })),
    });
    const randomSoftware = () =>
      packages.flatMap((name) => {
        const version = versionOf(below(10));
        const other = versionOf(below(10));
        const both = [
          deb(name, version, { source: name, sourceVersion: version }),
          ...(below(3) === 0 ? [deb(`lib${name}`, other, { source: name, sourceVersion: other })] : []),
        ];
        return below(4) === 0 ? [] : both;
      });
    const verdictBy = (one: Advisory, name: string, version: string): string | undefined => {
      if (one.withdrawn !== undefined) return undefined;
      const at = keyFor('Debian:13', version);
      const hex = at === null ? null : toHex(at);
      const found = one.affected
        .filter((affected) => affected.package === name)
        .flatMap(({ ranges, versions, qualifiers }) => [
          ...(versions.includes(version) ? ['affected'] : []),
          ...ranges.flatMap(({ lo, hi, comparable }) => {
            if (qualifiers?.module && version.endsWith('-1')) return [];
            if (!comparable) return ['review'];
            const certain = qualifiers?.module ? 'review' : 'affected';
            if (hex === null) return [lo === '' && hi === 'ffffffff' ? certain : 'review'];
            return lo <= hex && hi > hex ? [certain] : [];
          }),
        ]);
      return found.includes('affected') ? 'affected' : found[0];
    };
    const records = new Map<number, Advisory>();
    const held = new Map<number, ReturnType<typeof randomSoftware>>();
    let cursor = '';
    for (let round = 0; round < (isLong ? 12 : 4); round += 1) {
      for (let n = 0; n < 4; n += 1) {
        const device = [1, 2, 3, 4_095, 4_096, 9_000][below(6)] ?? 1;
        held.set(device, randomSoftware());
        site.report(device, 'platform', [debian13]);
        site.report(device, 'software', held.get(device) ?? []);
        site.inventory.enterPending(below(3));
      }
      expectBearers(vulnerabilities, [...held.keys()]);
      const changed = Array.from({ length: round === 0 ? 20 : 1 + below(5) }, (_, n) => (round === 0 ? n : below(20)));
      for (const n of changed) records.set(n, randomAdvisory(n));
      const delta = [...new Set(changed)].flatMap((n) => records.get(n) ?? []);
      // Nobody knows what the matches were made with; the whole feed comes once more.
      if (round % 3 === 1) site.db.prepare('UPDATE exchange_state SET matched = 0').run();
      const whole = [...records.values()];
      const [feed] = await publish(round % 3 === 2 ? await part('', whole) : await part(cursor, delta, whole));
      cursor = feed?.cursor ?? '';
      expect(vulnerabilities.verify()).toEqual([]);
      for (const [device, software] of held) {
        const versions = new Set(software.map(({ source, version }) => `${source}\t${version}`));
        const present = [...versions].map((line) => line.split('\t') as [string, string]);
        const expected = present.flatMap(([name, version]) =>
          [...records.values()].flatMap((one) => {
            const verdict = verdictBy(one, name, version);
            return verdict === undefined ? [] : [`${name} ${version} ${one.id} ${verdict} ${one.severity}`];
          }),
        );
        const found = vulnerabilities
          .forDevice(device, ofSite)
          .map((row) => `${row.package} ${row.version} ${row.advisory} ${row.verdict} ${row.severity}`);
        expect(found.sort()).toEqual(expected.sort());
        const certain = expected.filter((line) => line.includes(' affected ')).length;
        expect(vulnerabilities.devices().get(device)?.findings ?? 0).toBe(certain);
        expect(vulnerabilities.loads([device]).get(device)?.findings ?? 0).toBe(expected.length);
      }
      expectFixes(vulnerabilities, [...held.keys()]);
      expectBearers(vulnerabilities, [...held.keys()]);
      const { total } = vulnerabilities.list({ scope: ofSite, limit: 1 });
      expect(vulnerabilities.counts(ofSite).open).toBe(total);
      expect(vulnerabilities.list({ scope: ofSite, limit: 1_000, sort: 'package' }).rows).toHaveLength(total);
      expect(vulnerabilities.list({ scope: ofSite, limit: 1_000, filter: textFilter('problem') }).total).toBe(total);
      expect(matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
      expect(vulnerabilities.verify()).toEqual([]);
      // What is not what the advisories say is found, whether it is there or not.
      const undated = () =>
        vulnerabilities.list({ scope: ofSite, limit: 1_000 }).rows.map((row) => ({ ...row, since: '' }));
      const before = undated();
      const { changes } = site.db.prepare("UPDATE match SET fixed = 'other' WHERE until IS NULL AND adv % 3 = 0").run();
      expect(matchAll().changed).toBeGreaterThanOrEqual(changes);
      site.db.exec('DELETE FROM match WHERE until IS NULL AND adv % 3 = 1');
      matchAll();
      expect(undated()).toEqual(before);
      expect(vulnerabilities.verify()).toEqual([]);
      // What an earlier program did not keep is found by doctor, and made by the next match.
      site.db.exec('DELETE FROM component_fix; DELETE FROM source_fix');
      if (vulnerabilities.sourceFixes(ofSite).length > 0) expect(vulnerabilities.verify()).not.toEqual([]);
      matchAll();
      expect(vulnerabilities.verify()).toEqual([]);
      expectFixes(vulnerabilities, [...held.keys()]);
      const shown = vulnerabilities.list({ scope: ofSite, limit: 1_000 });
      site.db.exec('DELETE FROM match_advisory; DELETE FROM component_load');
      site.db.exec('DELETE FROM component_fix; DELETE FROM source_fix');
      expect(matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
      expect(vulnerabilities.verify()).toEqual([]);
      expect(vulnerabilities.list({ scope: ofSite, limit: 1_000 })).toEqual(shown);
      expectFixes(vulnerabilities, [...held.keys()]);
      // Who has what is not counted as it is, and is counted anew.
      if (vulnerabilities.sourceFixes(ofSite).length > 0) {
        site.db.exec('UPDATE source_fix SET devices = devices + 1; DELETE FROM finding_device');
        expect(vulnerabilities.verify()).not.toEqual([]);
        matchAll();
        expect(vulnerabilities.verify()).toEqual([]);
      }
      // A device goes and comes back with what was kept of it.
      const [device = 0] = held.keys();
      const kept = vulnerabilities.keepOf(device);
      const move = (from: number, to: number) =>
        site.inventory.rearrange([device], [], () =>
          site.inventory.moveSection({ collection: 'software', source: 'native' }, from, to),
        );
      move(device, -device);
      vulnerabilities.putBack(device, null);
      expect(vulnerabilities.verify()).toEqual([]);
      const others = [...held.keys()].filter((other) => other !== device);
      expectFixes(vulnerabilities, others);
      expectBearers(vulnerabilities, others);
      move(-device, device);
      vulnerabilities.putBack(device, kept);
      expectFixes(vulnerabilities, [...held.keys()]);
      expectBearers(vulnerabilities, [...held.keys()]);
      while (site.inventory.enterPending(2) > 0);
      expect(vulnerabilities.verify()).toEqual([]);
      expectBearers(vulnerabilities, [...held.keys()]);
    }
  });

  it('pages, filters and searches', async () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', '3.5.0-1')]);
    const records = Array.from({ length: 25 }, (_, index) =>
      advisory(
        `ADV-${String(index).padStart(2, '0')}`,
        { ranges: [range('3.5.1-1')] },
        { severity: index % 5 === 0 ? 'critical' : 'low' },
      ),
    );
    await publish(await part('', records));
    const asked = (...terms: readonly Term[]) => vulnerabilities.language.read(terms);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = vulnerabilities.list({
        scope: ofSite,
        limit: 7,
        ...(after === undefined ? {} : { after }),
      });
      expect(page.total).toBe(25);
      seen.push(...page.rows.map((row) => row.advisory));
      after = page.next;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(25);
    // What is named by a search or a device is found by another way than what an order is walked for.
    for (const named of [
      {},
      { filter: textFilter('OpenSSL') },
      { filter: asked(['package', 'openssl']) },
      { device: 1 },
      { device: 1, filter: textFilter('adv') },
    ])
      for (const sort of ['decision', 'severity', 'package', 'advisory', 'devices', 'since'] as const)
        for (const descending of [false, true]) {
          const query = { ...named, sort, descending };
          const found: string[] = [];
          let next: string | undefined;
          do {
            const page = vulnerabilities.list({
              scope: ofSite,
              limit: 7,
              ...query,
              ...(next === undefined ? {} : { after: next }),
            });
            expect(page.total).toBe(25);
            found.push(...page.rows.map((row) => row.id));
            next = page.next;
          } while (next !== undefined);
          const whole = vulnerabilities.list({ scope: ofSite, limit: 100, sort, descending }).rows;
          expect(found, JSON.stringify(query)).toEqual(whole.map((row) => row.id));
          expect(new Set(found).size).toBe(25);
          expect(vulnerabilities.list({ scope: ofSite, limit: 100, ...query }).rows).toEqual(whole);
        }
    const [last] = vulnerabilities.list({
      scope: ofSite,
      limit: 1,
      filter: textFilter('openssl'),
      descending: true,
    }).rows;
    const beyond = encodeKey([9, last?.adv ?? 0, last?.component ?? 0]);
    expect(vulnerabilities.list({ scope: ofSite, limit: 7, filter: textFilter('openssl'), after: beyond })).toEqual({
      rows: [],
      total: 25,
    });
    expect(vulnerabilities.list({ scope: ofSite, limit: 50, filter: asked(['severity', 'critical']) }).total).toBe(5);
    expect(vulnerabilities.list({ scope: ofSite, limit: 50, filter: asked(['decision', 'track']) }).total).toBe(20);
    expect(
      vulnerabilities
        .list({ scope: ofSite, limit: 50, filter: textFilter('cve-adv-03') })
        .rows.map((row) => row.advisory),
    ).toEqual(['ADV-03']);
    const totalOf = (...terms: readonly Term[]) =>
      vulnerabilities.list({ scope: ofSite, limit: 1, filter: asked(...terms) }).total;
    expect(totalOf(['where', 'severity = critical or advisory = ADV-01'])).toBe(6);
    expect(totalOf(['where', 'not (verdict = review or fix = none)'])).toBe(25);
    expect(totalOf(['where', 'text:adv-03 or package = openssl'])).toBe(25);
    expect(totalOf(['state', 'open'], ['state', 'planned'], ['decision!', 'track'])).toBe(5);
    // What is found in different ways is joined by `and` alone: nothing looks at every finding.
    for (const where of ['severity = low or package = openssl', 'not text:adv', 'state = open or state = fixed'])
      expect(() => asked(['where', where])).toThrow(
        expect.objectContaining({
          details: { fields: { where: expect.objectContaining({ key: 'condition.fault.apart' }) } },
        }),
      );
    expect(vulnerabilities.list({ scope: ofSite, limit: 50, device: 2 }).total).toBe(0);
    expect(vulnerabilities.devices()).toEqual(new Map([[1, { findings: 25, worst: 'act', severity: 'critical' }]]));
  });

  it('joins over covering indexes only', async () => {
    await publish(await part('', [advisory('A', { ranges: [range('3.5.1-1')] })]));
    attachSnapshot(site.db, snapshotPath(site.paths.advisories, open.number()));
    const plan = site.db
      .prepare<[number, number], { detail: string }>(`EXPLAIN QUERY PLAN ${ALL_COMPONENTS}`)
      .all(1, 100);
    detachSnapshot(site.db);
    expect(plan.map((row) => row.detail)).toEqual([
      expect.stringContaining('SEARCH p USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'),
      expect.stringContaining('SEARCH e USING INTEGER PRIMARY KEY'),
      expect.stringContaining('SEARCH c USING COVERING INDEX component_key (eco=? AND name=?)'),
    ]);
  });
});
