import type { ObjectService } from '../../engine/objects/service.ts';
import { type Body, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { digestsOf, type FieldDigests, idDigest, type Keyed, maxDigestBytes, packRows, unpackRows } from './digests.ts';
import type { RollbackStore } from './store.ts';
import type { DigestsDelta, KindDigests, ReturnLine } from './types.ts';

// After a return to an older database each guarded field of each living object is compared with the digest that the witness
// holds; one that differs goes to its strict side. Which fields are guarded and which side is strict, the kinds declare.

type Digests = Readonly<Record<string, KindDigests>>;

type Compared = {
  compared: number;
  uncompared: string[];
  lines: ReturnLine[];
  lost: Record<string, number>;
  failed: string[];
};

const comment = 'return to an older state of the database';

/** Digests of objects, kept and compared. */
export function objectDigests(parts: { db: Database; objects: ObjectService; store: RollbackStore; keyed: Keyed }) {
  const { db, objects, store, keyed } = parts;

  const guardedKinds = () =>
    objects
      .kinds()
      .map((kind) => ({ kind, fields: objects.guarded(kind.name) }))
      .filter(({ fields }) => fields.length > 0);

  /** Kinds that were left out when all was written last, because of their size. */
  let leftOut: ReadonlySet<string> = new Set();

  const rowOf = (name: string, id: string, fields: readonly string[]): FieldDigests | undefined => {
    const found = objects.ofAnyKind.find(name, id, { secrets: true });
    return found && digestsOf(keyed, objects.kind(name), id, found.body, fields);
  };

  /** All of a kind, or what is held with the objects that were written since. */
  const rowsOf = (
    name: string,
    fields: readonly string[],
    held: KindDigests | undefined,
    written: readonly string[],
  ): Map<string, FieldDigests> => {
    const rows = held === undefined ? new Map<string, FieldDigests>() : unpackRows(held);
    for (const id of held === undefined ? store.living(name) : written) {
      const row = rowOf(name, id, fields);
      if (row === undefined) rows.delete(idDigest(keyed, name, id));
      else rows.set(idDigest(keyed, name, id), row);
    }
    return rows;
  };

  /**
   * The digests as of an entry, the newest one: from those that are held and what was written since. Of a kind that this
   * process does not know, and whose objects it does not write, they stay as they are.
   */
  const after = (held: Digests, entry: number): Record<string, KindDigests> => {
    const usable = ({ name }: { name: string }, fields: readonly string[]): KindDigests | undefined =>
      held[name]?.fields.join() === fields.join() ? held[name] : undefined;
    const kinds = guardedKinds().map(({ kind, fields }) => ({ name: kind.name, fields, held: usable(kind, fields) }));
    const from = Math.min(entry, ...kinds.flatMap((one) => (one.held === undefined ? [] : [one.held.entry])));
    const written = Map.groupBy(store.written(from), ({ kind }) => kind);
    const made: Record<string, KindDigests> = {};
    for (const { name, fields, held: before } of kinds) {
      const ids = (written.get(name) ?? []).map(({ object }) => object);
      const rows =
        before !== undefined && ids.length === 0 ? before.rows : packRows(fields, rowsOf(name, fields, before, ids));
      made[name] = { entry, fields: [...fields], rows };
    }
    const others = Object.entries(held).filter(([name]) => !(name in made));
    let bytes = others.reduce((sum, [, { rows }]) => sum + rows.length, 0);
    const kept = Object.entries(made)
      .sort(([, a], [, b]) => a.rows.length - b.rows.length)
      .filter(([, { rows }]) => {
        bytes += rows.length;
        return bytes <= maxDigestBytes;
      });
    const names = new Set(kept.map(([name]) => name));
    leftOut = new Set(Object.keys(made).filter((name) => !names.has(name)));
    return Object.fromEntries([...others, ...kept]);
  };

  /** What was written since digests with these fields, each as of an entry; undefined where they are to be made anew. */
  const changedSince = (
    held: Readonly<Record<string, Pick<KindDigests, 'fields' | 'entry'>>>,
  ): DigestsDelta | undefined => {
    const kinds = guardedKinds().filter(({ kind }) => !leftOut.has(kind.name));
    if (kinds.some(({ kind, fields }) => held[kind.name]?.fields.join() !== fields.join())) return undefined;
    const known = new Set(kinds.map(({ kind }) => kind.name));
    const from = Math.min(...kinds.map(({ kind }) => held[kind.name]?.entry ?? 0));
    const written = Map.groupBy(store.written(from), ({ kind }) => kind);
    const changed: DigestsDelta['changed'] = {};
    for (const { kind, fields } of kinds) {
      const rows = new Map<string, FieldDigests>();
      const gone: string[] = [];
      for (const { object: id } of written.get(kind.name) ?? []) {
        const row = rowOf(kind.name, id, fields);
        if (row === undefined) gone.push(idDigest(keyed, kind.name, id));
        else rows.set(idDigest(keyed, kind.name, id), row);
      }
      if (rows.size + gone.length > 0) changed[kind.name] = { rows: packRows(fields, rows), gone };
    }
    return { others: Object.keys(held).filter((name) => !known.has(name)), changed };
  };

  /** Whether they have the guarded fields of every kind that this process knows. */
  const isCurrent = (held: Digests): boolean =>
    guardedKinds().every(({ kind, fields }) => held[kind.name]?.fields.join() === fields.join());

  const remove = (kind: string, id: string): void => objects.ofAnyKind.remove(systemActor, kind, id, { comment });

  /** A setting whose default is not its strict side says so itself. */
  const strictSetting = (name: string): Body | undefined => {
    const value = objects.settings().find(({ setting }) => setting.name === name)?.setting.strict;
    return value === undefined ? undefined : { value, waiting: null };
  };

  const write = (kind: string, id: string, side: Body | 'remove'): boolean => {
    const body = kind === 'setting' ? (strictSetting(id) ?? side) : side;
    // What was lost is gone already.
    if (body === 'remove' && objects.ofAnyKind.find(kind, id) === undefined) return false;
    if (body === 'remove') remove(kind, id);
    else objects.ofAnyKind.put(systemActor, kind, id, body, { comment });
    return body === 'remove';
  };

  /** Writes the strict side; where the object does not take it, that of the kind alone, and at last it goes. */
  const makeStrict = (kind: string, id: string, fields: readonly string[]): boolean => {
    const { strict } = objects.kind(kind);
    const ways = [objects.strictSide(kind, fields), ...(strict === undefined ? [] : [strict]), 'remove' as const];
    let failure: unknown;
    for (const way of ways)
      try {
        return immediate(db, () => write(kind, id, way));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failure ??= error;
      }
    throw failure;
  };

  /** Ids that an object of a kind can have which is not there; of others it is not known which object was lost. */
  const subjects: Readonly<Record<string, () => readonly string[]>> = {
    setting: () => objects.settings().map(({ setting }) => setting.name),
    'controller-query-policy': store.controllers,
    'controller-record': store.controllers,
    'controller-decision': store.controllers,
  };

  /**
   * Compares the database with what the witness had seen up to an entry, and makes strict what differs. `ended`: ids of objects
   * by kind that this return deleted before; they are not lost.
   */
  const compare = (held: Digests, upTo: number, ended: Readonly<Record<string, readonly string[]>> = {}): Compared => {
    const outcome: Compared = { compared: 0, uncompared: [], lines: [], lost: {}, failed: [] };
    const act = (kind: string, id: string, fields: readonly string[], was: ReturnLine['was']): void => {
      try {
        outcome.lines.push({ kind, id, fields: [...fields], was, isRemoved: makeStrict(kind, id, fields) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        outcome.failed.push(`${kind} ${id}: ${error.code}`);
      }
    };
    for (const { kind, fields } of guardedKinds()) {
      const { name } = kind;
      const section = held[name];
      if (section === undefined || section.entry < upTo || fields.some((field) => !section.fields.includes(field)))
        outcome.uncompared.push(name);
      if (section === undefined) continue;
      const seen = unpackRows(section);
      const known = fields.filter((field) => section.fields.includes(field));
      for (const id of store.living(name)) {
        const digest = idDigest(keyed, name, id);
        const row = seen.get(digest);
        seen.delete(digest);
        outcome.compared += 1;
        if (row === undefined) {
          act(name, id, fields, 'deleted');
          continue;
        }
        const is = rowOf(name, id, known) ?? new Map<string, string>();
        const differing = known.filter((field) => row.get(field) !== is.get(field));
        if (differing.length > 0) act(name, id, differing, 'changed');
      }
      for (const id of subjects[name]?.() ?? []) {
        const digest = idDigest(keyed, name, id);
        const row = seen.get(digest);
        if (row === undefined) continue;
        seen.delete(digest);
        act(name, id, [...row.keys()], 'lost');
      }
      for (const id of ended[name] ?? []) seen.delete(idDigest(keyed, name, id));
      if (seen.size > 0) outcome.lost[name] = seen.size;
    }
    return outcome;
  };

  return { after, changedSince, compare, isCurrent };
}
