import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, addressText, isInside, parseRange, rangeOf } from '../../platform/ipv4-range.ts';
import { isWithinHours } from './ranges.ts';
import { scanAddresses, shuffled } from './scan.ts';
import { addressRangeFaults, directorySourceFaults } from './source-rules.ts';

const shown = (text: string): string | undefined => {
  const range = parseRange(text);
  return range && `${addressText(range.first)} ${addressText(range.last)}`;
};

describe('a range of addresses', () => {
  it('is read in three forms', () => {
    expect(shown('10.1.2.0/24')).toBe('10.1.2.1 10.1.2.254');
    expect(shown('10.1.2.77/30')).toBe('10.1.2.77 10.1.2.78');
    expect(shown('10.1.2.5/32')).toBe('10.1.2.5 10.1.2.5');
    expect(shown('10.1.2.10-10.1.2.40')).toBe('10.1.2.10 10.1.2.40');
    expect(shown('192.0.2.9')).toBe('192.0.2.9 192.0.2.9');
    const none = [
      '',
      '10.1.2',
      '10.0.0.0/8',
      '10.1.2.0/33',
      '10.1.2.40-10.1.2.10',
      'fd00::/64',
      'a/24',
      '1.2.3.4/2/2',
      '10.0.0.0-10.1.0.0',
    ];
    for (const text of none) expect(shown(text), text).toBeUndefined();
  });

  it('has each address but those of others, and none outside', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 600), fc.nat(500), fc.nat(500), fc.nat(100), (first, length, offset, width) => {
        const range = { first, last: first + length };
        const other = { first: first + offset, last: first + offset + width };
        const addresses = addressesOf(range, [other]);
        expect(addresses.every((address) => isInside(range, address) && !isInside(other, address))).toBe(true);
        const both = Math.max(0, Math.min(range.last, other.last) - Math.max(range.first, other.first) + 1);
        expect(new Set(addresses).size).toBe(length + 1 - both);
      }),
    );
    expect(() => rangeOf('x')).toThrow('not a range');
  });

  it('may only be asked on ports of computers and office devices', () => {
    const body = { network: '10.0.0.0/24', enabled: true };
    expect(addressRangeFaults({ ...body, ports: ['22', '443'] })).toEqual({});
    // S7, Modbus, EtherNet/IP, DNP3, OPC UA, BACnet, raw printing.
    for (const port of ['102', '502', '44818', '20000', '4840', '47808', '9100', '', 'x'])
      expect(addressRangeFaults({ ...body, ports: [port] })).toHaveProperty('ports');
    expect(addressRangeFaults(body)).toHaveProperty('ports');
    expect(addressRangeFaults({ ...body, ports: ['22'], controllers: true })).toHaveProperty('enabled');
    expect(addressRangeFaults({ ...body, ports: ['22'], fromTime: '22:00' })).toHaveProperty('untilTime');
  });

  it('may be asked in its hours, over midnight too', () => {
    const at = (time: string): Date => new Date(`2026-01-02T${time}:00`);
    const night = { fromTime: '22:00', untilTime: '04:00' };
    expect(['21:59', '22:00', '03:59', '04:00'].map((time) => isWithinHours(night, at(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isWithinHours({ fromTime: '08:00', untilTime: '09:00' }, at('08:30'))).toBe(true);
    expect(isWithinHours({}, at('12:00'))).toBe(true);
  });
});

describe('the entries of a directory', () => {
  const body = { host: 'dc1.plant.kz', port: 636, security: 'ldaps', fingerprint: 'AB:'.repeat(31).concat('AB') };
  it('need a proof of who it is, or a word that none is wanted', () => {
    expect(directorySourceFaults(body)).toEqual({});
    expect(directorySourceFaults({ ...body, fingerprint: '' })).toHaveProperty('fingerprint');
    expect(directorySourceFaults({ ...body, fingerprint: 'ab' })).toHaveProperty('fingerprint');
    expect(directorySourceFaults({ ...body, fingerprint: '', ca: 'PEM' })).toHaveProperty('ca');
    expect(directorySourceFaults({ ...body, security: 'plain' })).toHaveProperty('acceptPlain');
    expect(directorySourceFaults({ ...body, security: 'plain', acceptPlain: true })).toEqual({});
    expect(directorySourceFaults({ ...body, userFilter: '(cn=' })).toHaveProperty('userFilter');
    for (const host of ['', 'a b', 'http://x', 'x/y', '10.0.0', '-x'])
      expect(directorySourceFaults({ ...body, host })).toHaveProperty('host');
  });
});

describe('asking', () => {
  it('takes a random order of the same addresses', () => {
    const values = Array.from({ length: 200 }, (_, at) => at);
    let state = 7;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const order = shuffled(values, random);
    expect(order).not.toEqual(values);
    expect(new Set(order)).toEqual(new Set(values));
  });

  it('never has two questions in flight for one address', async () => {
    const inFlight = new Map<string, number>();
    const { found, asked, whole } = await scanAddresses({
      addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
      ports: [22, 80, 443],
      ping: false,
      ratePerSecond: 1_000,
      ask: async ({ address }) => {
        expect(inFlight.get(address) ?? 0).toBe(0);
        inFlight.set(address, 1);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight.set(address, 0);
        return address === '10.0.0.2' ? 'closed' : 'silent';
      },
      stopped: () => false,
      random: () => 0.5,
      clock: () => performance.now(),
      onProgress: () => undefined,
    });
    expect([asked, whole]).toEqual([9, true]);
    expect(found).toEqual([{ address: '10.0.0.2', alive: true, ports: [] }]);
  });

  it('ends with the fault of a question, such as a target that is no longer named', async () => {
    const fault = new Error('nobody named it');
    const asked = scanAddresses({
      addresses: ['10.0.0.1', '10.0.0.2'],
      ports: [22],
      ping: false,
      ratePerSecond: 1_000,
      ask: () => Promise.reject(fault),
      stopped: () => false,
      random: () => 0,
      clock: () => performance.now(),
      onProgress: () => undefined,
    });
    await expect(asked).rejects.toBe(fault);
  });
});
