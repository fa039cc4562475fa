import { afterAll, describe, expect, it } from 'vitest';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { ofSite } from '../../../test/support/engines.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { countsOf } from './counts.ts';

const open = await openMatching();
afterAll(() => open.close());

describe('figures of findings', () => {
  it('are for one device those of a site that has it alone', async () => {
    open.site.report(1, 'platform', [debian13]);
    open.site.report(1, 'software', [deb('openssl', '3.5.0-1'), deb('tar', '1.35-3')]);
    await open.publish(
      await part('', [
        advisory('A', { ranges: [range('3.5.4-1')] }),
        advisory('B', { package: 'tar', ranges: [range('1.35-4')] }),
      ]),
    );
    const { rows } = open.vulnerabilities.list({ scope: ofSite, device: 1, limit: 100 });
    expect(rows.length).toBeGreaterThan(0);
    expect(countsOf(rows)).toEqual(open.vulnerabilities.counts(ofSite));
  });
});
