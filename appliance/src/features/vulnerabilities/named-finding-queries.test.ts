import { afterAll, describe, expect, it } from 'vitest';
import { advisory, part, range } from '../../../test/support/advisory-parts.ts';
import { ofSite } from '../../../test/support/engines.ts';
import { openMatching } from '../../../test/support/matching-site.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { textFilter } from '../../platform/filter/types.ts';

const open = await openMatching();
const { site, publish } = open;
for (const device of [1, 2]) site.report(device, 'platform', [debian13]);
site.report(1, 'software', [deb('openssl', '3.5.0-1'), deb('libopenssl', '1-1')]);
site.report(2, 'software', [deb('openssl', '3.4.0-1'), deb('gone', '1-1')]);
await publish(
  await part(
    '',
    Array.from({ length: 12 }, (_, n) =>
      advisory(
        `ADV-${String(n).padStart(2, '0')}`,
        { package: ['openssl', 'libopenssl', 'gone'][n % 3] ?? '', ranges: [range('9-1')] },
        { severity: n % 5 === 0 ? 'critical' : 'low' },
      ),
    ),
  ),
);
site.report(2, 'software', [deb('openssl', '3.4.0-1')]);
afterAll(() => open.close());

const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

describe('the first findings by a name', () => {
  it('are those of the list that is asked for the text, in its order', () => {
    const { vulnerabilities } = open;
    for (const text of ['PENSS', 'libo', 'adv-0', 'ADV-07', 'cve-adv-03', 'gone', 'curl', '%'])
      for (const limit of [2, 100]) {
        const listed = vulnerabilities.list({ scope: ofSite, filter: textFilter(text), limit }).rows;
        expect(ids(vulnerabilities.named(text, limit, ofSite)), text).toEqual(ids(listed));
      }
    expect(vulnerabilities.named('adv-0', 100, ofSite)).not.toEqual([]);
    expect(vulnerabilities.named('gone', 100, ofSite)).toEqual([]);
  });

  it('are of a package whose name begins with the text, where these are enough', () => {
    const { vulnerabilities } = open;
    const named = (limit: number) => new Set(vulnerabilities.named('open', limit, ofSite).map((row) => row.package));
    expect(named(3)).toEqual(new Set(['openssl']));
    expect(named(100)).toEqual(new Set(['openssl', 'libopenssl']));
  });
});
