import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { buildOf, decodeIdentity, encodeIdentity, isMatchable, labelOf, nameOf, productOf } from './identity.ts';
import { encodeContext } from './priority.ts';
import type { Subject } from './types.ts';

/** A part that became another one, or came, or went (null). */
export type PartChange = {
  readonly controller: number;
  readonly part: number;
  readonly before: number | null;
  readonly after: number | null;
};

export type HeldIdentity = {
  readonly id: number;
  readonly identity: PartIdentity;
  readonly product: string;
  readonly build: string;
  readonly label: string;
  readonly digest: string;
  /** See handlesOfPart; null where they were not worked out. */
  readonly handles: string | null;
  /** A place in COVERAGE_STATES. */
  readonly coverage: number;
  /** Not matched yet, or not since it was last in use. */
  readonly isWaiting: boolean;
};

type IdentityRow = {
  id: number;
  identity: string;
  product: string;
  build: string;
  label: string;
  digest: string;
  handles: string | null;
  coverage: number;
  matched_at: number | null;
};
type PartRow = { part: number; controller: number; part_key: string; identity: number; context: number; since: number };

const toHeld = ({ identity, matched_at, ...row }: IdentityRow): HeldIdentity => ({
  ...row,
  identity: decodeIdentity(identity),
  isWaiting: matched_at === null,
});

const COLUMNS = 'id, identity, product, build, label, digest, handles, coverage, matched_at';

/** Distinct identities, and which part has which: controller_identity, controller_part_identity and its log. */
export const identityStore = (db: Database) => {
  const sql = statements(db);
  const find = sql.value<[string], number>('select id from controller_identity where identity = ?');
  const add = db.prepare(
    `insert into controller_identity (identity, product, build, label, vendor, family, order_number, firmware)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const partsOf = sql.all<[string], PartRow>(
    'select * from controller_part_identity where controller in (select value from json_each(?))',
  );
  const allParts = sql.all<[], PartRow>('select * from controller_part_identity');
  const put = sql.run(
    `insert into controller_part_identity (part, controller, part_key, identity, context, since) values (?, ?, ?, ?, ?, ?)
     on conflict (part) do update set controller = excluded.controller, part_key = excluded.part_key, identity = excluded.identity,
       context = excluded.context, since = excluded.since`,
  );
  const drop = sql.run('delete from controller_part_identity where part = ?');
  const log = sql.run(
    'insert or ignore into controller_part_identity_log (controller, part, identity, since, until) values (?, ?, ?, ?, ?)',
  );
  const used = sql.all<[string], IdentityRow>(
    `select ${COLUMNS} from controller_identity
     where id in (select value from json_each(?)) and controllers > 0 order by id`,
  );
  const isWaiting = db.prepare<[], number>(
    `select exists (select 1 from controller_identity where matched_at is null and id in (select identity from controller_part_identity))`,
  );
  const before = db.prepare<[number, number], number>(
    'select identity from controller_part_identity_log where part = ? and until = ?',
  );
  const allContexts = sql.all<[], { identity: number; context: number }>(
    'select distinct identity, context from controller_part_identity',
  );
  const count = sql.run(
    `update controller_identity set controllers = (select count(distinct controller) from controller_part_identity p where p.identity = controller_identity.id)
     where id in (select value from json_each(?))`,
  );
  const rank = sql.run(
    `update controller_match set rank = (select min(r.rank) from controller_part_identity p
       join controller_priority r on r.context = p.context and r.threat = controller_match.threat where p.identity = controller_match.identity)
     where until is null and identity in (select value from json_each(?))
       and exists (select 1 from controller_part_identity p where p.identity = controller_match.identity)`,
  );

  const idOf = (identity: PartIdentity, known: Map<string, number>): number => {
    const text = encodeIdentity(identity);
    const held = known.get(text) ?? find(text);
    if (held !== undefined) {
      known.set(text, held);
      return held;
    }
    const kept = decodeIdentity(text);
    const added = add.run(
      text,
      productOf(kept),
      buildOf(kept),
      labelOf(kept),
      kept.vendor ?? '',
      kept.productFamily ?? '',
      kept.orderNumber ?? kept.model ?? nameOf(kept),
      kept.firmware ?? '',
    );
    const id = Number(added.lastInsertRowid);
    known.set(text, id);
    return id;
  };

  return {
    /** Takes over what parts are now; `controllers` limits it to those controllers. In a transaction. */
    refresh: (subjects: Iterable<Subject>, at: number, controllers?: readonly number[]): PartChange[] => {
      const held = new Map(
        (controllers === undefined ? allParts() : partsOf(JSON.stringify(controllers))).map((row) => [row.part, row]),
      );
      const known = new Map<string, number>();
      const changes: PartChange[] = [];
      const touched = new Set<number>();
      for (const subject of subjects) {
        if (!isMatchable(subject.identity)) continue;
        const identity = idOf(subject.identity, known);
        const context = encodeContext(subject.context);
        const row = held.get(subject.part);
        held.delete(subject.part);
        const isSame = row?.identity === identity;
        if (isSame && row.context === context && row.controller === subject.controller && row.part_key === subject.key)
          continue;
        if (row !== undefined && !isSame) log(row.controller, row.part, row.identity, row.since, at);
        put(subject.part, subject.controller, subject.key, identity, context, isSame ? row.since : at);
        touched.add(identity);
        if (row !== undefined) touched.add(row.identity);
        if (!isSame)
          changes.push({
            controller: subject.controller,
            part: subject.part,
            before: row?.identity ?? null,
            after: identity,
          });
      }
      for (const row of held.values()) {
        log(row.controller, row.part, row.identity, row.since, at);
        drop(row.part);
        touched.add(row.identity);
        changes.push({ controller: row.controller, part: row.part, before: row.identity, after: null });
      }
      if (touched.size > 0) {
        const ids = JSON.stringify([...touched]);
        count(ids);
        rank(ids);
      }
      return changes;
    },
    contexts: sql.values<[identity: number], number>(
      'select distinct context from controller_part_identity where identity = ?',
    ),
    /** What for parts are, by what they are. */
    allContexts: (): Map<number, number[]> => {
      const byIdentity = new Map<number, number[]>();
      for (const { identity, context } of allContexts()) {
        const held = byIdentity.get(identity);
        if (held === undefined) byIdentity.set(identity, [context]);
        else held.push(context);
      }
      return byIdentity;
    },
    /** As records spell them. */
    vendors: sql.values<[], string>('select distinct vendor from controller_identity'),
    /** Those of some vendors that were matched, and their handles. */
    ofVendors: sql.all<[spelled: readonly string[]], { id: number; handles: string | null }>(
      `select id, handles from controller_identity
     where vendor in (select value from json_each(?)) and controllers > 0 and matched_at is not null order by id`,
    ),
    setHandles: sql.run<[id: number, handles: string]>('update controller_identity set handles = ?2 where id = ?1'),
    setCoverage: sql.run<[id: number, coverage: number]>('update controller_identity set coverage = ?2 where id = ?1'),
    inUse: sql.all<[], IdentityRow, HeldIdentity>(
      `select ${COLUMNS} from controller_identity
     where id in (select identity from controller_part_identity) order by id`,
      toHeld,
    ),
    waiting: sql.all<[], IdentityRow, HeldIdentity>(
      `select ${COLUMNS} from controller_identity
     where matched_at is null and id in (select identity from controller_part_identity) order by id`,
      toHeld,
    ),
    some: sql.all<[ids: readonly number[]], IdentityRow, HeldIdentity>(
      `select ${COLUMNS} from controller_identity
     where id in (select value from json_each(?)) order by id`,
      toHeld,
    ),
    /** Those of them that some controller has. */
    used: (ids: Iterable<number>): HeldIdentity[] => used(JSON.stringify([...ids])).map(toHeld),
    ofProduct: sql.all<[product: string, build: string], IdentityRow, HeldIdentity>(
      `select ${COLUMNS} from controller_identity where product = ? and build = ?`,
      toHeld,
    ),
    isWaiting: (): boolean => isWaiting.pluck().get() === 1,
    setMatched: sql.run<[id: number, at: number, digest: string]>(
      'update controller_identity set matched_at = ?2, digest = ?3 where id = ?1',
    ),
    clearDigests: sql.run<[ids: readonly number[]]>(
      "update controller_identity set digest = '' where id in (select value from json_each(?))",
    ),
    /** Unused ones go: a returning one is matched with the data of that time. */
    forgetUnused: sql.run<[]>(
      'update controller_identity set matched_at = null where id not in (select identity from controller_part_identity)',
    ),
    /** What a part was just before `since`. */
    before: (part: number, since: number): number | undefined => before.pluck().get(part, since),
    partsWith: sql.all<[identity: number], { controller: number; part: number; since: number }>(
      'select controller, part, since from controller_part_identity where identity = ? order by controller, part',
    ),
  };
};

export type IdentityStore = ReturnType<typeof identityStore>;
