import { type CivilTime, civilTime } from './civil-time.ts';

/** IANA name of the time zone in which the appliance stands. */
export const siteTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether the runtime knows a zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
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
