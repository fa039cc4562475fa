import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanMacs, cleanSerial, cleanUuid } from '../../platform/hardware-identity.ts';
import { cleanAddress } from '../../platform/network.ts';
import { firstIn, rateLimit } from '../../platform/rate-limit.ts';
import { toIdentity } from './identity.ts';
import { type Candidate, contradictsOwnKey, matchNewcomer } from './match.ts';
import type { Identity } from './types.ts';

const uuidA = '4c4c4544-0031-3510-8052-b4c04f4a3732';
const uuidB = '4c4c4544-0031-3510-8052-b4c04f4a3733';
const macA = '00:1b:21:aa:bb:01';
const macB = '00:1b:21:aa:bb:02';

describe('claims of firmware', () => {
  it('are nothing when they are placeholders', () => {
    const uuids = [
      null,
      '',
      'Not Specified',
      '00000000-0000-0000-0000-000000000000',
      'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
      '03000200-0400-0500-0006-000700080009',
      '4C4C4544-0000-2010-8020-80C04F202020',
      '12345678-1234-5678-90AB-CDDEEFAABBCC',
      '11111111-2222-1111-2222-111111111111',
    ];
    expect(uuids.map(cleanUuid)).toEqual(uuids.map(() => null));
    const serials = [
      undefined,
      'To Be Filled By O.E.M.',
      'System Serial Number',
      'Default string',
      'None',
      '0000000000',
      '123456789',
      'N/A',
      'xxxx',
      'ab',
    ];
    expect(serials.map(cleanSerial)).toEqual(serials.map(() => null));
    expect(cleanSerial(' CZC1234ABC ')).toBe('CZC1234ABC');
  });

  it('have one spelling', () => {
    expect(cleanUuid(uuidA.toUpperCase())).toBe(uuidA);
    expect(cleanUuid(uuidA.replaceAll('-', ''))).toBe(uuidA);
    expect(
      cleanMacs([
        '00-1B-21-AA-BB-02',
        macB,
        macA,
        '00:00:00:00:00:00',
        'ff:ff:ff:ff:ff:ff',
        '01:00:5e:00:00:01',
        '02:42:ac:11:00:02',
        'x',
      ]),
    ).toEqual([macA, macB]);
    expect(cleanAddress('::ffff:10.0.0.7')).toBe('10.0.0.7');
    expect(cleanAddress('nonsense')).toBe('unknown');
  });

  it('are stable under cleaning again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.array(fc.string({ maxLength: 20 })), (text, macs) => {
        const once = toIdentity({ uuid: text, serial: text, macs });
        expect(toIdentity(once)).toEqual(once);
      }),
    );
  });
});

const claim = (over: Partial<Identity> = {}): Identity => ({ uuid: null, serial: null, macs: [], ...over });
const known = (over: Partial<Candidate> = {}): Candidate => ({ ...claim(), id: 7, live: false, ...over });

describe('a newcomer with a new key', () => {
  const cases: ReadonlyArray<readonly [string, Identity, Candidate[], string]> = [
    ['is new where nobody is alike', claim({ uuid: uuidA, macs: [macA] }), [], 'new'],
    [
      'is the device with its UUID and a MAC of it',
      claim({ uuid: uuidA, macs: [macA] }),
      [known({ uuid: uuidA, macs: [macA, macB] })],
      'same',
    ],
    [
      'is the device with its UUID where MACs are unknown',
      claim({ uuid: uuidA }),
      [known({ uuid: uuidA, macs: [macA] })],
      'same',
    ],
    [
      'is a clone with the UUID of a live device',
      claim({ uuid: uuidA, macs: [macA] }),
      [known({ uuid: uuidA, macs: [macA], live: true })],
      'clone',
    ],
    [
      'is a clone with the UUID and other MACs',
      claim({ uuid: uuidA, macs: [macB] }),
      [known({ uuid: uuidA, macs: [macA] })],
      'clone',
    ],
    [
      'is another device with another UUID, whatever the serial',
      claim({ uuid: uuidB, serial: 'S123', macs: [macA] }),
      [known({ uuid: uuidA, serial: 'S123', macs: [macA] })],
      'new',
    ],
    [
      'is the device with its serial where a UUID is missing',
      claim({ serial: 'S123' }),
      [known({ uuid: uuidA, serial: 'S123' })],
      'same',
    ],
    [
      'is new with the serial and other MACs',
      claim({ serial: 'S123', macs: [macB] }),
      [known({ serial: 'S123', macs: [macA] })],
      'new',
    ],
    ['is the device with exactly its MACs', claim({ macs: [macA, macB] }), [known({ macs: [macB, macA] })], 'same'],
    ['is new with only some of its MACs', claim({ macs: [macA] }), [known({ macs: [macB, macA] })], 'new'],
    ['is new without any fact', claim(), [known(), known({ id: 8 })], 'new'],
  ];
  it.each(cases)('%s', (_name, newcomer, candidates, expected) => {
    expect(matchNewcomer(newcomer, candidates).kind).toBe(expected);
  });

  it('prefers the device that is not contradicted', () => {
    const verdict = matchNewcomer(claim({ uuid: uuidA, macs: [macB] }), [
      known({ id: 1, uuid: uuidA, macs: [macA] }),
      known({ id: 2, uuid: uuidA, macs: [macB] }),
    ]);
    expect(verdict).toEqual({ kind: 'same', device: 2 });
  });

  it('with a known key contradicts it only by facts that both have', () => {
    expect(contradictsOwnKey(claim({ uuid: uuidA }), claim({ uuid: uuidB }))).toBe(true);
    expect(contradictsOwnKey(claim({ macs: [macA] }), claim({ macs: [macB] }))).toBe(true);
    expect(contradictsOwnKey(claim({ uuid: uuidA, macs: [macA] }), claim())).toBe(false);
  });
});

describe('limits', () => {
  it('refill with time and count each address for itself', () => {
    let now = 0;
    const limit = rateLimit({ perMinute: 3, clock: () => now });
    expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([true, true, true, false]);
    expect(limit.take('b')).toBe(true);
    expect(limit.allows('a')).toBe(false);
    now += 20_000;
    expect([1, 2].map(() => limit.take('a'))).toEqual([true, false]);
  });

  it('never let more than the share through, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 200 }), (steps) => {
        let now = 0;
        const limit = rateLimit({ perMinute: 10, clock: () => now });
        let passed = 0;
        for (const step of steps) {
          now += step;
          if (limit.take('a')) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(10 + Math.floor((now * 10) / 60_000) + 1);
      }),
    );
  });

  it('forget the longest unused when the table is full', () => {
    const limit = rateLimit({ perMinute: 1, clock: () => 0 });
    for (let n = 0; n < 20_000; n += 1) limit.take(`address ${n}`);
    expect(limit.allows('address 19999')).toBe(false);
    expect(limit.allows('address 0')).toBe(true);
  });

  it('say the same thing once per time', () => {
    let now = 0;
    const quiet = firstIn({ ms: 100, clock: () => now });
    expect([quiet.first('a'), quiet.first('a'), quiet.first('b')]).toEqual([true, false, true]);
    now = 100;
    expect(quiet.first('a')).toBe(true);
  });
});
