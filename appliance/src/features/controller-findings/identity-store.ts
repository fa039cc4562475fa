import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import type { Database } from '../../platform/database.ts';
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
  matched_at: number | null;
};
type PartRow = { part: number; controller: number; part_key: string; identity: number; context: number; since: number };

const toHeld = ({ identity, matched_at, ...row }: IdentityRow): HeldIdentity => ({
  ...row,
  identity: decodeIdentity(identity),
  isWaiting: matched_at === null,
});

const COLUMNS = 'id, identity, product, build, label, digest, handles, matched_at';

/** Distinct identities, and which part has which: controller_identity, controller_part_identity and its log. */
export const identityStore = (db: Database) => {
  const find = db.prepare<[string], number>('select id from controller_identity where identity = ?').pluck();
  const add = db.prepare(
    `insert into controller_identity (identity, product, build, label, vendor, family, order_number, firmware)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const partsOf = db.prepare<[string], PartRow>(
    'select * from controller_part_identity where controller in (select value from json_each(?))',
  );
  const allParts = db.prepare<[], PartRow>('select * from controller_part_identity');
  const put = db.prepare(
    `insert into controller_part_identity (part, controller, part_key, identity, context, since) values (?, ?, ?, ?, ?, ?)
     on conflict (part) do update set controller = excluded.controller, part_key = excluded.part_key, identity = excluded.identity,
       context = excluded.context, since = excluded.since`,
  );
  const drop = db.prepare('delete from controller_part_identity where part = ?');
  const log = db.prepare(
    'insert or ignore into controller_part_identity_log (controller, part, identity, since, until) values (?, ?, ?, ?, ?)',
  );
  const inUse = db.prepare<[], IdentityRow>(
    `select ${COLUMNS} from controller_identity
     where id in (select identity from controller_part_identity) order by id`,
  );
  const waiting = db.prepare<[], IdentityRow>(
    `select ${COLUMNS} from controller_identity
     where matched_at is null and id in (select identity from controller_part_identity) order by id`,
  );
  const some = db.prepare<[string], IdentityRow>(
    `select ${COLUMNS} from controller_identity
     where id in (select value from json_each(?)) order by id`,
  );
  const used = db.prepare<[string], IdentityRow>(
    `select ${COLUMNS} from controller_identity
     where id in (select value from json_each(?)) and controllers > 0 order by id`,
  );
  const ofProduct = db.prepare<[string, string], IdentityRow>(
    `select ${COLUMNS} from controller_identity where product = ? and build = ?`,
  );
  const isWaiting = db.prepare<[], number>(
    `select exists (select 1 from controller_identity where matched_at is null and id in (select identity from controller_part_identity))`,
  );
  const matched = db.prepare('update controller_identity set matched_at = ?, digest = ? where id = ?');
  const clearDigests = db.prepare(
    "update controller_identity set digest = '' where id in (select value from json_each(?))",
  );
  const setHandles = db.prepare('update controller_identity set handles = ? where id = ?');
  const vendors = db.prepare<[], string>('select distinct vendor from controller_identity').pluck();
  const ofVendors = db.prepare<[string], { id: number; handles: string | null }>(
    `select id, handles from controller_identity
     where vendor in (select value from json_each(?)) and controllers > 0 and matched_at is not null order by id`,
  );
  const before = db.prepare<[number, number], number>(
    'select identity from controller_part_identity_log where part = ? and until = ?',
  );
  const partsWith = db.prepare<[number], { controller: number; part: number; since: number }>(
    'select controller, part, since from controller_part_identity where identity = ? order by controller, part',
  );
  const contexts = db
    .prepare<[number], number>('select distinct context from controller_part_identity where identity = ?')
    .pluck();
  const allContexts = db.prepare<[], { identity: number; context: number }>(
    'select distinct identity, context from controller_part_identity',
  );
  const count = db.prepare(
    `update controller_identity set controllers = (select count(distinct controller) from controller_part_identity p where p.identity = controller_identity.id)
     where id in (select value from json_each(?))`,
  );
  const rank = db.prepare(
    `update controller_match set rank = (select min(r.rank) from controller_part_identity p
       join controller_priority r on r.context = p.context and r.threat = controller_match.threat where p.identity = controller_match.identity)
     where until is null and identity in (select value from json_each(?))
       and exists (select 1 from controller_part_identity p where p.identity = controller_match.identity)`,
  );
  const unmatched = db.prepare(
    'update controller_identity set matched_at = null where id not in (select identity from controller_part_identity)',
  );

  const idOf = (identity: PartIdentity, known: Map<string, number>): number => {
    const text = encodeIdentity(identity);
    const held = known.get(text) ?? find.get(text);
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
        (controllers === undefined ? allParts.all() : partsOf.all(JSON.stringify(controllers))).map((row) => [
          row.part,
          row,
        ]),
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
        if (row !== undefined && !isSame) log.run(row.controller, row.part, row.identity, row.since, at);
        put.run(subject.part, subject.controller, subject.key, identity, context, isSame ? row.since : at);
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
        log.run(row.controller, row.part, row.identity, row.since, at);
        drop.run(row.part);
        touched.add(row.identity);
        changes.push({ controller: row.controller, part: row.part, before: row.identity, after: null });
      }
      if (touched.size > 0) {
        const ids = JSON.stringify([...touched]);
        count.run(ids);
        rank.run(ids);
      }
      return changes;
    },
    contexts: (identity: number): number[] => contexts.all(identity),
    /** What for parts are, by what they are. */
    allContexts: (): Map<number, number[]> => {
      const byIdentity = new Map<number, number[]>();
      for (const { identity, context } of allContexts.all()) {
        const held = byIdentity.get(identity);
        if (held === undefined) byIdentity.set(identity, [context]);
        else held.push(context);
      }
      return byIdentity;
    },
    /** As records spell them. */
    vendors: (): string[] => vendors.all(),
    /** Those of some vendors that were matched, and their handles. */
    ofVendors: (spelled: readonly string[]) => ofVendors.all(JSON.stringify(spelled)),
    setHandles: (id: number, handles: string): void => void setHandles.run(handles, id),
    inUse: (): HeldIdentity[] => inUse.all().map(toHeld),
    waiting: (): HeldIdentity[] => waiting.all().map(toHeld),
    some: (ids: readonly number[]): HeldIdentity[] => some.all(JSON.stringify(ids)).map(toHeld),
    /** Those of them that some controller has. */
    used: (ids: Iterable<number>): HeldIdentity[] => used.all(JSON.stringify([...ids])).map(toHeld),
    ofProduct: (product: string, build: string): HeldIdentity[] => ofProduct.all(product, build).map(toHeld),
    isWaiting: (): boolean => isWaiting.pluck().get() === 1,
    setMatched: (id: number, at: number, digest: string): void => {
      matched.run(at, digest, id);
    },
    clearDigests: (ids: readonly number[]): void => {
      clearDigests.run(JSON.stringify(ids));
    },
    /** Unused ones go: a returning one is matched with the data of that time. */
    forgetUnused: (): void => {
      unmatched.run();
    },
    /** What a part was just before `since`. */
    before: (part: number, since: number): number | undefined => before.pluck().get(part, since),
    partsWith: (identity: number) => partsWith.all(identity),
  };
};

export type IdentityStore = ReturnType<typeof identityStore>;
