import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { type NamedField, resolvedBy, resolveFields } from '../../platform/named-things.ts';
import { fold } from '../../platform/sql-functions.ts';
import type { WindowService } from '../windows/service.ts';
import { placeQueries } from './place-queries.ts';

// The zones and controllers that windows and measures name. What is not there cannot be protected: it is refused when it is
// written, and said of what stands from before.

/** What an object says of where it holds: ids, and names of zones in objects from before. */
type Places = { readonly zones: readonly string[]; readonly controllers: readonly string[] };

const maxZones = 10_000;

/** What objects name as zones and controllers, looked up in what is there. */
export const namedPlaces = (parts: {
  db: Database;
  objects: Pick<ObjectService, 'find' | 'list'>;
  windows: Pick<WindowService, 'kept' | 'computers'>;
}) => {
  const { objects } = parts;
  const queries = placeQueries(parts.db);
  const zoneNames = (): { id: string; name: string }[] =>
    objects
      .list({ kind: 'controller-zone', limit: maxZones })
      .rows.map(({ id, body }) => ({ id, name: String(body['name'] ?? id) }));

  /** A zone is known by its id, its name or the first word of it in any case, or as records of controllers have it. */
  const zones: NamedField = {
    thing: 'Zone',
    resolve: (named) => {
      const all = named.length === 0 ? [] : zoneNames();
      const byName = new Map(all.map(({ id, name }) => [fold(name), id]));
      const byWord = Map.groupBy(all, ({ name }) => fold(name).split(/\s/, 1)[0] ?? '');
      const ofWord = (word: string): string | undefined => {
        const [only, ...others] = byWord.get(word) ?? [];
        return others.length === 0 ? only?.id : undefined;
      };
      const ids = new Set(all.map(({ id }) => id));
      return resolvedBy(named, (text) => {
        const found = ids.has(text)
          ? text
          : (byName.get(fold(text.trim())) ?? (queries.isZone(text) ? text : ofWord(fold(text.trim()))));
        return found === undefined ? [] : [found];
      });
    },
    names: () => zoneNames().map(({ name }) => name),
  };

  /** A controller is known by its id, or by a name that it alone has. */
  const controllers: NamedField = {
    thing: 'Controller',
    resolve: (named) =>
      resolvedBy(named, (text) => (queries.isController(text) ? [text] : queries.named(fold(text.trim())))),
    names: queries.names,
  };

  /** The rule of a kind that names zones and controllers, a window computers too: all are kept by their ids. */
  const rule =
    (kind: 'maintenance-window' | 'mitigation'): FurtherRule =>
    (id, body) => {
      const before: Body = objects.find(kind, id, { deleted: true })?.body ?? {};
      const isWindow = kind === 'maintenance-window';
      const fields = { zones, controllers, ...(isWindow ? parts.windows.computers : {}) };
      return resolveFields(before, isWindow ? parts.windows.kept(body) : body, fields);
    };

  /** Of each of these what it names and is not there, exactly as windows and measures are matched. */
  const missing = <T extends Places>(all: readonly T[]): { readonly of: T; readonly names: string[] }[] => {
    const named = zoneNames();
    const there = new Set(named.flatMap(({ id, name }) => [id, name]));
    const gone = new Set(queries.gone([...new Set(all.flatMap(({ controllers: ids }) => ids))]));
    return all.flatMap((of) => {
      const names = [
        ...of.zones.filter((zone) => !there.has(zone) && !queries.isZone(zone)),
        ...of.controllers.filter((id) => gone.has(id)),
      ];
      return names.length === 0 ? [] : [{ of, names }];
    });
  };

  return {
    bodyRules: {
      'maintenance-window': rule('maintenance-window'),
      mitigation: rule('mitigation'),
    } as Readonly<Record<string, FurtherRule>>,
    /** Windows and measures that are not over and name what is not there, with it. */
    gone: (
      windows: readonly (Places & { readonly id: string; readonly name: string })[],
      measures: readonly (Places & { readonly id: string; readonly name: string; readonly state: string })[],
    ) =>
      missing([
        ...windows.map((one) => ({ ...one, kind: 'maintenance-window' as const })),
        ...measures.filter(({ state }) => state !== 'over').map((one) => ({ ...one, kind: 'mitigation' as const })),
      ]).map(({ of: { kind, id, name }, names }) => ({ kind, id, name, names })),
    /** The name of a zone by what names it. */
    zoneName: (zone: string): string => String(objects.find('controller-zone', zone)?.body['name'] ?? zone),
  };
};
