import type { Body } from '../../engine/objects/types.ts';
import { MIN_GAP_MS, type PolicyWord } from './policy.ts';
import { type Hours, LEVELS, type Level, SWITCH_STATES, SWITCHES, type Switch, type SwitchState } from './types.ts';

// The fields of a zone, or of a controller's own policy, as words. What is there and not understood counts as the strictest.

const text = (body: Body, name: string): string | undefined =>
  typeof body[name] === 'string' && body[name] !== '' ? body[name] : undefined;
const texts = (body: Body, name: string): string[] =>
  Array.isArray(body[name]) ? body[name].filter((one): one is string => typeof one === 'string') : [];

const switchField = (name: Switch): string => `query${name.charAt(0).toUpperCase()}${name.slice(1)}`;

const levelOf = (body: Body): Level => LEVELS.find((level) => level === body['queryPolicy']) ?? 'never';

const stateOf = (value: unknown): SwitchState => SWITCH_STATES.find((state) => state === value) ?? 'off';

const hoursOf = (body: Body): Hours => ({
  days: texts(body, 'queryDays'),
  from: text(body, 'queryFromTime'),
  until: text(body, 'queryUntilTime'),
});

const gapOf = (body: Body): number => {
  const gap = Number(body['queryGapMs'] ?? MIN_GAP_MS);
  return Number.isFinite(gap) ? Math.max(MIN_GAP_MS, gap) : Number.POSITIVE_INFINITY;
};

/** A zone's word, with its networks. */
export const zoneWord = (body: Body): PolicyWord & { prefixes: readonly string[] } => ({
  level: levelOf(body),
  switches: Object.fromEntries(SWITCHES.map((name) => [name, stateOf(body[switchField(name)])])),
  gapMs: gapOf(body),
  hours: hoursOf(body),
  prefixes: texts(body, 'prefixes'),
});

/** A controller's own word; a switch that it does not speak of is the zone's. */
export const deviceWord = (body: Body): PolicyWord => ({
  level: levelOf(body),
  switches: Object.fromEntries(
    SWITCHES.flatMap((name) => {
      const value = body[switchField(name)];
      return value === undefined || value === 'zone' ? [] : [[name, stateOf(value)]];
    }),
  ),
  gapMs: gapOf(body),
  hours: hoursOf(body),
});
