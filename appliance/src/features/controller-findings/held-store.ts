import { type Database, immediate } from '../../platform/database.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { decodeIdentity, namesOf } from './identity.ts';
import type { HeldBack, Holding } from './types.ts';

// Which findings accepted risks and compensating controls hold back (ADVISORIES 8): controller_held. Reads controller_match, controller_part_identity,
// controller_identity, controller_effective. It is worked out anew from what is in force; what is over holds nothing back at any moment.

type Candidate = {
  identity: number;
  vulnerability: string;
  controller: number;
  identity_json: string;
  label: string;
  vendor: string;
  firmware: string;
  zone: string | null;
};

type HeldRow = HeldBack & { readonly identity: number; readonly vulnerability: string; readonly controller: number };

/** What became of the findings of one measure. */
type HeldChange = {
  readonly measure: string;
  readonly name: string;
  readonly until: number;
  readonly held: number;
  /** Open, and held back by nothing any more. */
  readonly returned: number;
};

/** The zone of the controller of a part, of rows p of controller_part_identity. */
export const ZONE_OF_PART = `(select w.value from controller_part own join controller_effective w on w.part = own.id and w.field = 'zone'
   where own.controller = p.controller and own.type = 'controller' order by w.side limit 1)`;

// An index in the order of vulnerabilities finds these; names of vulnerabilities are stored as documents write them.
const CANDIDATES = `
select distinct m.identity, m.vulnerability, p.controller, i.identity as identity_json, i.label, i.vendor, i.firmware,
  ${ZONE_OF_PART} as zone
from controller_match m cross join controller_part_identity p on p.identity = m.identity cross join controller_identity i on i.id = m.identity
where m.until is null and m.verdict <> 'not-affected' and m.vulnerability in (select value from json_each(?))`;

const keyOf = (row: { identity: number; vulnerability: string; controller: number }): string =>
  `${row.identity} ${row.vulnerability} ${row.controller}`;

export type HeldParts = {
  readonly db: Database;
  readonly holding: () => Holding;
  readonly publicId: (controller: number) => string;
  /** Names of a zone beside its id. */
  readonly zoneNames: (zone: string) => readonly string[];
  readonly clock: () => number;
};

export const heldStore = ({ db, holding, publicId, zoneNames, clock }: HeldParts) => {
  const sql = statements(db);
  const candidates = sql.all<[string], Candidate>(CANDIDATES);
  const all = sql.all<[], HeldRow>('select * from controller_held');
  const put = sql.run(
    `insert into controller_held (identity, vulnerability, controller, kind, measure, name, until)
     values (@identity, @vulnerability, @controller, @kind, @measure, @name, @until)
     on conflict do update set kind = excluded.kind, measure = excluded.measure, name = excluded.name, until = excluded.until`,
  );
  const drop = sql.run('delete from controller_held where identity = ? and vulnerability = ? and controller = ?');
  const any = sql.value<[number], number>('select exists (select 1 from controller_held where until > ?)');
  const of = (identity: number, vulnerability: string, scope: Scope): (HeldBack & { controller: number })[] => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], HeldBack & { controller: number }>(
        `select controller, kind, measure, name, until from controller_held
         where identity = ? and vulnerability = ? and until > ? and ${sql} order by controller`,
      )
      .all(identity, vulnerability, clock(), ...params);
  };
  const stillOpen = sql.value<[number, string, number], number>(
    `select exists (select 1 from controller_match m join controller_part_identity p on p.identity = m.identity
       where m.identity = ? and m.vulnerability = ? and p.controller = ? and m.until is null and m.verdict <> 'not-affected')`,
  );

  const heldNow = (): Map<string, HeldRow> => {
    const now = clock();
    const held = new Map<string, HeldRow>();
    const measures = holding();
    if (measures.vulnerabilities.length === 0) return held;
    const zones = new Map<string, readonly string[]>();
    const zonesOf = (zone: string | null): readonly string[] => {
      if (zone === null) return [];
      const known = zones.get(zone) ?? [zone, ...zoneNames(zone)];
      zones.set(zone, known);
      return known;
    };
    const names = [...new Set(measures.vulnerabilities.flatMap((name) => [name, name.toUpperCase()]))];
    for (const row of candidates(JSON.stringify(names))) {
      const found = measures.of({
        vulnerability: row.vulnerability,
        vendor: row.vendor || null,
        products: namesOf(row.label, decodeIdentity(row.identity_json)),
        version: row.firmware || null,
        controller: publicId(row.controller),
        zones: zonesOf(row.zone),
      });
      if (found === undefined || found.until <= now) continue;
      const { identity, vulnerability, controller } = row;
      held.set(keyOf(row), { identity, vulnerability, controller, ...found });
    }
    return held;
  };

  return {
    /** Whether anything is held back now. */
    any: (): boolean => any(clock()) === 1,
    /** On controllers in reach. */
    of,
    /** Works out anew what is held back. Returns what changed of each measure, and of which controllers. */
    refresh: (): { changes: HeldChange[]; controllers: number[] } =>
      immediate(db, () => {
        const before = new Map(all().map((row) => [keyOf(row), row]));
        const now = heldNow();
        const changes = new Map<string, { -readonly [K in keyof HeldChange]: HeldChange[K] }>();
        const controllers = new Set<number>();
        const changeOf = ({ measure, name, until }: HeldRow) => {
          const held = changes.get(measure) ?? { measure, name, until, held: 0, returned: 0 };
          changes.set(measure, held);
          return held;
        };
        for (const [key, row] of now) {
          const old = before.get(key);
          before.delete(key);
          if (old?.measure === row.measure && old.until === row.until && old.name === row.name) continue;
          put(row);
          controllers.add(row.controller);
          if (old?.measure !== row.measure) changeOf(row).held += 1;
        }
        for (const row of before.values()) {
          drop(row.identity, row.vulnerability, row.controller);
          controllers.add(row.controller);
          if (stillOpen(row.identity, row.vulnerability, row.controller) === 1) changeOf(row).returned += 1;
        }
        return {
          changes: [...changes.values()].filter((one) => one.held + one.returned > 0),
          controllers: [...controllers],
        };
      }),
  };
};

export type HeldStore = ReturnType<typeof heldStore>;
