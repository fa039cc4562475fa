import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { nearestNames } from '../../platform/nearest-names.ts';
import { fold } from '../../platform/sql-functions.ts';
import type { WindowService } from '../windows/service.ts';
import { placeQueries } from './place-queries.ts';

// The zones and controllers that windows and measures name. What is not there cannot be protected: it is refused when it is
// written, and said of what stands from before.

/** Of what is named in one field. `several`: names that more than one controller has. */
type Resolved = { readonly ids: string[]; readonly unknown: string[]; readonly several: string[] };

/** What an object says of where it holds: ids, and names of zones in objects from before. */
type Places = { readonly zones: readonly string[]; readonly controllers: readonly string[] };

/** Named in a refusal; the rest is left out. */
const mostNamed = 5;
/** For so many of them names are looked for that were meant: each is compared with all that there are. */
const mostMeant = 2;
/** So many characters of a name are compared with others. */
const maxZones = 10_000;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** What objects name as zones and controllers, looked up in what is there. */
export const namedPlaces = (parts: {
  db: Database;
  objects: Pick<ObjectService, 'find' | 'list'>;
  windows: Pick<WindowService, 'kept'>;
}) => {
  const { objects } = parts;
  const queries = placeQueries(parts.db);
  const zoneNames = (): { id: string; name: string }[] =>
    objects
      .list({ kind: 'controller-zone', limit: maxZones })
      .rows.map(({ id, body }) => ({ id, name: String(body['name'] ?? id) }));

  /** A zone is known by its id, its name or the first word of it in any case, or as records of controllers have it. */
  const zones = (named: readonly string[]): Resolved => {
    const all = named.length === 0 ? [] : zoneNames();
    const byName = new Map(all.map(({ id, name }) => [fold(name), id]));
    const byWord = Map.groupBy(all, ({ name }) => fold(name).split(/\s/, 1)[0] ?? '');
    const ofWord = (word: string): string | undefined => {
      const [only, ...others] = byWord.get(word) ?? [];
      return others.length === 0 ? only?.id : undefined;
    };
    const ids = new Set(all.map(({ id }) => id));
    const found = named.map((text) => ({
      text,
      id: ids.has(text)
        ? text
        : (byName.get(fold(text.trim())) ?? (queries.isZone(text) ? text : ofWord(fold(text.trim())))),
    }));
    return {
      ids: [...new Set(found.flatMap(({ id }) => id ?? []))],
      unknown: found.filter(({ id }) => id === undefined).map(({ text }) => text),
      several: [],
    };
  };

  /** A controller is known by its id, or by a name that it alone has. */
  const controllers = (named: readonly string[]): Resolved => {
    const found = named.map((text) => ({
      text,
      ids: queries.isController(text) ? [text] : queries.named(fold(text.trim())),
    }));
    return {
      ids: [...new Set(found.flatMap(({ ids }) => (ids.length === 1 ? ids : [])))],
      unknown: found.filter(({ ids }) => ids.length === 0).map(({ text }) => text),
      several: found.filter(({ ids }) => ids.length > 1).map(({ text }) => text),
    };
  };

  const refusal = (thing: 'Zone' | 'Controller', unknown: readonly string[], names: readonly string[]) => {
    const shown = unknown.slice(0, mostNamed);
    const near = [...new Set(nearestNames(shown.slice(0, mostMeant), names))].join(', ');
    return near === ''
      ? { key: `validation.no${thing}`, params: { names: shown.join(', ') } }
      : { key: `validation.no${thing}Near`, params: { names: shown.join(', '), near } };
  };

  /**
   * The rule of a kind with the fields `zones` and `controllers`: both are kept by their ids. What stood there already may stay: no
   * other change of an object waits for what became of its zone.
   */
  const rule =
    (kind: 'maintenance-window' | 'mitigation'): FurtherRule =>
    (id, body) => {
      const before: Body = objects.find(kind, id, { deleted: true })?.body ?? {};
      const faults: FieldErrors = {};
      const kept: Body = kind === 'maintenance-window' ? parts.windows.kept(body) : { ...body };
      for (const field of ['zones', 'controllers'] as const) {
        if (!Array.isArray(body[field])) continue;
        const named = texts(body[field]);
        const stood = new Set(texts(before[field]));
        const { ids, unknown, several } = field === 'zones' ? zones(named) : controllers(named);
        const added = unknown.filter((text) => !stood.has(text));
        const doubtful = several.filter((text) => !stood.has(text));
        if (doubtful.length > 0)
          faults[field] = {
            key: 'validation.severalControllers',
            params: { names: doubtful.slice(0, mostNamed).join(', ') },
          };
        if (added.length > 0)
          faults[field] =
            field === 'zones'
              ? refusal(
                  'Zone',
                  added,
                  zoneNames().map(({ name }) => name),
                )
              : refusal('Controller', added, queries.names());
        kept[field] = [...ids, ...unknown, ...several];
      }
      return { faults, body: kept };
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
