import type { Database } from '../../platform/database.ts';
import { DECISIONS, type Decision } from '../vulnerabilities/types.ts';
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

const maxGroups = 2_000;
const maxVersions = 12;

const keyOf = (vendor: string, family: string): string => `${vendor}\0${family}`;

export const groupQueries = (db: Database) => {
  const familyOf: Readonly<Record<GroupBy, string>> = { family: 'i.family', vendor: "''" };
  const statements = (by: GroupBy) => ({
    groups: db.prepare<[], { vendor: string; family: string; controllers: number }>(
      `select i.vendor, ${familyOf[by]} as family, count(distinct p.controller) as controllers
       from controller_part_identity p cross join controller_identity i on i.id = p.identity group by 1, 2
       order by controllers desc, 1, 2 limit ${maxGroups}`,
    ),
    versions: db.prepare<[], { vendor: string; family: string; firmware: string; controllers: number }>(
      `select i.vendor, ${familyOf[by]} as family, i.firmware, count(distinct p.controller) as controllers
       from controller_part_identity p cross join controller_identity i on i.id = p.identity group by 1, 2, 3
       order by 1, 2, controllers desc, 3`,
    ),
    found: db.prepare<
      [],
      { vendor: string; family: string; advisories: number; affected: number; review: number; worst: number | null }
    >(
      `select i.vendor, ${familyOf[by]} as family, count(distinct m.document) as advisories,
         sum(m.verdict = 'affected') as affected, sum(m.verdict = 'review') as review,
         min(case m.verdict when 'affected' then m.rank end) as worst
       from controller_match m cross join controller_identity i on i.id = m.identity
       where m.until is null and m.verdict in ('affected', 'review') and i.controllers > 0 group by 1, 2`,
    ),
  });
  const prepared: Readonly<Record<GroupBy, ReturnType<typeof statements>>> = {
    family: statements('family'),
    vendor: statements('vendor'),
  };
  return {
    groups: (by: GroupBy): ControllerGroup[] => {
      const { groups, versions, found } = prepared[by];
      const byKey = new Map(found.all().map((row) => [keyOf(row.vendor, row.family), row]));
      const used = Map.groupBy(versions.all(), ({ vendor, family }) => keyOf(vendor, family));
      return groups.all().map(({ vendor, family, controllers }) => {
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
