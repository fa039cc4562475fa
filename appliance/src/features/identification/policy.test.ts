import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  effectivePolicy,
  hindranceOf,
  isInPrefix,
  isWithin,
  type PolicyInput,
  type PolicyWord,
  switchedOn,
  switchesOf,
} from './policy.ts';
import { deviceWord, zoneWord } from './policy-of.ts';
import { type EffectivePolicy, LEVELS, SWITCH_STATES, SWITCHES } from './types.ts';

const anyTime = { days: [], from: undefined, until: undefined };
const all = { identify: 'scheduled', modules: 'scheduled', details: 'scheduled', mode: 'scheduled' } as const;
const word = (over: Partial<PolicyWord> = {}): PolicyWord => ({
  level: 'details',
  switches: all,
  gapMs: 500,
  hours: anyTime,
  ...over,
});
const input = (over: Partial<PolicyInput> = {}): PolicyInput => ({
  siteOn: true,
  zone: { ...word(), prefixes: ['10.1.3.0/24'] },
  device: undefined,
  isSafety: false,
  override: undefined,
  ...over,
});
const asks = { address: '10.1.3.7', switches: ['identify'] as const, run: 'manual' as const };

const times = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const hours = fc.record({
  days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  from: fc.option(times, { nil: undefined }),
  until: fc.option(times, { nil: undefined }),
});
const words: fc.Arbitrary<PolicyWord> = fc.record({
  level: fc.constantFrom(...LEVELS),
  switches: fc.record(
    Object.fromEntries(SWITCHES.map((name) => [name, fc.constantFrom(...SWITCH_STATES)])) as Record<
      (typeof SWITCHES)[number],
      fc.Arbitrary<(typeof SWITCH_STATES)[number]>
    >,
    { requiredKeys: [] },
  ),
  gapMs: fc.integer({ min: 500, max: 60_000 }),
  hours,
});
const inputs: fc.Arbitrary<PolicyInput> = fc.record({
  siteOn: fc.boolean(),
  zone: fc.option(
    words.map((one) => ({ ...one, prefixes: ['10.1.3.0/24'] })),
    { nil: undefined },
  ),
  device: fc.option(words, { nil: undefined }),
  isSafety: fc.boolean(),
  override: fc.option(
    fc.record({ by: fc.constantFrom('', 'account:1'), reason: fc.constantFrom('', ' ', 'test bench') }),
    {
      nil: undefined,
    },
  ),
});

const rank = <T>(order: readonly T[], value: T): number => order.indexOf(value);
const never = (policy: EffectivePolicy): boolean =>
  policy.level.value === 'never' && SWITCHES.every((name) => policy.switches[name].value === 'off');

describe('the policy of a controller', () => {
  it.each([
    // site, zone, device, safety, override -> level, whose word it is
    [true, 'details', undefined, false, false, 'details', 'zone'],
    [true, 'identify', undefined, false, false, 'identify', 'zone'],
    [true, 'passive', undefined, false, false, 'passive', 'zone'],
    [true, 'never', undefined, false, false, 'never', 'zone'],
    [true, undefined, undefined, false, false, 'never', 'none'],
    [true, undefined, 'details', false, false, 'never', 'none'],
    [true, 'details', 'never', false, false, 'never', 'device'],
    [true, 'details', 'identify', false, false, 'identify', 'device'],
    [true, 'identify', 'details', false, false, 'identify', 'zone'],
    [true, 'never', 'details', false, false, 'never', 'zone'],
    [true, 'details', 'details', true, false, 'never', 'safety'],
    [true, 'details', 'details', true, true, 'details', 'zone'],
    [true, 'identify', 'passive', true, true, 'passive', 'device'],
    [false, 'details', 'details', false, false, 'never', 'site'],
    [false, 'details', 'details', true, true, 'never', 'site'],
  ] as const)(
    'site %s, zone %s, device %s, safety %s, override %s: %s by the %s',
    (siteOn, zone, device, isSafety, named, level, from) => {
      const policy = effectivePolicy({
        siteOn,
        zone: zone === undefined ? undefined : { ...word({ level: zone }), prefixes: [] },
        device: device === undefined ? undefined : word({ level: device }),
        isSafety,
        override: named ? { by: 'account:1', reason: 'factory acceptance test' } : undefined,
      });
      expect(policy.level).toEqual({ value: level, from });
    },
  );

  it('is never looser than the zone, nor than the device', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const policy = effectivePolicy(given);
        for (const one of [given.zone, given.device]) {
          if (one === undefined) continue;
          expect(rank(LEVELS, policy.level.value)).toBeLessThanOrEqual(rank(LEVELS, one.level));
          expect(policy.gapMs.value).toBeGreaterThanOrEqual(one.gapMs);
          for (const name of SWITCHES) {
            const own = one === given.zone ? (one.switches[name] ?? 'off') : (one.switches[name] ?? 'scheduled');
            expect(rank(SWITCH_STATES, policy.switches[name].value)).toBeLessThanOrEqual(rank(SWITCH_STATES, own));
          }
        }
        for (const name of SWITCHES)
          if (!switchesOf(policy.level.value).includes(name)) expect(policy.switches[name].value).toBe('off');
      }),
    );
  });

  it('is never, where nobody said anything, the site is off, or nobody named himself for a safety controller', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const isNamed = given.override !== undefined && given.override.by !== '' && given.override.reason.trim() !== '';
        if (!given.siteOn || given.zone === undefined || (given.isSafety && !isNamed))
          expect(never(effectivePolicy(given))).toBe(true);
      }),
    );
  });

  it('is asked only at times that the zone and the device allow', () => {
    fc.assert(
      fc.property(
        inputs,
        fc.date({ min: new Date(2026, 0, 1), max: new Date(2027, 0, 1), noInvalidDate: true }),
        (given, at) => {
          if (hindranceOf(effectivePolicy(given), { ...asks, at }) !== undefined) return;
          for (const one of [given.zone, given.device])
            if (one !== undefined) expect(isWithin(one.hours, at)).toBe(true);
        },
      ),
    );
  });

  it('says why it is not asked', () => {
    const why = (over: Partial<PolicyInput>, ask: Partial<Parameters<typeof hindranceOf>[1]> = {}) =>
      hindranceOf(effectivePolicy(input(over)), { ...asks, ...ask });
    expect(why({})).toBeUndefined();
    expect(why({ siteOn: false })).toBe('site-off');
    expect(why({ zone: undefined })).toBe('no-zone');
    expect(why({ isSafety: true })).toBe('safety');
    expect(why({ device: word({ level: 'never' }) })).toBe('never');
    expect(why({ device: word({ level: 'passive' }) })).toBe('passive');
    expect(why({ device: word({ switches: { identify: 'off' } }) })).toBe('switch');
    expect(why({ device: word({ switches: { identify: 'manual' } }) }, { run: 'scheduled' })).toBe('switch');
    expect(why({}, { address: null })).toBe('no-address');
    expect(why({}, { address: 'controller.local' })).toBe('no-address');
    expect(why({}, { address: '10.1.4.7' })).toBe('prefix');
    expect(why({ zone: { ...word(), prefixes: [] } })).toBe('prefix');
    const night = word({ hours: { days: [], from: '22:00', until: '04:00' } });
    expect(why({ device: night }, { at: new Date(2026, 0, 5, 12) })).toBe('hours');
    expect(why({ device: night }, { at: new Date(2026, 0, 5, 23) })).toBeUndefined();
  });

  it('holds hours over midnight to the day on which they begin', () => {
    const friday = { days: ['fri'], from: '22:00', until: '04:00' };
    expect(isWithin(friday, new Date(2026, 0, 2, 23))).toBe(true);
    expect(isWithin(friday, new Date(2026, 0, 3, 3))).toBe(true);
    expect(isWithin(friday, new Date(2026, 0, 3, 4))).toBe(false);
    expect(isWithin(friday, new Date(2026, 0, 2, 3))).toBe(false);
    expect(isWithin({ days: ['sat'], from: undefined, until: undefined }, new Date(2026, 0, 3, 0))).toBe(true);
  });

  it('knows networks of both families, and takes nothing for one that is none', () => {
    expect(isInPrefix('10.1.3.0/24', '10.1.3.255')).toBe(true);
    expect(isInPrefix('10.1.3.0/24', '10.1.4.0')).toBe(false);
    expect(isInPrefix('fd00:3::/64', 'fd00:3::7')).toBe(true);
    expect(isInPrefix('fd00:3::/64', '10.1.3.7')).toBe(false);
    for (const prefix of ['', '10.1.3.0', '10.1.3.0/', '10.1.3.0/33', 'x/24', '10.1.3.0/24/1x'])
      expect([prefix, isInPrefix(prefix, '10.1.3.7')]).toEqual([prefix, false]);
  });

  it('reads the fields of a zone and of a controller; what it does not understand is the strictest', () => {
    expect(zoneWord({})).toMatchObject({ level: 'never', switches: { identify: 'off' }, prefixes: [], gapMs: 500 });
    expect(zoneWord({ queryPolicy: 'everything', queryIdentify: 'always' })).toMatchObject({
      level: 'never',
      switches: { identify: 'off' },
    });
    const device = deviceWord({ queryPolicy: 'identify', queryIdentify: 'zone', queryModules: 'odd', queryGapMs: 'x' });
    expect(device).toMatchObject({ level: 'identify', switches: { modules: 'off' } });
    expect(device.switches.identify).toBeUndefined();
    expect(switchedOn(effectivePolicy(input({ device })), 'manual')).toEqual(['identify']);
    expect(effectivePolicy(input({ device })).gapMs).toEqual({ value: Number.POSITIVE_INFINITY, from: 'device' });
  });
});
