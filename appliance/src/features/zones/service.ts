import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';
import { zoneDoubts } from './doubts.ts';
import {
  type Conduit,
  type Health,
  isBelowTarget,
  LEVELS,
  type PurdueLevel,
  type Zone,
  type ZoneController,
  type ZoneOverview,
  type ZoneState,
} from './types.ts';

export type ZoneService = {
  zones(): Zone[];
  conduits(): Conduit[];
  /** Everything of the drawing. */
  overview(): ZoneOverview;
  /** NOT_FOUND. */
  zone(id: string): ZoneState & { conduits: readonly Conduit[] };
  /** Controllers by how they are, and how many there are. */
  counts(): { total: number; ok: number; warning: number; critical: number };
};

/** More zones than this are a mistake; the drawing is bounded by it. */
const maxZones = 500;
const maxConduits = 2_000;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : []);

const levelOf = (value: unknown): PurdueLevel => LEVELS.find((level) => level === value) ?? '1';

const toZone = ({ id, body }: ObjectOf<'controller-zone'>): Zone => ({
  id,
  name: text(body['name']) ?? id,
  parent: text(body['parent']),
  level: levelOf(body['level']),
  slT: number(body['slT']),
  slA: number(body['slA']),
  criticality: text(body['criticality']),
  safety: body['safety'] === true,
  prefixes: list(body['prefixes']),
  queryPolicy: text(body['queryPolicy']) ?? 'passive',
  owner: text(body['owner']),
  description: text(body['description']),
});

const toConduit = ({ id, body }: ObjectOf<'controller-conduit'>): Conduit => ({
  id,
  name: text(body['name']) ?? id,
  from: text(body['from']) ?? '',
  to: text(body['to']) ?? '',
  direction: text(body['direction']) ?? 'both',
  means: text(body['means']) ?? 'network',
  rules: list(body['rules']),
  slT: number(body['slT']),
  owner: text(body['owner']),
  description: text(body['description']),
});

const rank: Readonly<Record<Health, number>> = { critical: 0, warning: 1, ok: 2 };

const worst = (healths: readonly Health[]): Health =>
  healths.reduce((sofar, next) => (rank[next] < rank[sofar] ? next : sofar), 'ok' as Health);

/** A zone as sources name it: by its id, its name or the first word of it. */
const resolver = (zones: readonly Zone[]): ((text: string | null) => string | null) => {
  const names = new Map<string, string>();
  for (const { id, name } of zones.toReversed()) names.set(name.split(/\s/, 1)[0]?.toLowerCase() ?? '', id);
  for (const { id, name } of zones) names.set(name.toLowerCase(), id);
  const ids = new Set(zones.map(({ id }) => id));
  return (text) => (text === null ? null : ids.has(text) ? text : (names.get(text.trim().toLowerCase()) ?? null));
};

/** Zones and conduits with the controllers inside. */
export const zoneService = (parts: {
  objects: ObjectService;
  /** Every controller that is in use. */
  controllers: () => readonly ZoneController[];
  /** The same, only how many. */
  counts: () => Readonly<Record<Health, number>>;
}): ZoneService => {
  const { objects, controllers, counts } = parts;
  const zones = (): Zone[] => objects.list({ kind: 'controller-zone', limit: maxZones }).rows.map(toZone);
  const conduits = (): Conduit[] =>
    objects.list({ kind: 'controller-conduit', limit: maxConduits }).rows.map(toConduit);

  const stateOf = (zone: Zone, inside: readonly ZoneController[]): ZoneState => ({
    ...zone,
    controllers: inside,
    health: worst([...inside.map(({ health }) => health), ...(isBelowTarget(zone) ? (['warning'] as const) : [])]),
  });

  const overview = (): ZoneOverview => {
    const all = zones();
    const known = new Set(all.map(({ id }) => id));
    const ways = conduits().filter(({ from, to }) => known.has(from) && known.has(to));
    const idOf = resolver(all);
    const inside = Map.groupBy(controllers(), ({ zone }) => idOf(zone));
    return {
      zones: all.map((zone) => stateOf(zone, inside.get(zone.id) ?? [])),
      conduits: ways,
      outside: inside.get(null) ?? [],
      doubts: zoneDoubts(all, ways),
    };
  };

  return {
    zones,
    conduits,
    overview,
    zone: (id) => {
      const found = objects.find('controller-zone', id);
      if (found === undefined) throw new AppError('NOT_FOUND', `controller-zone ${id} does not exist`);
      const zone = toZone(found);
      const idOf = resolver(zones());
      return {
        ...stateOf(
          zone,
          controllers().filter((controller) => idOf(controller.zone) === id),
        ),
        conduits: conduits().filter(({ from, to }) => from === id || to === id),
      };
    },
    counts: () => {
      const { ok, warning, critical } = counts();
      return { total: ok + warning + critical, ok, warning, critical };
    },
  };
};
