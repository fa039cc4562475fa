import type { TimeOf } from './calendar.ts';
import { type Occurrence, occurrences } from './recurrence.ts';
import type { MaintenanceWindow, Opening } from './types.ts';

// When a computer may be changed. Its windows are those that name it, else those of the nearest of its groups that any names,
// else those of the whole site; the times without work of every level are taken off, moment by moment. Windows that touch
// are one.

/** A computer, and its groups with the nearest first. */
type ComputerPlace = { readonly device: string; readonly groups: readonly string[] };

/** The windows of a computer that count, and the times without work of all levels. */
export type ComputerWindows = {
  readonly windows: readonly MaintenanceWindow[];
  readonly blackouts: readonly MaintenanceWindow[];
};

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** An end is looked for near first, then so far ahead, in days. */
const endDays = [2, 31];
/** A beginning likewise. */
const beginDays = [2, 16, 100, 400];
const mostOccurrences = 5_000;

const isOfSite = ({ groups, devices }: MaintenanceWindow): boolean => groups.length === 0 && devices.length === 0;

/** Which windows a computer has. */
export function windowsOf(all: readonly MaintenanceWindow[], { device, groups }: ComputerPlace): ComputerWindows {
  const meant = all.filter((window) => window.for !== 'controllers');
  const open = meant.filter(({ blackout }) => !blackout);
  const levels: ((window: MaintenanceWindow) => boolean)[] = [
    ({ devices }) => devices.includes(device),
    ...groups.map(
      (group) =>
        ({ groups: named }: MaintenanceWindow) =>
          named.includes(group),
    ),
    isOfSite,
  ];
  const nearest = levels.find((level) => open.some(level));
  return {
    windows: nearest === undefined ? [] : open.filter(nearest),
    blackouts: meant.filter((window) => window.blackout && levels.some((level) => level(window))),
  };
}

type Open = Occurrence & { readonly id: string };

/** What is left of spans without the dark ones, in order; spans that touch are one, which has the name of its first. */
const lightIn = (spans: readonly Open[], dark: readonly Occurrence[]): Open[] => {
  const joined = (all: readonly Open[]): Open[] => {
    const found: Open[] = [];
    for (const span of all.toSorted((a, b) => a.from - b.from || b.until - a.until || (a.id < b.id ? -1 : 1))) {
      const last = found.at(-1);
      if (last === undefined || span.from > last.until) found.push(span);
      else if (span.until > last.until) found[found.length - 1] = { ...last, until: span.until };
    }
    return found;
  };
  const covers = joined(dark.map((span) => ({ ...span, id: '' })));
  return joined(spans).flatMap(({ from, until, id }) => {
    const left: Open[] = [];
    let begin = from;
    for (const cover of covers) {
      if (cover.until <= begin || cover.from >= until) continue;
      if (cover.from > begin) left.push({ from: begin, until: cover.from, id });
      begin = cover.until;
    }
    if (begin < until) left.push({ from: begin, until, id });
    return left;
  });
};

/** Whether the windows of a computer are open at a moment, until when, or when they open. */
export function openingAt({ windows, blackouts }: ComputerWindows, timeOf: TimeOf, atMs: number): Opening {
  if (windows.length === 0) return { state: 'none', minutesLeft: 0 };
  const inSpan = (all: readonly MaintenanceWindow[], days: number): Open[] =>
    all.flatMap((window) =>
      occurrences(window.recurrence, timeOf(window), {
        from: atMs,
        until: atMs + days * dayMs,
        most: mostOccurrences,
      }).map((one) => ({ ...one, id: window.id })),
    );
  const light = (days: number): Open[] => lightIn(inSpan(windows, days), inSpan(blackouts, days));
  for (const days of endDays) {
    const now = light(days).find(({ from, until }) => from <= atMs && atMs < until);
    if (now === undefined) break;
    const horizonMs = atMs + days * dayMs;
    if (now.until < horizonMs)
      return {
        state: 'open',
        windowId: now.id,
        endsAtMs: now.until,
        minutesLeft: Math.floor((now.until - atMs) / minuteMs),
      };
    if (days === endDays.at(-1))
      return { state: 'open', windowId: now.id, minutesLeft: Math.floor((horizonMs - atMs) / minuteMs) };
  }
  for (const days of beginDays) {
    const next = light(days).find(({ from }) => from > atMs && from < atMs + days * dayMs);
    if (next !== undefined) return { state: 'closed', windowId: next.id, opensAtMs: next.from, minutesLeft: 0 };
  }
  return { state: 'closed', minutesLeft: 0 };
}
