import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRange } from '../../platform/ipv4-range.ts';
import { prefixesOverlap, prefixRange } from './prefix.ts';

const v4 = fc
  .tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 16, max: 30 }))
  .map(([c, d, bits]) => `10.1.${c}.${d}/${bits}`);

it('two networks overlap exactly if one has the first address of the other', () => {
  fc.assert(
    fc.property(v4, v4, (a, b) => {
      const [one, two] = [parseRange(a), parseRange(b)];
      const touches = one !== undefined && two !== undefined && one.first <= two.last && two.first <= one.last;
      expect(prefixesOverlap(a, b)).toBe(touches);
      expect(prefixesOverlap(b, a)).toBe(touches);
    }),
  );
});

it('reads IPv6, also with IPv4 at its end, and never mixes the two', () => {
  expect(prefixRange('fd00::/8')).toMatchObject({ version: 6, first: 0xfdn << 120n });
  expect(prefixRange('::ffff:10.0.0.0/104')?.first).toBe(0xffff0a000000n);
  expect(prefixesOverlap('fd00:3::/32', 'fd00:3:0:1::/64')).toBe(true);
  expect(prefixesOverlap('fd00:3::/32', 'fd00:4::/32')).toBe(false);
  expect(prefixesOverlap('::/0', '0.0.0.0/0')).toBe(false);
  expect(prefixRange('10.0.0.0/33')).toBeUndefined();
});
