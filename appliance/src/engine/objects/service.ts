import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { type Database, immediate, nowIn } from '../../platform/database.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { type FilterLanguage, filterLanguage } from '../../platform/filter/language.ts';
import type { Condition } from '../../platform/list/condition.ts';
import type { Personal } from '../../platform/personal.ts';
import type { Changed } from '../changes/types.ts';
import type { EventService } from '../events/service.ts';
import { decodeBody, indexValue, isUnset, protectedFields, sameBody } from './codec.ts';
import { objectVocabulary } from './field-queries.ts';
import { guardedFields, restoredBody, revertedBody, strictSide, withoutOldApproval } from './returns.ts';
import { bodySchema } from './schema.ts';
import { type SettingService, settingService, settingTable } from './setting-service.ts';
import { conditionOf, holding, type ObjectRow, objectStore, orderExpression, type RevisionRow } from './store.ts';
import { type AnyObjects, type TypedObjects, typedObjects } from './typed.ts';
import {
  type Actor,
  type Body,
  type ExportedObject,
  type FieldDiff,
  type Kind,
  type Obj,
  type ObjectPage,
  type ObjectQuery,
  type ReadOptions,
  type Revision,
  readPersons,
  type Setting,
  systemActor,
  type Tombstone,
  tombstoneMs,
  type WriteGuard,
} from './types.ts';
import { type RevisionFinding, verifyRevisions } from './verify.ts';
import { writeReach } from './write-reach-queries.ts';
import { objectWriter } from './writer.ts';

export type { ObjectOf } from './typed.ts';

/** The object engine: typed by the declarations where the code names a kind. */
export type ObjectService = TypedObjects & {
  ofAnyKind: AnyObjects;
  kinds(): readonly Kind[];
  /** Throws NOT_FOUND. */
  kind(name: string): Kind;
  /** The language that lists of a kind are asked in. */
  language(kind: string): FilterLanguage;
  revisions(kind: string, id: string): Revision[];
  diff(kind: string, id: string, from: number, to: number): FieldDiff[];
  tombstones(kind?: string): Tombstone[];
  /** Erases the personal and secret values of an object and of all its revisions, for ever. */
  erase(actor: Actor, kind: string, id: string): void;
  exportKind(kind: string): ExportedObject[];
  importKind(actor: Actor, objects: readonly ExportedObject[]): { created: number; updated: number };
  /** Final deletion of tombstones older than 90 days. */
  trim(): number;
  /** Fields of a kind that are not plain: something is taken away by them, or was used up (decision 082). */
  guarded(kind: string): readonly string[];
  /** What is written where these fields differ after a return to an older database. */
  strictSide(kind: string, fields: readonly string[]): Body | 'remove';
  /** Revisions that the audit chain does not vouch for. */
  verify(): RevisionFinding[];
} & SettingService;

/** A further check of a kind's body; returns what is wrong. */
type BodyRule = (id: string, body: Body) => FieldErrors;

/** A check by another feature, which may also put a body into the form in which it is kept. */
export type FurtherRule = (id: string, body: Body) => { faults: FieldErrors; body: Body };

type ObjectParts = {
  db: Database;
  personal: Personal;
  events: EventService;
  kinds: readonly Kind[];
  settings: readonly Setting[];
  changed: Changed;
  /** The features' own rule of a kind, if there is one. */
  further?: (kind: string) => FurtherRule | undefined;
  /** Asked before every write of a kind, if there is one. */
  guard?: (kind: string) => WriteGuard | undefined;
  /** A setting's default where it depends on the site. */
  defaultOf?: (setting: Setting) => Setting['default'];
};

const idPattern = /^[\x21-\x7e]{1,512}$/;
const maxPage = 10_000;

/** The object engine over its declarations. */
export const objectService = (parts: ObjectParts): ObjectService => {
  const { db, personal, events, kinds, settings, changed, further, guard } = parts;
  const defaultOf = parts.defaultOf ?? ((setting: Setting) => setting.default);
  const store = objectStore(db);
  const reach = writeReach(db);
  const writer = objectWriter({ db, personal, events, store, kinds, changed, guard });
  const table = settingTable(settings);
  const checks = new Map(kinds.map((kind) => [kind.name, { kind, check: bodySchema(kind) }]));

  const entryOf = (name: string) => {
    const found = checks.get(name);
    if (found === undefined) throw new AppError('NOT_FOUND', `there is no kind ${name}`);
    return found;
  };
  const kindOf = (name: string): Kind => entryOf(name).kind;

  // A group must not be inside itself, nor a zone.
  const treeRule =
    (kind: string, key: string): BodyRule =>
    (id, body) => {
      const seen = new Set([id]);
      for (let parent = body['parent']; typeof parent === 'string'; ) {
        if (seen.has(parent)) return { parent: { key } };
        seen.add(parent);
        const row = store.byId(kind, parent);
        parent = row === undefined ? undefined : decodeBody(personal, kindOf(kind), row.body)['parent'];
      }
      return {};
    };
  const rules: Readonly<Record<string, BodyRule>> = {
    group: treeRule('group', 'validation.cycle'),
    'controller-zone': treeRule('controller-zone', 'validation.zones.cycle'),
    setting: (id, body) =>
      isUnset(body) && body['waiting'] !== null && body['waiting'] !== undefined ? {} : table.faults(id, body['value']),
  };

  const ruled = (kind: string, id: string, given: Body): Body => {
    const { faults, body } = further?.(kind)?.(id, given) ?? { faults: {}, body: given };
    const all = { ...rules[kind]?.(id, given), ...kindOf(kind).check?.(given), ...faults };
    if (Object.keys(all).length > 0) throw invalid(all);
    return body;
  };

  const checked = (kind: string, id: string, body: Body): Body => {
    const result = entryOf(kind).check(body);
    if (!result.ok) throw invalid(result.fields);
    return ruled(kind, id, result.body);
  };

  /** INVALID for a field that would differ from what it was made with. */
  const assertKept = (kind: Kind, before: Body, after: Body): void => {
    const changed = Object.entries(kind.fields)
      .filter(([name, { immutable }]) => immutable === true && (before[name] ?? null) !== (after[name] ?? null))
      .map(([name]) => [name, { key: 'validation.immutable' }] as const);
    if (changed.length > 0) throw invalid(Object.fromEntries(changed));
  };

  const toObj = (row: ObjectRow, options: ReadOptions = {}): Obj => ({
    kind: row.kind,
    id: row.id,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...defined({ deletedAt: row.deleted_at ?? undefined }),
    body: decodeBody(personal, kindOf(row.kind), row.body, options.secrets ? { secrets: true } : {}),
  });

  const toRevision = (row: RevisionRow): Revision => ({
    kind: row.kind,
    id: row.id,
    revision: row.revision,
    at: row.at,
    actor: row.actor,
    persons: readPersons(row.persons),
    from: row.from_address,
    operation: row.operation as Revision['operation'],
    comment: row.comment,
    body: decodeBody(personal, kindOf(row.kind), row.body),
  });

  const live = (kind: string, id: string): ObjectRow => {
    kindOf(kind);
    const row = store.byId(kind, id);
    if (row === undefined || row.deleted_at !== null) throw new AppError('NOT_FOUND', `${kind} ${id} does not exist`);
    return row;
  };

  const newId = (kind: Kind, given: string | undefined): string => {
    if (kind.key === 'single') return 'single';
    if (kind.key === 'given' && given === undefined) throw new AppError('USAGE', `${kind.name} needs its key`);
    const id = given ?? Buffer.from(randomBytes(10)).toString('hex');
    if (!idPattern.test(id)) throw invalid({ id: { key: 'validation.format' } });
    return id;
  };

  const create: AnyObjects['create'] = (actor, name, body, options = {}) =>
    immediate(db, () => {
      const kind = kindOf(name);
      const id = newId(kind, options.id);
      reach.assert(actor, kind, id);
      const previous = store.byId(name, id);
      if (previous !== undefined)
        throw new AppError('EXISTS', `${name} ${id} exists${previous.deleted_at === null ? '' : ' as a tombstone'}`);
      const row = writer.write({
        actor,
        kind,
        id,
        operation: 'create',
        comment: options.comment,
        previous: undefined,
        body: checked(name, id, body),
      });
      return toObj(row);
    });

  const update: AnyObjects['update'] = (actor, name, id, patch, options = {}) =>
    immediate(db, () => {
      const kind = kindOf(name);
      reach.assert(actor, kind, id);
      const previous = live(name, id);
      if (options.expectedRevision !== undefined && options.expectedRevision !== previous.revision) {
        throw new AppError(
          'CONFLICT',
          `${name} ${id} is at revision ${previous.revision}, not ${options.expectedRevision}`,
          {
            revision: previous.revision,
          },
        );
      }
      const before = decodeBody(personal, kind, previous.body, { secrets: true });
      const body = withoutOldApproval(kind, before, checked(name, id, { ...before, ...patch }));
      assertKept(kind, before, body);
      // Saying again what is so makes no revision.
      if (sameBody(before, body)) return toObj(previous);
      return toObj(writer.write({ actor, kind, id, operation: 'update', comment: options.comment, previous, body }));
    });

  /** CONFLICT for what had ended. */
  const assertNotFinal = (kind: Kind, id: string): void => {
    if (kind.final === true) throw new AppError('CONFLICT', `${kind.name} ${id} has ended: make a new one`);
  };

  const bring = (
    operation: 'restore' | 'revert',
    actor: Actor,
    kind: Kind,
    previous: ObjectRow,
    stored: string,
    comment: string | undefined,
  ): Obj => {
    const before = decodeBody(personal, kind, previous.body, { secrets: true });
    const body = decodeBody(personal, kind, stored, { secrets: true });
    assertKept(kind, before, body);
    const result = entryOf(kind.name).check(body);
    if (!result.ok) throw invalid(result.fields);
    ruled(kind.name, previous.id, body);
    // What was left out has its default again.
    const back = withoutOldApproval(kind, before, result.body);
    const asStored = sameBody(back, body) ? { stored } : {};
    return toObj(writer.write({ actor, kind, id: previous.id, operation, comment, previous, body: back, ...asStored }));
  };

  const restore: AnyObjects['restore'] = (actor, name, id, options = {}) =>
    immediate(db, () => {
      const kind = kindOf(name);
      reach.assert(actor, kind, id);
      const previous = store.byId(name, id);
      if (previous === undefined) throw new AppError('NOT_FOUND', `${name} ${id} does not exist`);
      if (previous.deleted_at === null) return toObj(previous);
      assertNotFinal(kind, id);
      return bring('restore', actor, kind, previous, restoredBody(kind, previous.body), options.comment);
    });

  /** Written over what was deleted: made anew, beside the plain fields that it had. */
  const renew = (actor: Actor, previous: ObjectRow, patch: Body, comment: string | undefined): Obj => {
    const kind = kindOf(previous.kind);
    reach.assert(actor, kind, previous.id);
    assertNotFinal(kind, previous.id);
    const left = decodeBody(personal, kind, restoredBody(kind, previous.body, true), { secrets: true });
    const body = checked(kind.name, previous.id, { ...left, ...patch });
    return toObj(writer.write({ actor, kind, id: previous.id, operation: 'restore', comment, previous, body }));
  };

  const put: AnyObjects['put'] = (actor, name, id, patch, options = {}) =>
    immediate(db, () => {
      const held = store.byId(name, id);
      if (held === undefined) return create(actor, name, patch, { ...options, id });
      if (held.deleted_at !== null) return renew(actor, held, patch, options.comment);
      return update(actor, name, id, patch, options);
    });

  const find: AnyObjects['find'] = (name, id, options = {}) => {
    kindOf(name);
    const row = store.byId(name, id);
    return row === undefined || (row.deleted_at !== null && !options.deleted) ? undefined : toObj(row, options);
  };

  const diff: ObjectService['diff'] = (name, id, from, to) => {
    const kind = kindOf(name);
    const bodyAt = (number: number): Body => {
      const row = store.revision(name, id, number);
      if (row === undefined) throw new AppError('NOT_FOUND', `${name} ${id} has no revision ${number}`);
      return decodeBody(personal, kind, row.body, { secrets: true });
    };
    const before = bodyAt(from);
    const after = bodyAt(to);
    return Object.entries(kind.fields).flatMap(([field, spec]): FieldDiff[] => {
      if (JSON.stringify(before[field]) === JSON.stringify(after[field])) return [];
      if (spec.type === 'secret') return [{ field, before: null, after: null, secret: true }];
      return [{ field, before: before[field] ?? null, after: after[field] ?? null }];
    });
  };

  /** Personal values can only be found whole. */
  const searched = (kind: Kind, text: string): Condition => {
    const ids = protectedFields(kind)
      .filter((field) => kind.fields[field]?.indexed || kind.fields[field]?.unique)
      .flatMap((field) => store.byIndex(kind.name, field, indexValue(personal, kind, field, text)));
    const fields = Object.entries(kind.fields)
      .filter(([, { personal: isPersonal, type }]) => !isPersonal && ['text', 'multiline', 'choice'].includes(type))
      .map(([field]) => field);
    return holding({ text, ids, fields });
  };

  const vocabularyOf = (kind: Kind) => objectVocabulary(kind, (text) => searched(kind, text));

  const list = (query: ObjectQuery): ObjectPage => {
    const kind = kindOf(query.kind);
    const limit = Math.min(Math.max(1, query.limit), maxPage);
    const where = Object.entries(query.where ?? {}).map(([field, value]) => {
      const spec = kind.fields[field];
      if (spec === undefined) throw invalid({ [field]: { key: 'validation.unknownField' } });
      const indexed = spec.indexed === true || spec.unique === true || spec.type === 'reference';
      const scalar = typeof value === 'string' || typeof value === 'number';
      return conditionOf(kind.name, {
        field,
        value: scalar && indexed ? indexValue(personal, kind, field, value) : value,
        indexed: indexed && scalar,
      });
    });
    const sort = query.sort ?? 'title';
    const isColumn = ['title', 'createdAt', 'updatedAt', 'id'].includes(sort);
    if (!isColumn && (kind.fields[sort] === undefined || protectedFields(kind).includes(sort))) {
      throw invalid({ sort: { key: 'validation.choice' } });
    }
    const text = query.search?.trim();
    const { rows, ...page } = store.page({
      kind: kind.name,
      deleted: query.deleted ?? false,
      where: [
        ...where,
        ...(text ? [searched(kind, text)] : []),
        ...conditionsOf(query.filter, { vocabulary: vocabularyOf(kind), now: nowIn(db) }),
      ],
      order: { sql: orderExpression(sort), descending: query.descending ?? false },
      after: query.after,
      limit,
    });
    return { ...page, rows: rows.map((row) => toObj(row)) };
  };

  const remove: AnyObjects['remove'] = (actor, name, id, options = {}) => {
    immediate(db, () => {
      const kind = kindOf(name);
      reach.assert(actor, kind, id);
      const previous = live(name, id);
      writer.write({
        actor,
        kind,
        id,
        operation: 'remove',
        comment: options.comment,
        previous,
        body: decodeBody(personal, kind, previous.body),
        stored: previous.body,
        deletedAt: nowIn(db),
      });
    });
  };

  const ofAnyKind: AnyObjects = {
    create,
    update,
    put,
    remove,
    restore,
    revert: (actor, name, id, revision, options = {}) =>
      immediate(db, () => {
        const kind = kindOf(name);
        reach.assert(actor, kind, id);
        const previous = live(name, id);
        const old = store.revision(name, id, revision);
        if (old === undefined) throw new AppError('NOT_FOUND', `${name} ${id} has no revision ${revision}`);
        assertNotFinal(kind, id);
        return bring('revert', actor, kind, previous, revertedBody(kind, old.body, previous.body), options.comment);
      }),
    get: (name, id, options) => {
      const found = find(name, id, options);
      if (found === undefined) throw new AppError('NOT_FOUND', `${name} ${id} does not exist`);
      return found;
    },
    find,
    findBy: (name, field, value, options) => {
      const kind = kindOf(name);
      const spec = kind.fields[field];
      if (!spec?.indexed && !spec?.unique) throw new AppError('INTERNAL', `${name}.${field} is not indexed`);
      const [id] = store.byIndex(name, field, indexValue(personal, kind, field, value));
      return id === undefined ? undefined : find(name, id, options);
    },
    list,
  };

  return {
    ...typedObjects(ofAnyKind),
    ofAnyKind,
    kinds: () => kinds,
    kind: kindOf,
    language: (name) => filterLanguage({ vocabulary: vocabularyOf(kindOf(name)) }),
    revisions: (name, id) => {
      kindOf(name);
      return store.revisions(name, id).map(toRevision);
    },
    diff,
    tombstones: (name) =>
      store.tombstones(name).map((row) => ({
        kind: row.kind,
        id: row.id,
        title: row.title,
        revision: row.revision,
        deletedAt: row.deleted_at ?? 0,
        actor: row.actor,
      })),
    erase: (actor, name, id) => {
      const kind = kindOf(name);
      if (store.byId(name, id) === undefined) throw new AppError('NOT_FOUND', `${name} ${id} does not exist`);
      writer.erase(actor, kind, id, protectedFields(kind));
    },
    exportKind: (name) => {
      const exported: ExportedObject[] = [];
      for (let after: string | undefined; ; ) {
        const page = list({ kind: name, limit: maxPage, sort: 'id', ...defined({ after }) });
        exported.push(...page.rows.map(({ kind, id, revision, body }) => ({ kind, id, revision, body })));
        if (page.next === undefined) return exported;
        after = page.next;
      }
    },
    importKind: (actor, objects) =>
      immediate(db, () => {
        let created = 0;
        for (const { kind, id, body } of objects) {
          if (find(kind, id) === undefined) created += 1;
          put(actor, kind, id, body, { comment: 'import' });
        }
        return { created, updated: objects.length - created };
      }),
    trim: () => {
      const gone = store.expired(nowIn(db) - tombstoneMs);
      for (const { kind, id } of gone) writer.purge(systemActor, kind, id);
      return gone.length;
    },
    guarded: (name) => guardedFields(kindOf(name)),
    strictSide: (name, fields) => strictSide(kindOf(name), fields),
    verify: () => verifyRevisions(store, events),
    ...settingService(table, { defaultOf, rowOf: (name) => store.byId('setting', name), find, put, remove }),
  };
};
