import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { ofSite } from '../../../test/support/engines.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { medianDaysToFix } from './fix-time-queries.ts';

const dayMs = 86_400_000;
const low = advisory('B', { package: 'bash', ranges: [range('6')] }, { severity: 'low' });
const exploited = { since: '2026-01-01', due: '2026-01-22', ransomware: false };
const kev = advisory(
  'CVE-A',
  {},
  { feed: 'kev', aliases: [], severity: 'unknown', affected: [], threat: { exploited } },
);

describe('the time until findings of Act are fixed', () => {
  let open: Awaited<ReturnType<typeof openMatching>>;
  beforeEach(async () => {
    open = await openMatching();
    for (const device of [1, 2, 3, 4]) {
      open.site.report(device, 'platform', [debian13]);
      open.site.report(device, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
    }
    await open.publish(
      await part('', [advisory('A', { ranges: [range('3.5.4-1')] }), low]),
      await part('', [kev], [kev], 'kev'),
    );
  });
  afterEach(() => open.close());
  const start = Date.parse('2026-01-02T00:00:00Z');
  const have = (device: number, days: number, openssl: string, bash = '5.2-1'): void => {
    open.clock.ms = start + days * dayMs;
    open.site.report(device, 'software', [deb('openssl', openssl), deb('bash', bash)]);
  };
  const median = (since = 0): number | null => medianDaysToFix(open.site.db, toTime(start + since * dayMs), ofSite);

  it('is not known where none was closed; a fix of less than Act is none', () => {
    have(1, 1, '3.5.0-1', '6-1');
    expect(median()).toBeNull();
  });

  it('is the median over devices, of those that closed since the moment that is asked for', () => {
    have(1, 2, '3.5.4-1');
    expect(median()).toBe(2);
    have(2, 4.5, '3.5.4-1');
    expect(median()).toBe(3.3);
    have(3, 20, '3.5.4-1');
    expect(median()).toBe(4.5);
    expect(median(3)).toBe(12.3);
    expect(median(20)).toBeNull();
  });

  it('takes another version with the same advisory for no fix, and what an advisory that was withdrawn closed neither', async () => {
    have(1, 3, '3.5.1-1');
    expect(median()).toBeNull();
    have(1, 7, '3.5.4-1');
    // Counted from the version that it had.
    expect(median()).toBe(4);
    open.clock.ms = start + 8 * dayMs;
    await open.publish(await part('', [low]), await part('', [kev], [kev], 'kev'));
    have(2, 9, '3.5.4-1');
    expect(median()).toBe(4);
  });
});
