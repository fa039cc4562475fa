import { BlockList, isIP } from 'node:net';
import {
  type EffectivePolicy,
  type Hindrance,
  type Hours,
  LEVELS,
  type Level,
  type Stated,
  SWITCH_STATES,
  SWITCHES,
  type Switch,
  type SwitchState,
} from './types.ts';

// Who may be asked what, and when (OT 5, Q1-Q4, Q12). Pure: the decisions of site, zone and device, and whether it is a
// safety controller go in; the strictest of all comes out, each part with the decision behind it. What was not allowed
// is denied.

/** Never less than this lies between two requests, whatever anybody entered (OT Q4). */
export const MIN_GAP_MS = 500;

/** What a zone or a device says. A device that says nothing of a switch leaves it to the zone. */
export type PolicyWord = {
  level: Level;
  switches: Readonly<Partial<Record<Switch, SwitchState>>>;
  gapMs: number;
  hours: Hours;
};

export type PolicyInput = {
  siteOn: boolean;
  /** Undefined: in no zone, or in one that says nothing. */
  zone: (PolicyWord & { prefixes: readonly string[] }) | undefined;
  device: PolicyWord | undefined;
  isSafety: boolean;
  /** A named person's word for a safety controller, with the reason (OT Q2). */
  override: { by: string; reason: string } | undefined;
};

/** The switches that a level lets be on at all. */
export const switchesOf = (level: Level): readonly Switch[] =>
  level === 'details' ? SWITCHES : level === 'identify' ? ['identify', 'modules'] : [];

const stricter = <T>(order: readonly T[], a: Stated<T>, b: Stated<T>): Stated<T> =>
  order.indexOf(b.value) < order.indexOf(a.value) ? b : a;

/** The strictest of the words, each part with its source. */
export const effectivePolicy = (input: PolicyInput): EffectivePolicy => {
  const { zone, device } = input;
  let level: Stated<Level> =
    zone === undefined ? { value: 'never', from: 'none' } : { value: zone.level, from: 'zone' };
  if (device !== undefined) level = stricter(LEVELS, level, { value: device.level, from: 'device' });
  const named = input.override !== undefined && input.override.by !== '' && input.override.reason.trim() !== '';
  if (input.isSafety && !named) level = stricter(LEVELS, { value: 'never', from: 'safety' }, level);
  if (!input.siteOn) level = { value: 'never', from: 'site' };
  const allowed = switchesOf(level.value);
  const switchOf = (name: Switch): Stated<SwitchState> => {
    if (!allowed.includes(name)) return { value: 'off', from: level.from };
    let state: Stated<SwitchState> = {
      value: zone?.switches[name] ?? 'off',
      from: zone === undefined ? 'none' : 'zone',
    };
    const own = device?.switches[name];
    if (own !== undefined) state = stricter(SWITCH_STATES, state, { value: own, from: 'device' });
    return state;
  };
  const gaps: Stated<number>[] = [
    { value: MIN_GAP_MS, from: 'site' },
    ...(zone === undefined ? [] : [{ value: zone.gapMs, from: 'zone' } as const]),
    ...(device === undefined ? [] : [{ value: device.gapMs, from: 'device' } as const]),
  ];
  const hours: Stated<Hours>[] = [
    ...(zone === undefined ? [] : [{ value: zone.hours, from: 'zone' } as const]),
    ...(device === undefined ? [] : [{ value: device.hours, from: 'device' } as const]),
  ];
  return {
    level,
    switches: {
      identify: switchOf('identify'),
      modules: switchOf('modules'),
      details: switchOf('details'),
      mode: switchOf('mode'),
    },
    gapMs: gaps.reduce((slowest, gap) => (gap.value > slowest.value ? gap : slowest)),
    hours: hours.filter(({ value }) => value.days.length > 0 || value.from !== undefined),
    prefixes: zone?.prefixes ?? [],
    override: input.isSafety && named ? input.override : undefined,
  };
};

/** The switches that are on for a run by hand or by the clock. */
export const switchedOn = (policy: EffectivePolicy, run: 'manual' | 'scheduled'): readonly Switch[] =>
  SWITCHES.filter((name) => {
    const { value } = policy.switches[name];
    return value === 'scheduled' || (value === 'manual' && run === 'manual');
  });

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Whether a time lies within hours, by the appliance's clock. */
export const isWithin = (hours: Hours, at: Date): boolean => {
  const now = at.getHours() * 60 + at.getMinutes();
  const [start, end] =
    hours.from === undefined || hours.until === undefined
      ? [0, 24 * 60]
      : [minutesOf(hours.from), minutesOf(hours.until)];
  // The same time twice is a whole day.
  const isOver = end <= start && hours.from !== undefined;
  if (!isOver && (now < start || now >= end)) return false;
  if (isOver && now >= end && now < start) return false;
  const began = isOver && now < end ? (at.getDay() + 6) % 7 : at.getDay();
  return hours.days.length === 0 || hours.days.includes(dayNames[began] ?? '');
};

/** Whether an address lies in a network in CIDR form; what is none holds nothing. */
export const isInPrefix = (prefix: string, address: string): boolean => {
  const [network = '', bits = '', ...more] = prefix.trim().split('/');
  const version = isIP(network);
  if (version === 0 || isIP(address) !== version || more.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const family = version === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
};

/** Why a controller is not asked for these things; undefined when it may be. Hours count only where a time is given. */
export const hindranceOf = (
  policy: EffectivePolicy,
  ask: {
    address: string | null;
    switches: readonly Switch[];
    run: 'manual' | 'scheduled';
    at?: Date;
  },
): Hindrance | undefined => {
  const { level } = policy;
  if (level.from === 'site') return 'site-off';
  if (level.from === 'none') return 'no-zone';
  if (level.from === 'safety') return 'safety';
  if (level.value === 'never' || level.value === 'passive') return level.value;
  const on = switchedOn(policy, ask.run);
  if (!ask.switches.some((name) => on.includes(name))) return 'switch';
  if (ask.address === null || isIP(ask.address) === 0) return 'no-address';
  const { address, at } = ask;
  if (!policy.prefixes.some((prefix) => isInPrefix(prefix, address))) return 'prefix';
  if (at !== undefined && !policy.hours.every(({ value }) => isWithin(value, at))) return 'hours';
  return undefined;
};
