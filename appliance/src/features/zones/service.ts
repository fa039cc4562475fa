import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { type Scope, zonesReached } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { Look } from '../worklist/types.ts';
import { prefixesOverlap } from './prefix.ts';
import {
  type Conduit,
  type ControllerHealth,
  type Health,
  type HealthReason,
  isBelowTarget,
  LEVELS,
  type PurdueLevel,
  type Zone,
  type ZoneController,
  type ZoneDoubt,
  type ZoneHealthCount,
  type ZoneOverview,
  type ZoneStanding,
  type ZoneState,
} from './types.ts';

const maxDoubts = 50;

/** Zones that claim the same addresses: of zones side by side only one can be right; a part may lie inside its whole. */
const overlaps = (zones: readonly Zone[]): ZoneDoubt[] =>
  zones.flatMap((zone, index) =>
    zones
      .slice(index + 1)
      .filter(({ parent }) => parent === zone.parent)
      .flatMap((other) =>
        zone.prefixes.flatMap((prefix) =>
          other.prefixes
            .filter((otherPrefix) => prefixesOverlap(prefix, otherPrefix))
            .map(
              (otherPrefix): ZoneDoubt => ({ kind: 'overlap', zone: zone.id, other: other.id, prefix, otherPrefix }),
            ),
        ),
      ),
  );

/** Networks that lead from the office to the plant without a zone between. */
const pastDmz = (zones: readonly Zone[], conduits: readonly Conduit[]): ZoneDoubt[] => {
  const isOffice = new Map(
    zones.map(({ id, level }) => [id, level === 'dmz' ? undefined : level === '4' || level === '5']),
  );
  return conduits
    .filter(({ from, to, means }) => {
      const [a, b] = [isOffice.get(from), isOffice.get(to)];
      return means === 'network' && a !== undefined && b !== undefined && a !== b;
    })
    .map(({ id }) => ({ kind: 'past-dmz', conduit: id }));
};

/** What is doubtful about zones and conduits; none of it stops anything. */
const zoneDoubts = (zones: readonly Zone[], conduits: readonly Conduit[]): ZoneDoubt[] =>
  [...overlaps(zones), ...pastDmz(zones, conduits)].slice(0, maxDoubts);

export type ZoneService = {
  zones(scope: Scope): Zone[];
  /** Between two zones in reach. */
  conduits(scope: Scope): Conduit[];
  /** Everything of the drawing that is in reach. */
  overview(scope: Scope): ZoneOverview;
  /** NOT_FOUND. */
  zone(id: string, scope: Scope): ZoneState & { conduits: readonly Conduit[] };
  /** At most so many zones in reach that have controllers, the worst first. */
  standing(scope: Scope, limit: number, look: Look): ZoneStanding[];
  /** Controllers by how they are, and how many there are. */
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
  db: Database;
  objects: ObjectService;
  integrity: {
    /** Every controller in reach that is in use. */
    healths(scope: Scope): readonly (ControllerHealth & { controller: number })[];
    zoneHealths(scope: Scope): readonly ZoneHealthCount[];
    /** How a controller is, by its number. */
    healthOf(controller: number): { reasons: readonly HealthReason[] } | undefined;
  };
  controllers: Pick<ControllerService, 'unjudged' | 'unjudgedZones'>;
}): ZoneService => {
  const { db, objects, integrity, controllers } = parts;
  const reached = (scope: Scope) => zonesReached(db, scope);
  const zones = (scope: Scope): Zone[] => {
    const inReach = reached(scope);
    return objects
      .list({ kind: 'controller-zone', limit: maxZones })
      .rows.filter(({ id }) => inReach?.has(id) !== false)
      .map(toZone);
  };
  const conduits = (scope: Scope): Conduit[] => {
    const inReach = reached(scope);
    return objects
      .list({ kind: 'controller-conduit', limit: maxConduits })
      .rows.map(toConduit)
      .filter(({ from, to }) => inReach === undefined || (inReach.has(from) && inReach.has(to)));
  };

  const inUse = (scope: Scope): ZoneController[] => {
    const unjudged = controllers.unjudged(scope);
    return integrity
      .healths(scope)
      .map(({ controller, ...one }) => ({ ...one, coverage: unjudged.get(controller) ?? 'judged' }));
  };

  const stateOf = (zone: Zone, inside: readonly ZoneController[]): ZoneState => ({
    ...zone,
    controllers: inside,
    health: worst([...inside.map(({ health }) => health), ...(isBelowTarget(zone) ? (['warning'] as const) : [])]),
  });

  const overview = (scope: Scope): ZoneOverview => {
    const all = zones(scope);
    const known = new Set(all.map(({ id }) => id));
    const ways = conduits(scope).filter(({ from, to }) => known.has(from) && known.has(to));
    const idOf = resolver(all);
    const inside = Map.groupBy(inUse(scope), ({ zone }) => idOf(zone));
    return {
      zones: all.map((zone) => stateOf(zone, inside.get(zone.id) ?? [])),
      conduits: ways,
      outside: inside.get(null) ?? [],
      doubts: zoneDoubts(all, ways),
    };
  };

  const standing: ZoneService['standing'] = (scope, limit, look) => {
    const all = zones(scope);
    const idOf = resolver(all);
    const inside = Map.groupBy(integrity.zoneHealths(scope), ({ zone }) => idOf(zone));
    const unjudged = Map.groupBy(look(controllers.unjudgedZones, scope), ({ zone }) => idOf(zone));
    return all
      .flatMap(({ id, name, level }) => {
        const counts = inside.get(id);
        if (counts === undefined) return [];
        const abnormal = counts.filter((count) => count.health !== 'ok');
        const sum = (of: readonly { n: number }[]): number => of.reduce((total, { n }) => total + n, 0);
        const health = worst(counts.map((count) => count.health));
        const first = Math.min(...abnormal.filter((count) => count.health === health).map((count) => count.first));
        const notJudged = sum(unjudged.get(id) ?? []);
        return [
          { id, name, level, controllers: sum(counts), health, abnormal: sum(abnormal), unjudged: notJudged, first },
        ];
      })
      .sort(
        (a, b) =>
          rank[a.health] - rank[b.health] ||
          Number(b.unjudged > 0) - Number(a.unjudged > 0) ||
          (a.name < b.name ? -1 : 1),
      )
      .slice(0, limit)
      .map(({ first, ...zone }) => ({
        ...zone,
        reason: zone.abnormal === 0 ? undefined : integrity.healthOf(first)?.reasons[0],
      }));
  };

  return {
    zones,
    conduits,
    overview,
    standing,
    zone: (id, scope) => {
      const found = objects.find('controller-zone', id);
      if (found === undefined || reached(scope)?.has(id) === false)
        throw new AppError('NOT_FOUND', `controller-zone ${id} does not exist`);
      const zone = toZone(found);
      const idOf = resolver(zones(scope));
      return {
        ...stateOf(
          zone,
          inUse(scope).filter((controller) => idOf(controller.zone) === id),
        ),
        conduits: conduits(scope).filter(({ from, to }) => from === id || to === id),
      };
    },
  };
};
