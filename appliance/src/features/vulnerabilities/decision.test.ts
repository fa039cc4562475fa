import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

describe('the decision about a finding', () => {
  let open: Awaited<ReturnType<typeof openMatching>>;
  beforeEach(async () => {
    open = await openMatching();
  });
  afterEach(() => open.close());

  it('makes what catalogues of exploitation name more urgent, and takes that back with their word', async () => {
    const { site, vulnerabilities, publish, matchAll } = open;
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', [deb('openssl', '3.5.0-1')]);
    const below = { ranges: [range('3.5.1-1')] };
    const bugs = [
      advisory('A', below, { severity: 'low' }),
      advisory('B', below, { severity: 'medium', aliases: [], upstream: ['CVE-B', 'CVE-A2'] }),
      advisory('C', below, { severity: 'high', aliases: [], related: ['CVE-C'] }),
      advisory('CVE-D', below, { severity: 'unknown', aliases: [] }),
      advisory('E', { package: 'bash', ranges: [range('6')] }, { severity: 'low', cvss: 'CVSS:3.1/AV:L' }),
    ];
    const entry = (id: string, threat: Advisory['threat']): Advisory =>
      advisory(id, {}, { feed: 'kev', aliases: [], severity: 'unknown', affected: [], ...(threat && { threat }) });
    const judged = () =>
      Object.fromEntries(
        vulnerabilities.list({ scope: wholeSite('job'), limit: 10 }).rows.map(({ id, advisory: name, decision }) => {
          const { rule } = vulnerabilities.why(id, wholeSite('job')).inputs as { rule: string };
          return [name, `${decision} ${rule}`];
        }),
      );
    const holds = () => {
      expect(matchAll()).toEqual({ opened: 0, closed: 0, changed: 0 });
      expect(vulnerabilities.verify()).toEqual([]);
    };
    const [first] = await publish(await part('', bugs));
    expect(judged()).toEqual({
      A: 'track severity/1',
      B: 'track-star severity/1',
      C: 'attend severity/1',
      'CVE-D': 'track severity/1',
    });

    const since = { since: '2026-01-01', due: '2026-01-22', ransomware: true };
    const ssvc = (exploitation: 'active' | 'poc' | 'none', automatable: 'yes' | 'no', impact: 'total' | 'partial') => ({
      ssvc: { exploitation, automatable, impact },
    });
    const catalogue = [
      entry('CVE-A', { exploited: since }),
      entry('CVE-A2', ssvc('poc', 'yes', 'partial')),
      entry('CVE-B', ssvc('none', 'no', 'partial')),
      entry('CVE-C', ssvc('none', 'no', 'partial')),
      entry('CVE-D', ssvc('poc', 'yes', 'total')),
      entry('CVE-E', ssvc('active', 'no', 'partial')),
    ];
    const [, second] = await publish(
      await part(first?.cursor ?? '', [], bugs),
      await part('', catalogue, catalogue, 'kev'),
    );
    const urgent = {
      A: 'act threat/1',
      // Of several CVEs the worse word holds.
      B: 'attend threat/1',
      // That nothing is known of attacks makes nothing less urgent.
      C: 'attend threat/1',
      'CVE-D': 'act threat/1',
    };
    expect(judged()).toEqual(urgent);
    const [worst] = vulnerabilities.list({ scope: wholeSite('job'), limit: 10, sort: 'advisory' }).rows;
    expect(vulnerabilities.why(worst?.id ?? '', wholeSite('job')).inputs).toEqual({
      rule: 'threat/1',
      severity: 'low',
      exploitedSince: '2026-01-01',
      exploitedDue: '2026-01-22',
      ransomware: 1,
    });
    holds();

    // What is seen for the first time is judged alike.
    site.report(2, 'platform', [debian13]);
    site.report(2, 'software', [deb('bash', '5.2-1')]);
    expect(judged()).toEqual({ ...urgent, E: 'act threat/1' });
    holds();

    // One word changes, one is withdrawn, one no longer stands in a list that comes whole.
    const later = [
      entry('CVE-A2', ssvc('active', 'no', 'partial')),
      { ...(catalogue[4] as Advisory), withdrawn: '2026-01-02T00:00:00Z' },
    ];
    const [bVuln, cVuln, eVuln] = [catalogue[2], catalogue[3], catalogue[5]] as Advisory[];
    const kept = [catalogue[0] as Advisory, bVuln as Advisory, cVuln as Advisory, eVuln as Advisory, ...later];
    await publish(await part(first?.cursor ?? '', [], bugs), await part(second?.cursor ?? '', later, kept, 'kev'));
    expect(judged()).toMatchObject({ A: 'act threat/1', B: 'act threat/1', 'CVE-D': 'track severity/1' });
    holds();
    const rest = [cVuln as Advisory];
    await publish(await part(first?.cursor ?? '', [], bugs), await part('', rest, rest, 'kev'));
    expect(judged()).toEqual({
      A: 'track severity/1',
      B: 'track-star severity/1',
      C: 'attend threat/1',
      'CVE-D': 'track severity/1',
      E: 'track severity/1',
    });
    holds();
  });
});
