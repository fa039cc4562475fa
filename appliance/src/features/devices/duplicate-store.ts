import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import type { DuplicatePair, DuplicateReason } from './types.ts';

// Records that may be one device: they share something that one device has alone. Nothing here decides.

/** A value that more records share tells nothing: a docking station's address, a serial that the maker never filled in. */
const maxSharing = 8;
const maxValues = 2_000;
const maxPairs = 1_000;

/** What makes a pair likely, the surest first. */
const strength: readonly DuplicateReason[] = ['uuid', 'serial', 'mac', 'resembles', 'dns'];

type Shared = { value: string; devices: string };

/** Where the values of each reason stand. */
const sources: ReadonlyArray<readonly [why: DuplicateReason, column: string, from: string]> = [
  ['uuid', 'uuid', 'device where uuid is not null'],
  ['serial', 'serial', 'device where serial is not null'],
  ['mac', 'mac', '(select mac, device as id from device_mac) where true'],
  ['dns', 'value', `(select value, device as id from device_hint where kind = 'dns') where true`],
];

/** Values that two records share and that are not noted as shared. */
export const verifySharedValues = (db: Database): string[] =>
  sources.flatMap(([why, column, from]) =>
    db
      .prepare<[string], string>(
        `select '${why} ' || shared || ' is shared, and not noted so'
         from (select ${column} as shared from ${from} group by ${column} having count(*) > 1)
         where shared not in (select value from shared_value where why = ?) limit 20`,
      )
      .pluck()
      .all(why),
  );

/** Finds pairs of records that share hardware or a full name. */
export const duplicateFinder = (db: Database) => {
  const sql = statements(db);
  /** What devices in reach share among themselves, and what one of them looked like as it came. */
  const foundIn = (scope: Scope) => {
    const { sql, params } = devicesIn(scope, 'id');
    const sharing = (why: DuplicateReason, column: string, from: string): Shared[] =>
      db
        .prepare<unknown[], Shared>(
          // What was shared once: who has it now is looked up.
          `select value, devices from (select s.value as value, (select json_group_array(id) from
             (select id from ${from} and ${column} = s.value and ${sql} limit ${maxSharing + 1})) as devices
             from shared_value s where s.why = ?)
           where json_array_length(devices) between 2 and ${maxSharing} limit ${maxValues}`,
        )
        .all(...params, why);
    const other = devicesIn(scope, 'resembles');
    return {
      shared: sources.map(([why, column, from]) => [why, sharing(why, column, from)] as const),
      resembling: db
        .prepare<unknown[], { one: number; two: number }>(
          `select resembles as one, id as two from device
           where resembles is not null and state in ('pending', 'held') and ${sql} and ${other.sql} limit ?`,
        )
        .all(...params, ...other.params, maxPairs),
    };
  };
  const usable = sql.values<[string], number>(
    `select id from device where id in (select value from json_each(?)) and state <> 'revoked' and kind <> 'directory'`,
  );
  const distinct = sql.all<[], { one: number; two: number }>('select one, two from device_distinct');
  const setDistinct = sql.run<[number, number, number, string]>(
    'insert into device_distinct (one, two, at, actor) values (?, ?, ?, ?) on conflict do nothing',
  );

  return {
    /** Pairs of which both are in reach. */
    pairs: (scope: Scope): DuplicatePair[] => {
      const found = new Map<string, DuplicatePair>();
      const decided = new Set(distinct().map(({ one, two }) => `${one} ${two}`));
      const add = (a: number, b: number, why: DuplicateReason, value: string | null): void => {
        const [one, two] = a < b ? [a, b] : [b, a];
        const key = `${one} ${two}`;
        if (one === two || decided.has(key)) return;
        const pair = found.get(key) ?? { one, two, why: [] };
        if (!found.has(key) && found.size >= maxPairs) return;
        const known = pair.why.find(({ reason }) => reason === why);
        if (known === undefined) pair.why.push({ reason: why, values: value === null ? [] : [value] });
        else if (value !== null) known.values.push(value);
        found.set(key, pair);
      };
      const { shared, resembling } = foundIn(scope);
      for (const { one, two } of resembling) add(one, two, 'resembles', null);
      for (const [reason, values] of shared) {
        for (const { value, devices } of values) {
          const ids = JSON.parse(devices) as number[];
          ids.forEach((a, at) => {
            for (const b of ids.slice(at + 1)) add(a, b, reason, value);
          });
        }
      }
      const ids = [...new Set([...found.values()].flatMap(({ one, two }) => [one, two]))];
      const present = new Set(usable(JSON.stringify(ids)));
      const rank = ({ why }: DuplicatePair): number => Math.min(...why.map(({ reason }) => strength.indexOf(reason)));
      return [...found.values()]
        .filter(({ one, two }) => present.has(one) && present.has(two))
        .map((pair) => ({
          ...pair,
          why: pair.why.toSorted((a, b) => strength.indexOf(a.reason) - strength.indexOf(b.reason)),
        }))
        .sort((a, b) => rank(a) - rank(b) || b.why.length - a.why.length || a.one - b.one || a.two - b.two);
    },
    /** Forgets values that records shared once and do not any more. */
    trim: (): void => {
      for (const [why, column, from] of sources)
        db.prepare<[string]>(
          `delete from shared_value where why = ? and
             (select count(*) from (select 1 from ${from} and ${column} = shared_value.value limit 2)) < 2`,
        ).run(why);
    },
    setDistinct: (a: number, b: number, at: number, actor: string): void =>
      setDistinct(Math.min(a, b), Math.max(a, b), at, actor),
  };
};
