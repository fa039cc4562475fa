import { type CivilTime, civilTime } from './civil-time.ts';

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

/** The wall clock of a zone that may change: made anew when it did. */
export function civilTimeOf(zone: () => string): () => CivilTime {
  let held: { zone: string; time: CivilTime } | undefined;
  return () => {
    const now = zone();
    if (held?.zone !== now) held = { zone: now, time: civilTime(now) };
    return held.time;
  };
}
