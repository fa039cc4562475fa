import { type Database, immediate } from '../../../platform/database.ts';
import { decodeIdentity } from './identity.ts';
import type { HeldBack, Holding } from './types.ts';

// Which findings accepted risks and mitigations hold back (ADVISORIES 8): plc_held. Reads plc_match, plc_part_identity,
// plc_identity, plc_winner. It is worked out anew from what is in force; what is over holds nothing back at any moment.

type Candidate = {
  identity: number;
  vulnerability: string;
  plc: number;
  identity_json: string;
  label: string;
  vendor: string;
  firmware: string;
  zone: string | null;
};

type HeldRow = HeldBack & { readonly identity: number; readonly vulnerability: string; readonly plc: number };

/** What became of the findings of one measure. */
type HeldChange = {
  readonly measure: string;
  readonly name: string;
  readonly until: number;
  readonly held: number;
  /** Open, and held back by nothing any more. */
  readonly returned: number;
};

// An index in the order of vulnerabilities finds these; names of vulnerabilities are stored as documents write them.
const CANDIDATES = `
select distinct m.identity, m.vulnerability, p.plc, i.identity as identity_json, i.label, i.vendor, i.firmware,
  (select w.value from plc_part own join plc_winner w on w.part = own.id and w.field = 'zone'
   where own.plc = p.plc and own.sort = 'plc' order by w.side limit 1) as zone
from plc_match m cross join plc_part_identity p on p.identity = m.identity cross join plc_identity i on i.id = m.identity
where m.until is null and m.verdict <> 'not-affected' and m.vulnerability in (select value from json_each(?))`;

const keyOf = (row: { identity: number; vulnerability: string; plc: number }): string =>
  `${row.identity} ${row.vulnerability} ${row.plc}`;

export type HeldParts = {
  readonly db: Database;
  readonly holding: () => Holding;
  readonly publicId: (plc: number) => string;
  /** Names of a zone beside its id. */
  readonly zoneNames: (zone: string) => readonly string[];
  readonly clock: () => number;
};

export const heldStore = ({ db, holding, publicId, zoneNames, clock }: HeldParts) => {
  const candidates = db.prepare<[string], Candidate>(CANDIDATES);
  const all = db.prepare<[], HeldRow>('select * from plc_held');
  const put = db.prepare(
    `insert into plc_held (identity, vulnerability, plc, kind, measure, name, until)
     values (@identity, @vulnerability, @plc, @kind, @measure, @name, @until)
     on conflict do update set kind = excluded.kind, measure = excluded.measure, name = excluded.name, until = excluded.until`,
  );
  const drop = db.prepare('delete from plc_held where identity = ? and vulnerability = ? and plc = ?');
  const any = db.prepare<[number], number>('select exists (select 1 from plc_held where until > ?)').pluck();
  const of = db.prepare<[number, string, number], HeldBack & { plc: number }>(
    'select plc, kind, measure, name, until from plc_held where identity = ? and vulnerability = ? and until > ? order by plc',
  );
  const stillOpen = db
    .prepare<[number, string, number], number>(
      `select exists (select 1 from plc_match m join plc_part_identity p on p.identity = m.identity
       where m.identity = ? and m.vulnerability = ? and p.plc = ? and m.until is null and m.verdict <> 'not-affected')`,
    )
    .pluck();

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
    for (const row of candidates.all(JSON.stringify(names))) {
      const { model, productFamily, orderNumber } = decodeIdentity(row.identity_json);
      const found = measures.of({
        vulnerability: row.vulnerability,
        vendor: row.vendor || null,
        products: [row.label, model, productFamily, orderNumber].filter(
          (name) => name !== undefined && name !== '',
        ) as string[],
        version: row.firmware || null,
        plc: publicId(row.plc),
        zones: zonesOf(row.zone),
      });
      if (found === undefined || found.until <= now) continue;
      const { identity, vulnerability, plc } = row;
      held.set(keyOf(row), { identity, vulnerability, plc, ...found });
    }
    return held;
  };

  return {
    /** Whether anything is held back now. */
    any: (): boolean => any.get(clock()) === 1,
    of: (identity: number, vulnerability: string) => of.all(identity, vulnerability, clock()),
    /** Works out anew what is held back. Returns what changed of each measure, and of which controllers. */
    refresh: (): { changes: HeldChange[]; plcs: number[] } =>
      immediate(db, () => {
        const before = new Map(all.all().map((row) => [keyOf(row), row]));
        const now = heldNow();
        const changes = new Map<string, { -readonly [K in keyof HeldChange]: HeldChange[K] }>();
        const plcs = new Set<number>();
        const changeOf = ({ measure, name, until }: HeldRow) => {
          const held = changes.get(measure) ?? { measure, name, until, held: 0, returned: 0 };
          changes.set(measure, held);
          return held;
        };
        for (const [key, row] of now) {
          const old = before.get(key);
          before.delete(key);
          if (old?.measure === row.measure && old.until === row.until && old.name === row.name) continue;
          put.run(row);
          plcs.add(row.plc);
          if (old?.measure !== row.measure) changeOf(row).held += 1;
        }
        for (const row of before.values()) {
          drop.run(row.identity, row.vulnerability, row.plc);
          plcs.add(row.plc);
          if (stillOpen.get(row.identity, row.vulnerability, row.plc) === 1) changeOf(row).returned += 1;
        }
        return { changes: [...changes.values()].filter((one) => one.held + one.returned > 0), plcs: [...plcs] };
      }),
  };
};

export type HeldStore = ReturnType<typeof heldStore>;
