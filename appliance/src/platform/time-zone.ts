import { type CivilTime, civilTime } from './civil-time.ts';
import type { FieldError } from './errors.ts';
import { nearestNames } from './nearest-names.ts';

let ofProcess: string | undefined;

/** IANA name of the time zone in which the appliance stands; a process keeps the one that it was started in. */
export function siteTimeZone(): string {
  ofProcess ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return ofProcess;
}

/** Whether the runtime knows a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What is wrong with a name that is no time zone: with the nearest that are, by their whole names or by their cities. */
export function timeZoneFault(name: string): FieldError {
  const all = Intl.supportedValuesOf('timeZone');
  const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1);
  const near = nearestNames([name], all);
  const [city] = near.length > 0 ? [] : nearestNames([cityOf(name).replaceAll(' ', '_')], all.map(cityOf));
  if (city !== undefined) near.push(...all.filter((zone) => cityOf(zone) === city));
  return near.length === 0
    ? { key: 'validation.timeZone' }
    : { key: 'validation.timeZoneNear', params: { near: near.join(', ') } };
}

/** `isTimeZone` for names that come again: to ask the runtime takes as long as reading a hundred windows. */
export function knownTimeZones(): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const found = known.get(name) ?? isTimeZone(name);
    known.set(name, found);
    return found;
  };
}

/** The wall clock of a zone that may change: made anew when it did. */
export function civilTimeOf(zone: () => string): () => CivilTime {
  let held: { zone: string; time: CivilTime } | undefined;
  return () => {
    const now = zone();
    if (held?.zone !== now) held = { zone: now, time: civilTime(now) };
    return held.time;
  };
}
