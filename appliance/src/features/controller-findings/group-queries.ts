import type { Database } from '../../platform/database.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { DECISIONS, type Decision, SEVERITIES, type Severity } from '../vulnerabilities/types.ts';
import { reachedMatches } from './reach-queries.ts';
import type { GroupBy } from './types.ts';

// Controllers by vendor or family: how many, in which versions, and what advisories say of them. Reads controller_identity,
// controller_part_identity, controller_match.

export type ControllerGroup = {
  readonly vendor: string;
  /** '' in the list of vendors, and where no family is known. */
  readonly family: string;
  readonly controllers: number;
  /** Most used first. */
  readonly versions: readonly { readonly firmware: string; readonly controllers: number }[];
  readonly advisories: number;
  readonly affected: number;
  readonly review: number;
  readonly worst: Decision | null;
};

/** A vulnerability on the controllers of a zone. */
export type ZoneGroup = {
  readonly vulnerability: string;
  /** Id of the zone; '' for controllers in none. */
  readonly zone: string;
  readonly decision: Decision;
  readonly severity: Severity;
  readonly controllers: number;
};

const maxGroups = 2_000;
const maxVersions = 12;

const keyOf = (vendor: string, family: string): string => `${vendor}\0${family}`;

type GroupKey = { vendor: string; family: string };

export const groupQueries = (db: Database, clock: () => number) => {
  const familyOf: Readonly<Record<GroupBy, string>> = { family: 'i.family', vendor: "''" };
  const read = (by: GroupBy, scope: Scope) => {
    const reach = reachedMatches(scope);
    const { sql, params } = controllersIn(scope, 'p.controller');
    const parts = 'controller_part_identity p cross join controller_identity i on i.id = p.identity';
    return {
      groups: db
        .prepare<unknown[], GroupKey & { controllers: number }>(
          `select i.vendor, ${familyOf[by]} as family, count(distinct p.controller) as controllers
           from ${parts} where ${sql} group by 1, 2 order by controllers desc, 1, 2 limit ${maxGroups}`,
        )
        .all(...params),
      versions: db
        .prepare<unknown[], GroupKey & { firmware: string; controllers: number }>(
          `select i.vendor, ${familyOf[by]} as family, i.firmware, count(distinct p.controller) as controllers
           from ${parts} where ${sql} group by 1, 2, 3 order by 1, 2, controllers desc, 3`,
        )
        .all(...params),
      found: db
        .prepare<unknown[], GroupKey & { advisories: number; affected: number; review: number; worst: number | null }>(
          `${reach.before?.sql ?? ''} select i.vendor, ${familyOf[by]} as family, count(distinct m.document) as advisories,
             sum(m.verdict = 'affected') as affected, sum(m.verdict = 'review') as review,
             min(case m.verdict when 'affected' then ${reach.rank} end) as worst
           from ${reach.identities} cross join controller_match m on m.identity = i.id
           where m.until is null and m.verdict in ('affected', 'review') and ${reach.controllers} > 0 group by 1, 2`,
        )
        .all(...(reach.before?.params ?? [])),
    };
  };
  return {
    byZone: (scope: Scope): ZoneGroup[] => {
      const { sql, params } = controllersIn(scope, 'p.controller');
      return db
        .prepare<
          unknown[],
          { vulnerability: string; zone: string; rank: number; severity: number; controllers: number }
        >(
          `select m.vulnerability, r.zone, min(y.rank) as rank,
             min(case m.severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end) as severity,
             count(distinct p.controller) as controllers
           from controller_part_identity p cross join controller_row r on r.controller = p.controller
           cross join controller_match m indexed by controller_match_load
             on m.identity = p.identity and m.verdict in ('affected', 'review') and m.until is null
           cross join controller_priority y on y.threat = m.threat and y.context = p.context
           where ${sql} and not exists (select 1 from controller_held h where h.identity = p.identity
             and h.vulnerability = m.vulnerability and h.controller = p.controller and h.until > ?)
           group by 1, 2`,
        )
        .all(...params, clock())
        .map(({ rank, severity, ...row }) => ({
          ...row,
          decision: DECISIONS[rank] ?? 'track',
          severity: SEVERITIES[severity] ?? 'unknown',
        }));
    },
    /** Of controllers in reach. */
    groups: (by: GroupBy, scope: Scope): ControllerGroup[] => {
      const { groups, versions, found } = read(by, scope);
      const byKey = new Map(found.map((row) => [keyOf(row.vendor, row.family), row]));
      const used = Map.groupBy(versions, ({ vendor, family }) => keyOf(vendor, family));
      return groups.map(({ vendor, family, controllers }) => {
        const key = keyOf(vendor, family);
        const held = byKey.get(key);
        return {
          vendor,
          family,
          controllers,
          versions: (used.get(key) ?? [])
            .slice(0, maxVersions)
            .map(({ firmware, controllers: n }) => ({ firmware, controllers: n })),
          advisories: held?.advisories ?? 0,
          affected: held?.affected ?? 0,
          review: held?.review ?? 0,
          worst: held?.worst === null || held === undefined ? null : (DECISIONS[held.worst] ?? null),
        };
      });
    },
  };
};
