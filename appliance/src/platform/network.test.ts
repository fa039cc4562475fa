import { describe, expect, it } from 'vitest';
import { networkOf } from './network.ts';

describe('the network that an address counts for', () => {
  it.each([
    ['2001:db8::a:b:c:d', '2001:db8:0:0::/64'],
    ['2001:db8::e:b:c:d', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
    ['::1', '::1'],
  ])('of %s is %s', (address, expected) => {
    expect(networkOf(address)).toBe(expected);
  });
});
