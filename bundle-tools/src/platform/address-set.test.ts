import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressSet, addressValue } from './address-set.ts';

/** Ways to write 10.1.2.3, or an address that leads to it. */
const spellings = [
  '10.1.2.3',
  ' 10.1.2.3 ',
  '::ffff:10.1.2.3',
  '::FFFF:10.1.2.3',
  '::ffff:a01:203',
  '0:0:0:0:0:ffff:0a01:0203',
  '0000:0000:0000:0000:0000:ffff:10.1.2.3',
  '::ffff:10.1.2.3%eth0',
  '64:ff9b::10.1.2.3',
  '64:ff9b::a01:203',
  '::10.1.2.3',
  '::ffff:0:10.1.2.3',
  '2002:a01:203::1',
  '2001:0:1:2:3:4:f5fe:fdfc',
  '64:ff9b:1::10.1.2.3',
  '64:ff9b:1:a01:2:300::',
  '64:ff9b:1:77:a:102:300:0',
  '64:ff9b:1:770a:1:203::',
  '64:ff9b:1:7788:a:102:300:0',
];

describe('a set of addresses', () => {
  it.each(spellings)('knows %s', (written) => {
    expect(addressSet(['10.1.2.3']).has(written)).toBe(true);
    expect(addressSet(['10.1.2.0/24']).has(written)).toBe(true);
    expect(addressSet(['10.1.2.1-10.1.2.5']).has(written)).toBe(true);
    expect(addressSet(['::ffff:10.1.2.3']).has(written)).toBe(true);
    expect(addressSet(['10.1.2.4', '10.1.2.2', '10.1.3.0/24', 'fd00::/8']).has(written)).toBe(false);
  });

  it.each([
    ['fd00::1', 'fd00:0:0:0::1'],
    ['fd00::1', 'FD00::0001'],
    ['fe80::1', 'fe80::1%eth0'],
    ['fd00:3::/64', 'fd00:3::ffff:1'],
    ['::1', '0:0:0:0:0:0:0:1'],
  ])('%s holds %s', (entry, written) => {
    expect(addressSet([entry]).has(written)).toBe(true);
  });

  it('passes by what is no address, and holds none', () => {
    const set = addressSet(['', 'controller', '10.1.2', '10.1.2.3/33', '10.1.2.9-10.1.2.1', '1.2.3.4/8/9']);
    expect(set.isEmpty).toBe(true);
    expect(['', 'localhost', '10.1.2.3', '::'].map((one) => set.has(one))).toEqual([false, false, false, false]);
  });

  it('holds what the runtime says that networks hold', () => {
    const v4 = fc.ipV4();
    const networks = fc.array(fc.tuple(v4, fc.integer({ min: 1, max: 32 })), { maxLength: 6 });
    fc.assert(
      fc.property(networks, v4, (all, address) => {
        const list = new BlockList();
        for (const [network, width] of all) list.addSubnet(network, width);
        const set = addressSet(all.map(([network, width]) => `${network}/${width}`));
        expect(set.has(address)).toBe(list.check(address));
        const number = Number((addressValue(address) ?? 0n) & 0xffffffffn);
        expect(set.ipv4().some(({ first, last }) => number >= first && number <= last)).toBe(list.check(address));
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), fc.integer({ min: 1, max: 128 }), (network, address, width) => {
        fc.pre(!/\./.test(address) && !/^(?:::|2002:|64:ff9b:)/.test(address));
        const list = new BlockList();
        list.addSubnet(network, width, 'ipv6');
        expect(addressSet([`${network}/${width}`]).has(address)).toBe(list.check(address, 'ipv6'));
      }),
    );
  });
});
