import type { ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { type NamedField, namedAmong } from '../../platform/named-things.ts';
import type { Scope } from '../../platform/scope.ts';
import { knownTimeZones } from '../../platform/time-zone.ts';
import type { NamedDevices } from '../devices/types.ts';
import { calendar, nextWindow, occurrenceAt, windowTimes } from './calendar.ts';
import { type ComputerWindows, openingAt, windowsOf } from './opening.ts';
import type { MaintenanceWindow, Opening, Place } from './types.ts';
import { isUndecided, keepUndecided, undecidedUntilMs } from './undecided.ts';
import { keptRecurrence, toWindow } from './window-objects.ts';
import { windowQueries } from './window-queries.ts';

const maxWindows = 10_000;

/** Maintenance windows as they stand in objects, and when they are. */
export const windowService = (parts: {
  db: Database;
  objects: ObjectService;
  devices: NamedDevices;
  /** IANA name of the site's time zone; asked for at the first use, since the zones of the world are slow to load. */
  timeZone: () => string;
  clock: () => number;
}) => {
  const timeOf = windowTimes(parts.timeZone);
  const isZone = knownTimeZones();
  const queries = windowQueries(parts.db);

  const windows = (where: { for?: string } = {}): MaintenanceWindow[] =>
    parts.objects
      .list({ kind: 'maintenance-window', where, limit: maxWindows })
      .rows.flatMap((object) => toWindow(object, isZone) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ofComputers = (): MaintenanceWindow[] => [...windows({ for: 'computers' }), ...windows({ for: 'both' })];

  /** Something of the windows of devices: the windows are read once, and those of a place looked at once. */
  const byPlace = <T>(none: T, lookAt: (windows: ComputerWindows) => T): ((device: number) => T) => {
    const all = ofComputers();
    const named = new Set(all.flatMap(({ devices }) => devices));
    const known = new Map<string, T>();
    return (device) => {
      const rows = queries.placeOf(device);
      const [own] = rows;
      if (own === undefined) return none;
      const groups = rows.flatMap(({ grp }) => grp ?? []);
      const place = named.has(own.publicId) ? own.publicId : groups.join(' ');
      const found = known.get(place) ?? lookAt(windowsOf(all, { device: own.publicId, groups }));
      known.set(place, found);
      return found;
    };
  };
  /** Whether devices may be changed at a moment. */
  const openAt = (atMs: number): ((device: number) => Opening) =>
    byPlace<Opening>({ state: 'none', minutesLeft: 0 }, (windows) => openingAt(windows, timeOf, atMs));

  return {
    /** Those for controllers, in order of their names. */
    ofControllers: (): MaintenanceWindow[] => windows().filter((window) => window.for !== 'computers'),
    /** Occurrences of some windows in a span, and the blackouts in it. */
    calendar: (all: readonly MaintenanceWindow[], span: { from: number; until: number; most: number }) =>
      calendar(all, timeOf, span),
    /** The next of some windows of a controller that has not begun. */
    next: (all: readonly MaintenanceWindow[], place: Place, now: number) => nextWindow(all, place, timeOf, now),
    /** One occurrence of a window, by its beginning. */
    occurrence: (all: readonly MaintenanceWindow[], id: string, from: number) => occurrenceAt(all, id, from, timeOf),
    /** A body with its time in the form in which it is kept. */
    kept: (body: Body): Body => ({ ...body, recurrence: keptRecurrence(body['recurrence']) }),
    openAt,
    /** Fields that name computers. */
    computers: {
      groups: namedAmong(
        'Group',
        (texts) => new Set(texts.filter((id) => parts.objects.find('group', id))),
        () =>
          parts.objects
            .list({ kind: 'group', limit: maxWindows })
            .rows.map(({ id, body }) => ({ id, names: [String(body['name'] ?? '')] })),
      ),
      devices: namedAmong('Device', parts.devices.idsAmong, parts.devices.called),
    } satisfies Readonly<Record<string, NamedField>>,
    /** After an upgrade: what had deployments keeps its way for a time. */
    keepUndecided: (): void => keepUndecided({ objects: parts.objects, queries, clock: parts.clock }),
    /** Windows that the upgrade made and that were not decided about, with their end in ms. */
    undecided: (): { id: string; name: string; untilMs: number }[] =>
      ofComputers()
        .filter((window) => isUndecided(parts.objects, window))
        .map(({ id, name }) => ({ id, name, untilMs: undecidedUntilMs(parts.objects, { id }) })),
    /** Devices in reach with orders for which no window is meant; at most `most` are looked at. */
    without: (scope: Scope, most: number): number => {
      const hasWindow = byPlace(false, ({ windows: own }) => own.length > 0);
      return queries.waitingIn(scope, most).filter((device) => !hasWindow(device)).length;
    },
    /** Whether a device, by its number, may be changed at a moment. One that is not there has no window. */
    openFor: (device: number, atMs: number): Opening => openAt(atMs)(device),
  };
};

export type WindowService = ReturnType<typeof windowService>;
