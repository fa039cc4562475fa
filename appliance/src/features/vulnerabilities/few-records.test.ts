import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisorySample } from '../../../../bundle-tools/test/samples.ts';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13, packageKinds } from '../../../test/support/site.ts';

// What a system is worth of which a feed has few records.

let open: Awaited<ReturnType<typeof openMatching>>;

beforeEach(async () => {
  open = await openMatching();
  open.site.report(1, 'platform', [{ ...debian13, packageKinds }]);
  open.site.report(1, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
});
afterEach(() => open.close());

const coverage = () => open.vulnerabilities.coverage([1]).get(1);
const records = (count: number) =>
  part(
    '',
    Array.from({ length: count }, (_, n) => advisory(`A-${n}`, { ranges: [range('1.0-1')] })),
  );
const whole = (ecosystem: string, feed = 'whole-ecosystems') =>
  part('', [advisorySample(`whole:${ecosystem}`, feed, { whole: { ecosystem } })], undefined, feed);

describe('a system of which a feed has few records', () => {
  it('is judged in part below the floor of the site, and says how many there are', async () => {
    open.leastRecords.is = 3;
    await open.publish(await records(2));
    expect(coverage()).toMatchObject({
      state: 'partly',
      reasons: [{ code: 'few-records', ecosystem: 'Debian:13', components: 2, records: 2 }],
      judgedBy: [{ ecosystem: 'Debian:13', components: 2 }],
    });
    open.leastRecords.is = 2;
    expect(coverage()).toMatchObject({ state: 'judged', reasons: [] });
  });

  it('is judged whole once the curator calls its records whole, by the feed that is kept for that', async () => {
    open.leastRecords.is = 3;
    await open.publish(await records(2), await whole('Debian:13', 'other-feed'));
    expect(coverage()?.state).toBe('partly');
    await open.publish(await whole('Debian:12'));
    expect(coverage()?.state).toBe('partly');
    await open.publish(await whole('Debian:13'));
    expect(coverage()).toMatchObject({ state: 'judged', reasons: [] });
  });

  it('is judged once the feed has enough', async () => {
    open.leastRecords.is = 3;
    await open.publish(await records(2));
    await open.publish(await records(3));
    expect(coverage()).toMatchObject({ state: 'judged', reasons: [] });
  });
});
