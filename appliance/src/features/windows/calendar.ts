import { type CivilTime, civilTime } from '../../platform/civil-time.ts';
import { type Occurrence, occurrences } from './recurrence.ts';
import type { MaintenanceWindow, Place } from './types.ts';

// Which windows a controller has, and which is next. A window without zones and controllers is the whole site's. What
// overlaps a blackout is no window.

type PlannedWindow = Occurrence & {
  readonly window: string;
  readonly name: string;
  readonly leadDays: number;
  /** The day by which the people of the process want to know. */
  readonly tellBy: number;
  /** A blackout lies over it. */
  readonly blackout: boolean;
};

/** The wall clock by which a window is meant. */
export type TimeOf = (window: Pick<MaintenanceWindow, 'timeZone'>) => CivilTime;

/** Clocks of windows: of their own zone, or of the site's, which may change. One is kept for each zone, of which there are some hundred. */
export function windowTimes(siteZone: () => string): TimeOf {
  const known = new Map<string, CivilTime>();
  return ({ timeZone }) => {
    const zone = timeZone || siteZone();
    const time = known.get(zone) ?? civilTime(zone);
    known.set(zone, time);
    return time;
  };
}

const dayMs = 86_400_000;
/** How far ahead one looks for the next window, in days. */
const horizons = [16, 100, 400];

/** Whether a window is for a place. */
const isFor = ({ zones, controllers }: MaintenanceWindow, place: Place): boolean =>
  (zones.length === 0 && controllers.length === 0) ||
  controllers.includes(place.controller) ||
  place.zones.some((zone) => zones.includes(zone));

const overlaps = (a: Occurrence, b: Occurrence): boolean => a.from < b.until && b.from < a.until;

/** The occurrences of windows in a span, blackouts among them, in order of time. */
export const calendar = (
  windows: readonly MaintenanceWindow[],
  time: TimeOf,
  span: { readonly from: number; readonly until: number; readonly most: number },
): { readonly windows: PlannedWindow[]; readonly blackouts: PlannedWindow[] } => {
  const planned = (blackout: boolean, dark: readonly PlannedWindow[]): PlannedWindow[] =>
    windows
      .filter((window) => window.blackout === blackout)
      .flatMap((window) =>
        occurrences(window.recurrence, time(window), span).map((occurrence) => ({
          ...occurrence,
          window: window.id,
          name: window.name,
          leadDays: window.leadDays,
          tellBy: occurrence.from - window.leadDays * dayMs,
          blackout: dark.some((one) => overlaps(one, occurrence)),
        })),
      )
      .sort((a, b) => a.from - b.from || (a.window < b.window ? -1 : 1))
      .slice(0, span.most);
  const blackouts = planned(true, []);
  return { blackouts, windows: planned(false, blackouts) };
};

/** The next window of a place that has not begun; undefined where none is within a year and a month. */
export const nextWindow = (
  all: readonly MaintenanceWindow[],
  place: Place,
  time: TimeOf,
  now: number,
): PlannedWindow | undefined => {
  const own = all.filter((window) => isFor(window, place));
  // Most are near: the far days are looked at only where the near ones have none.
  for (const days of horizons) {
    const span = { from: now, until: now + days * dayMs, most: 500 };
    const next = calendar(own, time, span).windows.find(({ from, blackout }) => from > now && !blackout);
    if (next !== undefined) return next;
  }
  return undefined;
};

/** One occurrence of a window, by its beginning; undefined when the window has none there. */
export const occurrenceAt = (
  all: readonly MaintenanceWindow[],
  id: string,
  from: number,
  time: TimeOf,
): PlannedWindow | undefined => {
  const wanted = all.find((window) => window.id === id && !window.blackout);
  if (wanted === undefined) return undefined;
  const near = all.filter((window) => window.id === id || window.blackout);
  return calendar(near, time, { from: from - dayMs, until: from + 62 * dayMs, most: 500 }).windows.find(
    (occurrence) => occurrence.window === id && occurrence.from === from,
  );
};
