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
