import { createHash } from 'node:crypto';
import type { Reading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, type Body } from '../../engine/objects/types.ts';
import type { EffectiveKeeper } from './effective.ts';
import { scopeOf } from './ingest.ts';
import { emptySummary } from './ingest-result.ts';
import { keysOf, strengthOf } from './keys.ts';
import type { EnteredMerger } from './merge.ts';
import { normalise } from './normalise.ts';
import type { FactsOfReading } from './reading-facts.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { ReadingStore } from './store.ts';
import type { ControllerDecision, FieldTable } from './types.ts';

// What people enter lies in objects of the kinds controller-record and controller-decision, with revisions and audit, and becomes facts of
// people: the newest facts of an object count, older ones are history. What names a person stays in the object alone.

export const recordKind = 'controller-record';
export const decisionKind = 'controller-decision';

const notFacts: ReadonlySet<string> = new Set(['locks', 'custom']);

/** The locked fields of a record, with the reason. */
const locksOf = (body: Body): Map<string, string> =>
  new Map(
    (Array.isArray(body['locks']) ? body['locks'] : []).map((line) => {
      const [field = '', ...reason] = String(line).split(':');
      return [field.trim(), reason.join(':').trim()] as const;
    }),
  );

const textOf = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'number' ? String(value) : String(value ?? '');

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** A lock is of a field that was entered, and has a reason; values must be of their forms. */
export const recordRule =
  (table: FieldTable, customFaults: (body: Body) => boolean): FurtherRule =>
  (_id, body) => {
    const locks = [...locksOf(body)];
    const isRight = ([field, reason]: readonly [string, string]): boolean =>
      table.field('controller', field) !== undefined && !notFacts.has(field) && !isEmpty(body[field]) && reason !== '';
    const formless = Object.entries(body).filter(([name, value]) => {
      const field = table.field('controller', name);
      return field !== undefined && !isEmpty(value) && normalise(field, textOf(value)) === undefined;
    });
    return {
      faults: {
        ...(locks.every(isRight) ? {} : { locks: { key: 'validation.format' } }),
        ...(customFaults(body) ? { custom: { key: 'validation.format' } } : {}),
        ...Object.fromEntries(formless.map(([name]) => [name, { key: 'validation.format' }])),
      },
      body,
    };
  };

export const enteredKeeper = (parts: {
  store: ReadingStore;
  records: RecordStore;
  table: FieldTable;
  factsOf: FactsOfReading;
  effectiveValues: EffectiveKeeper;
  state: RecordState;
  clock: () => number;
  touch: (controllers: Iterable<number>) => void;
}) => {
  const { store, records, table, factsOf, effectiveValues, state, clock, touch } = parts;

  /** Called in the transaction of every write of a controller-record. */
  return (publicId: string, body: Body | undefined, actor: Actor): void => {
    const now = clock();
    const known = records.byPublicId(publicId)?.id;
    if (known === undefined && body === undefined) return;
    const controller = known ?? records.add(publicId, now);
    const items: ReadingFact[] = Object.entries(body ?? {}).flatMap(([field, value]) => {
      const declared = notFacts.has(field) ? undefined : table.field('controller', field);
      if (declared === undefined || declared.personal === true || isEmpty(value)) return [];
      return [{ field, value: textOf(value).slice(0, 1_024), raw: textOf(value).slice(0, 1_024) }];
    });
    const locked = locksOf(body ?? {});
    const content = createHash('sha256')
      .update(JSON.stringify([items, [...locked.keys()]]))
      .digest()
      .subarray(0, 16);
    const current = store.newestOfPerson(controller);
    if (current?.content.equals(content)) return;
    store.endPersons(controller);
    if (items.length > 0) {
      const reading: Reading = { observedAtMs: now, method: 'manual', source: 'person', facts: items, parts: [] };
      const { facts } = factsOf(reading, new Set(locked.keys()));
      const batch = { type: 'person' as const, name: publicId };
      const summary = { ...emptySummary(), readings: 1, changed: 1, facts: facts.length };
      const id = store.addBatch({
        ...batch,
        state: 'done',
        sha256: null,
        scope: scopeOf(batch),
        at: now,
        actor: actorRef(actor),
        summary,
      });
      const place = null;
      const row = {
        batch: id,
        controller,
        method: reading.method,
        source: reading.source,
        confidence: 1,
        place,
        pinned: 1,
      };
      const kept = store.addReading({ ...row, observedAt: now, content });
      for (const fact of facts) store.addFact(kept, fact);
      for (const key of keysOf(id, reading, facts).keys) records.addKey(key, controller, strengthOf[key.kind]);
    }
    for (const { type, key, field, side, before, after } of effectiveValues.again(controller, { actor, batch: null }))
      records.addChange({ controller, at: now, type, key, field, side, before, after, batch: null });
    state.reindex(controller);
    touch([controller]);
  };
};

type Filled = { kind: string; existed: boolean; fields: Record<string, { before: unknown; after: unknown }> };

/** What was entered about the other record fills what was not about the kept one; a merge that is undone takes it back. */
export const enteredMerger = (objects: ObjectService): EnteredMerger => {
  const merge = (actor: Actor, kind: string, keep: string, other: string): Filled => {
    const held = objects.ofAnyKind.find(kind, keep);
    const fields: Filled['fields'] = {};
    for (const [name, value] of Object.entries(objects.ofAnyKind.find(kind, other)?.body ?? {})) {
      const isPersonal = objects.kind(kind).fields[name]?.personal === true;
      // Personal values stay under the key of the record that they were entered for.
      if (isPersonal || isEmpty(value) || !isEmpty(held?.body[name])) continue;
      if (kind === decisionKind && held !== undefined) continue;
      fields[name] = { before: null, after: value };
    }
    if (Object.keys(fields).length > 0) {
      const patch = Object.fromEntries(Object.entries(fields).map(([name, { after }]) => [name, after]));
      objects.ofAnyKind.put(actor, kind, keep, patch);
    }
    return { kind, existed: held !== undefined, fields };
  };
  return {
    merge: (actor, keep, other) => [recordKind, decisionKind].map((kind) => merge(actor, kind, keep, other)),
    unmerge: (actor, keep, merged) => {
      for (const { kind, existed, fields } of merged as Filled[]) {
        const held = objects.ofAnyKind.find(kind, keep);
        if (held === undefined || Object.keys(fields).length === 0) continue;
        const back = Object.entries(fields).filter(
          ([name, { after }]) => JSON.stringify(held.body[name]) === JSON.stringify(after),
        );
        const patch = Object.fromEntries(back.map(([name, { before }]) => [name, before]));
        const leaves = Object.entries(held.body).some(([name, value]) => !(name in patch) && !isEmpty(value));
        if (existed || leaves) objects.ofAnyKind.put(actor, kind, keep, patch);
        else objects.ofAnyKind.remove(actor, kind, keep);
      }
    },
  };
};

/** What a person decided about a record, if anybody did. */
export const decidedIn =
  (objects: Pick<ObjectService, 'find'>) =>
  (publicId: string): ControllerDecision | undefined =>
    objects.find(decisionKind, publicId)?.body['decision'] as ControllerDecision | undefined;
