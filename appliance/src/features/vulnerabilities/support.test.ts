import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisorySample } from '../../../../bundle-tools/test/samples.ts';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13, packageKinds } from '../../../test/support/site.ts';

// What a device is judged by past the end of its release's support.

let open: Awaited<ReturnType<typeof openMatching>>;

beforeEach(async () => {
  open = await openMatching();
  open.site.report(1, 'platform', [{ ...debian13, packageKinds }]);
  open.site.report(1, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
});
afterEach(() => open.close());

const coverage = () => open.vulnerabilities.coverage([1]).get(1);
const ends = (support: { until: string; paid?: { edition: string; until: string } }, feed = 'end-of-support') =>
  part(
    '',
    [advisorySample('support:Debian:13', feed, { support: { ecosystem: 'Debian:13', ...support } })],
    undefined,
    feed,
  );
const feed = () => part('', [advisory('A', { ranges: [range('1.0-1')] })]);

describe('a device of a release whose support ended', () => {
  it('is judged only until that day, and its system is not', async () => {
    await open.publish(await feed(), await ends({ until: '2026-01-01' }));
    expect(coverage()).toMatchObject({
      state: 'partly',
      system: false,
      reasons: [{ code: 'support-ended', ecosystem: 'Debian:13', components: 2, until: '2026-01-01' }],
      judgedBy: [{ ecosystem: 'Debian:13', until: '2026-01-01' }],
    });
  });

  it('names the edition that is paid for and its end', async () => {
    await open.publish(
      await feed(),
      await ends({ until: '2023-05-31', paid: { edition: 'Ubuntu Pro', until: '2028-04-01' } }),
    );
    expect(coverage()?.reasons).toEqual([
      {
        code: 'support-paid',
        ecosystem: 'Debian:13',
        components: 2,
        until: '2023-05-31',
        edition: 'Ubuntu Pro',
        paidUntil: '2028-04-01',
      },
    ]);
  });

  it('is judged on the last day, and knows when that is over', async () => {
    await open.publish(await feed(), await ends({ until: '2026-01-02' }));
    const turnsAt = Date.parse('2026-01-03T00:00:00Z');
    expect(coverage()).toMatchObject({ state: 'judged', system: true, reasons: [], turnsAt });
    open.clock.ms = turnsAt;
    expect(coverage()).toMatchObject({ state: 'partly', system: false });
    expect(coverage()?.turnsAt).toBeUndefined();
  });

  it('stays not judged where no feed speaks of it, and says both', async () => {
    await open.publish(await ends({ until: '2026-01-01' }));
    expect(coverage()).toMatchObject({ state: 'not-judged', judgedBy: [] });
    expect(coverage()?.reasons.map(({ code }) => code)).toEqual(['support-ended', 'no-feed']);
  });

  it('is not believed ended by a record of another feed, nor by one that was withdrawn', async () => {
    await open.publish(await feed(), await ends({ until: '2020-01-01' }, 'osv-other'));
    expect(coverage()).toMatchObject({ state: 'judged', reasons: [] });
    await open.publish(await ends({ until: '2020-01-01' }));
    expect(coverage()).toMatchObject({ state: 'partly' });
    const withdrawn = advisorySample('support:Debian:13', 'end-of-support', {
      withdrawn: '2026-01-01T00:00:00Z',
      support: { ecosystem: 'Debian:13', until: '2020-01-01' },
    });
    await open.publish(await part('', [withdrawn], undefined, 'end-of-support'));
    expect(coverage()).toMatchObject({ state: 'judged', reasons: [] });
  });
});
