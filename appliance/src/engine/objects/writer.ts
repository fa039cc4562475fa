import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { commitmentOf } from '../../platform/commitment.ts';
import { type Database, immediate, nowIn } from '../../platform/database.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import type { Personal } from '../../platform/personal.ts';
import { cleanLine } from '../../platform/text.ts';
import type { Changed } from '../changes/types.ts';
import type { EventService } from '../events/service.ts';
import { decodeBody, encodeBody, indexRows, personOf } from './codec.ts';
import type { objectEvents } from './events.ts';
import { accountPersons } from './person-store.ts';
import type { ObjectRow, ObjectStore } from './store.ts';
import {
  type Actor,
  actorRef,
  type Body,
  byWhom,
  type Kind,
  type KindField,
  type ObjectOperation,
  storedPersons,
  type WriteGuard,
} from './types.ts';
import { revisionCommitment } from './verify.ts';
import { writeReach } from './write-reach-queries.ts';

const eventOf = {
  create: 'object-created',
  update: 'object-changed',
  remove: 'object-removed',
  restore: 'object-restored',
  revert: 'object-reverted',
  import: 'object-changed',
} as const satisfies Record<ObjectOperation, keyof typeof objectEvents>;

type Write = {
  actor: Actor;
  kind: Kind;
  id: string;
  operation: ObjectOperation;
  comment: string | undefined;
  previous: ObjectRow | undefined;
  /** The decoded body with its secrets, for title and index. */
  body: Body;
  /** The stored form when it is taken over as it is. */
  stored?: string;
  deletedAt?: number | null;
};

/** A kind's title as listed; personal titles are not kept in the clear. */
const titleOf = (kind: Kind, body: Body): string | null => {
  const value = body[kind.title];
  const field = kind.fields[kind.title];
  return typeof value === 'string' && field !== undefined && !field.personal && field.type !== 'secret' ? value : null;
};

/** Kinds whose ids stand in lists, which are no references. */
const named: Readonly<Partial<Record<NonNullable<KindField['idOf']>, string>>> = {
  group: 'group',
  zone: 'controller-zone',
};

/** Writes a revision, the current row, its index, the audit entry and the event, in one transaction. */
export const objectWriter = (parts: {
  db: Database;
  personal: Personal;
  events: EventService;
  store: ObjectStore;
  kinds: readonly Kind[];
  changed: Changed;
  guard: ((kind: string) => WriteGuard | undefined) | undefined;
}) => {
  const { db, personal, events, store, kinds, changed, guard } = parts;
  const reach = writeReach(db);

  const persons = accountPersons({ db, blind: (address) => personal.blindIndex('person.address', address) });

  const references = (body: Body, kind: Kind): FieldErrors => {
    const faults: FieldErrors = {};
    for (const [name, field] of Object.entries(kind.fields)) {
      const id = body[name];
      if (field.type !== 'reference' || field.kind === undefined || typeof id !== 'string') continue;
      const target = store.byId(field.kind, id);
      if (target === undefined || target.deleted_at !== null) faults[name] = { key: 'validation.reference' };
    }
    return faults;
  };

  const taken = (kind: Kind, id: string, rows: ReturnType<typeof indexRows>): FieldErrors => {
    const faults: FieldErrors = {};
    for (const row of rows) {
      if (row.unique && store.byIndex(kind.name, row.field, row.value).some((other) => other !== id)) {
        faults[row.field] = { key: 'validation.taken' };
      }
    }
    return faults;
  };

  /** Throws IN_USE while a live object refers to this one, or has its id in a list. */
  const assertUnused = (kind: string, id: string): void => {
    for (const other of kinds) {
      for (const [name, field] of Object.entries(other.fields)) {
        const users =
          field.type === 'reference' && field.kind === kind
            ? store.byIndex(other.name, name, id)
            : field.idOf !== undefined && named[field.idOf] === kind
              ? store.naming(other.name, name, id)
              : [];
        if (users.length > 0)
          throw new AppError('IN_USE', `${other.name} ${users[0]} refers to it`, { kind: other.name, ids: users });
      }
    }
  };

  const write = (change: Write): ObjectRow =>
    immediate(db, () => {
      const { actor, kind, id, operation, previous, body } = change;
      reach.assert(actor, kind, id);
      const deletedAt = change.deletedAt ?? null;
      const held = previous === undefined || previous.deleted_at !== null ? undefined : previous.body;
      const before = held === undefined ? undefined : decodeBody(personal, kind, held);
      guard?.(kind.name)?.(actor, id, before, deletedAt === null ? body : undefined);
      const rows = deletedAt === null ? indexRows(personal, kind, body) : [];
      if (deletedAt === null) {
        const faults = {
          ...references(body, kind),
          ...reach.faults(actor, kind, before, body),
          ...taken(kind, id, rows),
        };
        if (Object.keys(faults).length > 0) throw invalid(faults);
      } else {
        assertUnused(kind.name, id);
      }
      const at = nowIn(db);
      const row: ObjectRow = {
        kind: kind.name,
        id,
        revision: (previous?.revision ?? 0) + 1,
        created_at: previous?.created_at ?? at,
        updated_at: at,
        deleted_at: deletedAt,
        title: titleOf(kind, body),
        body: change.stored ?? encodeBody(personal, kind, id, body),
      };
      const salt = Buffer.from(randomBytes(16));
      const behind = storedPersons(persons.personsBehind(actor));
      store.write(row);
      store.setIndex(kind.name, id, rows);
      store.addRevision({
        kind: kind.name,
        id,
        revision: row.revision,
        at,
        actor: actorRef(actor),
        persons: behind,
        from_address: actor.from ?? null,
        operation,
        comment: change.comment === undefined ? null : cleanLine(change.comment).slice(0, 1_000),
        salt,
        body: row.body,
      });
      events.append({
        at,
        actor: actorRef(actor),
        from: actor.from,
        operation,
        kind: kind.name,
        object: id,
        revision: row.revision,
        commitment: revisionCommitment({ salt, body: row.body, persons: behind }),
      });
      record(actor, eventOf[operation], kind.name, id, row.revision);
      persons.written(kind.name, id, deletedAt === null ? body : undefined, actor);
      changed('object', [{ kind: kind.name, id, body: deletedAt === null ? body : undefined, actor }]);
      return row;
    });

  const record = (
    actor: Actor,
    type: keyof typeof objectEvents,
    kind: string,
    object: string,
    revision: number,
  ): void => {
    events.record(type, {
      ...byWhom(actor),
      params: { kind, object, revision },
    });
  };

  /** An entry without a revision: something was destroyed. */
  const destroyed = (actor: Actor, operation: 'erase' | 'purge', kind: string, id: string): void => {
    events.append({
      at: nowIn(db),
      actor: actorRef(actor),
      from: actor.from,
      operation,
      kind,
      object: id,
      revision: 0,
      commitment: commitmentOf(randomBytes(16), operation),
    });
    record(actor, operation === 'erase' ? 'object-erased' : 'object-purged', kind, id, 0);
  };

  return {
    write,
    erase: (actor: Actor, kind: Kind, id: string, fields: readonly string[]): void => {
      immediate(db, () => {
        reach.assert(actor, kind, id);
        for (const field of fields) store.clearIndexField(kind.name, id, field);
        personal.erase(personOf(kind.name, id));
        destroyed(actor, 'erase', kind.name, id);
      });
      personal.destroyErased();
    },
    purge: (actor: Actor, kind: string, id: string): void => {
      immediate(db, () => {
        store.purge(kind, id);
        persons.purged(kind, id);
        personal.erase(personOf(kind, id));
        destroyed(actor, 'purge', kind, id);
      });
    },
  };
};
