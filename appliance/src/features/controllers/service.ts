import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { Changed, ObjectChanged } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { FactCollection } from '../../engine/inventory/types.ts';
import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  actorRef,
  asWriter,
  type Body,
  byWhom,
  requireRight,
  scopeOf,
  systemActor,
} from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError } from '../../platform/errors.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { atOnce, inSteps } from '../../platform/steps.ts';
import type { KeepProtected } from '../discovery/types.ts';
import { thinner } from './compact.ts';
import { customFaulty, customFields, recordsWith } from './custom.ts';
import { type Drift, driftOf } from './drift.ts';
import { effectiveKeeper } from './effective.ts';
import { decidedIn, decisionKind, enteredKeeper, enteredMerger, recordKind, recordRule } from './entered.ts';
import { enteredAgain } from './entered-again.ts';
import { factsView } from './facts-view.ts';
import { fieldTable } from './fields.ts';
import { finisher } from './finish.ts';
import { ingester } from './ingest.ts';
import type { ControllerMaps } from './maps.ts';
import { merger, type Proposal } from './merge.ts';
import { type MergeRow, mergeStore } from './merge-store.ts';
import { partsOf } from './parts.ts';
import { reacher } from './reacher.ts';
import { factsOfReading } from './reading-facts.ts';
import { reassigner } from './reassign.ts';
import { rebuilder } from './rebuild.ts';
import { recomputer } from './recompute.ts';
import { recordState } from './record-state.ts';
import { type ChangeRow, type ControllerRow, recordStore } from './record-store.ts';
import { requestQueries } from './request-queries.ts';
import { resolver } from './resolve.ts';
import { rowMaker } from './row.ts';
import { rowStore, toListed } from './row-store.ts';
import { readingStore, toBatch } from './store.ts';
import {
  type BatchType,
  type Controller,
  type ControllerDecision,
  type ControllerPart,
  type ControllersForExchange,
  type CustomField,
  type FieldTable,
  type ImportBatch,
  type IngestReadings,
  type IngestReadingsInSteps,
  type ListedController,
  labelOf,
  type PartFact,
} from './types.ts';
import { type Undone, undoer } from './undo.ts';
import { recordUpkeep } from './upkeep.ts';
import { verifyRecords } from './verify.ts';

type ControllerMerge = { id: number; keep: string; other: string; at: number; actor: string; undoneAt: number | null };

type ControllerProposal = { controller: string; label: string; kind: Proposal['kind']; value: string };

export type ControllerService = {
  table: FieldTable;
  collections: readonly FactCollection[];
  ingest: IngestReadings;
  ingestInSteps: IngestReadingsInSteps;
  /** Newest first; without types, all that files, captures and queries brought. */
  batches(query: { types?: readonly BatchType[]; before?: number; limit: number }): ImportBatch[];
  /** Throws NOT_FOUND. */
  batch(id: number): ImportBatch;
  /** Takes an import batch back as a whole; CONFLICT when it was before. `dryRun` only says what would go. */
  undo(actor: Actor, batch: number, options?: { dryRun?: boolean }): Undone;
  /** The same in many short transactions; cut off, it is brought to its end later. */
  undoInSteps(actor: Actor, batch: number): Promise<Undone>;
  /** Ends what was cut off: takings are taken back, undoings go on. Returns how many. */
  recover(): Promise<number>;
  /** Names of what is being taken or taken back in steps: until it ends, half of it shows. */
  underWay(): string[];
  /** After an upgrade: works out what is derived by today's maps, in many short transactions. Returns how many readings it concerned. */
  rebuild(signal?: AbortSignal): Promise<number>;
  /** By its public id; undefined for one that never was, or is out of reach. A merged record says what it became part of. */
  find(publicId: string, scope: Scope): Controller | undefined;
  /** Throws NOT_FOUND. */
  get(publicId: string, scope: Scope): Controller;
  byId(controller: number, scope: Scope): Controller | undefined;
  /** What lists show of records in reach by number, in that order; what is gone is left out. */
  listed(controllers: readonly number[], scope: Scope): ListedController[];
  /** Records in reach that may be the same as another one in reach. */
  proposing(scope: Scope): number[];
  /** Records in use of which what is here does not speak, or only in part, by their numbers. */
  unjudged(scope: Scope): ReadonlyMap<number, 'not-judged' | 'partly'>;
  /** How many they are in each zone that has some, and of how many nothing speaks at all; empty: without a zone. */
  unjudgedZones(scope: Scope): { zone: string; n: number; unspoken: number }[];
  /** The site's own fields. */
  customFields(): CustomField[];
  /** Public ids of the records whose fields of the site have these values, letter case aside. */
  recordsWith(wanted: ReadonlyMap<string, string>): string[];
  /** Every address in the record: of controllers, modules, interfaces; configured and observed. */
  addresses(): string[];
  /** Ids of records, rising, from the one after `after` on. */
  ids(after: number, limit: number): number[];
  parts(controller: number): ControllerPart[];
  label(controller: number): string;
  facts(controller: number): PartFact[];
  drift(controller: number): Drift[];
  changes(query: { controller?: number; before?: number; limit: number }): ChangeRow[];
  proposals(controller: number, scope: Scope): ControllerProposal[];
  /** The records in reach that took its place or whose place it took. */
  replacements(controller: number, scope: Scope): { old: string; fresh: string; address: string; at: number }[];
  merge(actor: Actor, keep: string, other: string): number;
  unmerge(actor: Actor, merge: number): void;
  merges(query: { before?: number; limit: number }): ControllerMerge[];
  mergesOf(controller: number, scope: Scope): ControllerMerge[];
  /** Two records are two controllers, whatever they share. */
  markDistinct(actor: Actor, one: string, two: string, reason?: string): void;
  /** Returns how many decisions are new. */
  decide(actor: Actor, publicIds: readonly string[], decision: ControllerDecision, reason?: string): number;
  /** What a person enters about a controller that nothing spoke of yet. */
  create(actor: Actor, body: Body): Controller;
  edit(actor: Actor, publicId: string, patch: Body, options?: { expectedRevision?: number; comment?: string }): void;
  entered(publicId: string): { body: Body; revision: number };
  /** Archives what was not heard for the days of the setting; how many. */
  archiveIdle(): number;
  trim(): number;
  /** What in effectiveValues, keys and rows is not what the facts give. */
  verify(): string[];
  counts(): { collection: string; rows: number }[];
  /** What the exchange asks for. */
  exchange: ControllersForExchange;
};

type ControllerParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  collections: readonly FactCollection[];
  maps: ControllerMaps;
  changed: Changed;
  /** Told which addresses no record has any more. */
  keepProtected: KeepProtected;
  clock?: () => number;
};

const maxDecided = 100_000;
/** Who takes or undoes in steps says so with each of them; after so long without a word it was cut off. */
const leaseMs = 30_000;
const fileTypes: readonly BatchType[] = ['csv', 'aml', 'l5x', 'aas', 'capture', 'identification', 'agent', 'approval'];

class Trial extends Error {
  readonly undone: Undone;
  constructor(undone: Undone) {
    super('trial');
    this.undone = undone;
  }
}

const newPublicId = (): string => `controller-${Buffer.from(randomBytes(8)).toString('hex')}`;

/** The record of controllers (OT 2), with what the object engine must call. */
export const controllerService = (
  parts: ControllerParts,
): {
  service: ControllerService;
  bodyRules: Readonly<Record<string, FurtherRule>>;
  written(change: ObjectChanged): void;
} => {
  const { db, objects, events, collections, maps, changed } = parts;
  const clock = parts.clock ?? nowMs;
  const table = fieldTable(collections);
  const store = readingStore(db);
  const records = recordStore(db);
  const merges = mergeStore(db);
  const rows = rowStore(db);
  const effectiveValues = effectiveKeeper(store, records, parts.keepProtected);
  const isApart = (one: number, two: number): boolean => merges.pair(one, two)?.same === 0;
  const state = recordState(store, records, isApart);
  const factsOf = factsOfReading(table, maps);
  const merging = merger({ store, records, merges, effectiveValues, state, entered: enteredMerger(objects), clock });
  const decided = decidedIn(objects);
  const row = rowMaker({
    store,
    records,
    rows,
    table,
    decided,
    proposals: (controller) => merging.proposalsOf(controller).length,
  });
  const finish = finisher({ events, records, rows, row, state, table, changed });
  const { ingest, ingestInSteps } = ingester({
    db,
    store,
    records,
    table,
    factsOf,
    resolver: resolver(records),
    effectiveValues,
    state,
    merger: merging,
    isApart,
    newPublicId,
    clock,
    derive: finish.deriveInSteps,
    finish: finish.taken,
    takeBack: async (actor, batch) => {
      immediate(db, () => store.markUndone(batch, clock(), actorRef(actor)));
      await inSteps(db, undo.run(actor, batch), { begin: () => store.markUndone(batch, clock(), actorRef(actor)) });
      immediate(db, () => store.removeBatch(batch));
    },
    recover: async () => void (await recover()),
  });
  const recompute = recomputer({
    store,
    records,
    merges,
    effectiveValues,
    state,
    reassign: reassigner({ store, records, merger: merging, apart: merges.apart, newPublicId, clock }),
    clock,
    isEntered: records.isEntered(
      objects.kinds().flatMap(({ name, key }) => (key === 'given' ? [name] : [])),
      objects
        .kinds()
        .flatMap(({ name: kind, fields }) =>
          Object.keys(fields).flatMap((field) => (fields[field]?.idOf === 'controller' ? [{ kind, field }] : [])),
        ),
    ),
  });
  const derive = (controllers: ReadonlySet<number>, removed: readonly { controller: number }[]): void => {
    for (const { controller } of removed) rows.remove(controller);
    finish.derive(controllers);
  };
  const undo = undoer({ store, records, state, recompute, clock, derive });
  const thin = thinner({ store, state });
  const keepEntered = enteredKeeper({
    store,
    records,
    table,
    factsOf,
    effectiveValues,
    state,
    clock,
    touch: (controllers) => finish.derive(new Set(controllers)),
  });
  const derivation = rebuilder({
    store,
    table,
    maps,
    state,
    recompute,
    derive,
    enteredAgain: enteredAgain({
      objects,
      keepEntered,
      hasFacts: (publicId) => store.newestOfPerson(records.byPublicId(publicId)?.id ?? 0) !== undefined,
    }),
  });

  const toController = (record: ControllerRow): Controller => {
    const listed = rows.one(record.id);
    return {
      id: record.id,
      publicId: record.public_id,
      state: record.state,
      decision: listed?.decision ?? 'unauthorised',
      createdAt: record.created_at,
      firstSeenAt: listed?.first_seen ?? null,
      lastSeenAt: listed?.last_seen ?? null,
      into: record.into_controller,
    };
  };
  const { isReached, assertStays, proposalsIn } = reacher({ records, state, proposalsOf: merging.proposalsOf });
  const find = (publicId: string, scope: Scope): Controller | undefined => {
    const record = records.byPublicId(publicId);
    return record === undefined || !isReached(record.id, scope) ? undefined : toController(record);
  };
  const get = (publicId: string, scope: Scope): Controller => {
    const found = find(publicId, scope);
    if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such controller');
    return found;
  };
  const publicIdOf = (controller: number): string => records.byId(controller)?.public_id ?? '';
  const label = (controller: number): string => labelOf(partsOf(records, controller)[0]) || publicIdOf(controller);
  const toMerge = (merge: MergeRow): ControllerMerge => ({
    id: merge.id,
    keep: publicIdOf(merge.keep),
    other: publicIdOf(merge.other),
    at: merge.at,
    actor: merge.actor,
    undoneAt: merge.undone_at,
  });
  const tellUndone = (actor: Actor, { batch: { id, name }, facts, removed }: Undone): void => {
    const params = { origin: id, name, facts, removed: removed.length };
    events.record('controller-origin-undone', { ...byWhom(actor), params });
  };

  const undoBatch: ControllerService['undo'] = (actor, batch, options = {}) => {
    requireRight(actor, 'controllers:write');
    try {
      return immediate(db, () => {
        undo.begin(actor, batch);
        const undone = atOnce(undo.run(actor, batch));
        if (options.dryRun === true) throw new Trial(undone);
        tellUndone(actor, undone);
        return undone;
      });
    } catch (error) {
      if (error instanceof Trial) return error.undone;
      throw error;
    }
  };

  const undoOn = (actor: Actor, batch: number): Promise<Undone> =>
    inSteps(db, undo.run(actor, batch), { begin: () => store.markUndone(batch, clock(), actorRef(actor)) });

  const undoInSteps: ControllerService['undoInSteps'] = async (actor, batch) => {
    requireRight(actor, 'controllers:write');
    immediate(db, () => undo.begin(actor, batch));
    const undone = await undoOn(actor, batch);
    immediate(db, () => tellUndone(actor, undone));
    return undone;
  };

  const recover = async (): Promise<number> => {
    const left = store.cutOff(clock() - leaseMs);
    for (const { id, state: was, summary } of left) {
      const undone = await undoOn(systemActor, id);
      // One that never came to its end has no summary, whether its taking or its taking back was cut off.
      const isPartial = was === 'taking' || (JSON.parse(summary) as { readings: number }).readings === 0;
      immediate(db, () => (isPartial ? store.removeBatch(id) : tellUndone(systemActor, undone)));
    }
    return left.length;
  };

  /** Not while something is taken or undone: both look at readings in the order of their coming. */
  const rebuild = async (signal?: AbortSignal): Promise<number> => {
    if (!derivation.isDue() || store.cutOff(Number.MAX_SAFE_INTEGER).length > 0) return 0;
    return inSteps(db, derivation.run(systemActor), signal === undefined ? {} : { signal });
  };

  const service: ControllerService = {
    table,
    collections,
    ingest,
    ingestInSteps,
    undoInSteps,
    recover,
    underWay: () => store.cutOff(Number.MAX_SAFE_INTEGER).map(({ name }) => name),
    rebuild,
    batches: ({ types = fileTypes, before = Number.MAX_SAFE_INTEGER, limit }) =>
      store.batches(types, before, limit).map(toBatch),
    batch: (id) => {
      const found = store.batch(id);
      if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such import batch');
      return toBatch(found);
    },
    undo: undoBatch,
    find,
    get,
    byId: (controller, scope) => {
      const record = records.byId(controller);
      return record === undefined || !isReached(controller, scope) ? undefined : toController(record);
    },
    customFields: () => customFields(objects),
    recordsWith: (wanted) => recordsWith(objects, wanted),
    ids: (after, limit) => records.ids(after, limit),
    addresses: records.allAddresses,
    listed: (controllers, scope) =>
      rows
        .some(records.reached(controllers, scope))
        .map(toListed)
        .map((one) =>
          scope.site || one.proposals === 0 ? one : { ...one, proposals: proposalsIn(one.id, scope).length },
        ),
    proposing: (scope) => rows.proposing(scope).filter((one) => scope.site || proposalsIn(one, scope).length > 0),
    unjudged: rows.unjudged,
    unjudgedZones: rows.unjudgedZones,
    parts: (controller) => partsOf(records, controller),
    label,
    facts: (controller) => factsView(store, records, controller),
    drift: (controller) => driftOf(table, partsOf(records, controller)),
    changes: ({ controller, before = Number.MAX_SAFE_INTEGER, limit }) => records.changes(controller, before, limit),
    proposals: (controller, scope) =>
      proposalsIn(controller, scope).map(({ other, kind, value }) => ({
        controller: publicIdOf(other),
        label: label(other),
        kind,
        value,
      })),
    replacements: (controller, scope) =>
      state
        .replacements(controller)
        .filter(({ old, fresh }) => records.reached([old, fresh], scope).length === 2)
        .map(({ old, fresh, address, at }) => ({ old: publicIdOf(old), fresh: publicIdOf(fresh), address, at })),
    merge: (actor, keep, other) =>
      immediate(db, () => {
        const scope = scopeOf(actor, 'controllers:write');
        const [kept, gone] = [get(keep, scope), get(other, scope)];
        const concerned = merging.join(asWriter(actor, 'controllers:write'), kept.id, gone.id, false);
        finish.derive(new Set(concerned));
        assertStays(kept.id, scope);
        const id = merges.ofKeep(kept.id)[0]?.id ?? 0;
        events.record('controller-merged', { ...byWhom(actor), params: { controller: keep, other, merge: id } });
        return id;
      }),
    unmerge: (actor, merge) =>
      immediate(db, () => {
        const scope = scopeOf(actor, 'controllers:write');
        const held = merges.byId(merge);
        if (held === undefined || records.reached([held.keep, held.other], scope).length < 2)
          throw new AppError('NOT_FOUND', 'there is no such merge');
        const concerned = merging.split(asWriter(actor, 'controllers:write'), merge);
        finish.derive(new Set(concerned));
        assertStays(held.keep, scope);
        assertStays(held.other, scope);
        const params = { controller: publicIdOf(held.keep), other: publicIdOf(held.other), merge };
        events.record('controller-unmerged', { ...byWhom(actor), params });
      }),
    merges: ({ before = Number.MAX_SAFE_INTEGER, limit }) => merges.list(before, limit).map(toMerge),
    mergesOf: (controller, scope) =>
      [...merges.ofKeep(controller), ...merges.ofOther(controller)]
        .filter(({ keep, other }) => records.reached([keep, other], scope).length === 2)
        .map(toMerge),
    markDistinct: (actor, one, two, reason) =>
      immediate(db, () => {
        const scope = scopeOf(actor, 'controllers:write');
        const [a, b] = [get(one, scope), get(two, scope)];
        if (a.id === b.id) throw new AppError('CONFLICT', 'these are not two controllers');
        merges.setPair(a.id, b.id, false, clock(), actorRef(actor), reason === undefined ? null : enteredLine(reason));
        finish.derive(new Set([a.id, b.id]));
        events.record('controller-apart', { ...byWhom(actor), params: { controller: one, other: two } });
      }),
    decide: (actor, publicIds, decision, reason) =>
      immediate(db, () => {
        if (publicIds.length > maxDecided) throw new AppError('TOO_LARGE', 'too many controllers at once');
        const scope = scopeOf(actor, 'controllers:write');
        let decisions = 0;
        for (const publicId of new Set(publicIds)) {
          const controller = get(publicId, scope);
          const held = objects.find(decisionKind, publicId);
          if (held?.body['decision'] === decision && (reason ?? '') === (held.body['reason'] ?? '')) continue;
          if (decision !== 'archived') records.setArchived(controller.id, null);
          objects.put(asWriter(actor, 'controllers:write'), decisionKind, publicId, {
            decision,
            reason: reason ?? null,
          });
          events.record('controller-decided', { ...byWhom(actor), params: { controller: publicId, decision } });
          decisions += 1;
        }
        return decisions;
      }),
    create: (actor, body) =>
      immediate(db, () => {
        const scope = scopeOf(actor, 'controllers:write');
        const publicId = newPublicId();
        objects.create(asWriter(actor, 'controllers:write'), recordKind, body, { id: publicId });
        const made = get(publicId, wholeSite('job'));
        assertStays(made.id, scope);
        return made;
      }),
    edit: (actor, publicId, patch, options = {}) =>
      immediate(db, () => {
        const scope = scopeOf(actor, 'controllers:write');
        const { id } = get(publicId, scope);
        const writer = asWriter(actor, 'controllers:write');
        const { expectedRevision, comment } = options;
        const note = comment === undefined ? {} : { comment };
        if (expectedRevision === undefined) objects.put(writer, recordKind, publicId, patch, note);
        else objects.update(writer, recordKind, publicId, patch, { ...note, expectedRevision });
        assertStays(id, scope);
      }),
    entered: (publicId) => {
      const held = objects.find(recordKind, publicId);
      return { body: held?.body ?? {}, revision: held?.revision ?? 0 };
    },
    ...recordUpkeep({ db, objects, events, records, rows, thin, table, publicIdOf, derive: finish.derive, clock }),
    verify: db.transaction(() => verifyRecords({ store, records, rows, row })),
    exchange: requestQueries(db),
    counts: () => collections.map(({ name, part }) => ({ collection: name, rows: records.countParts(part) })),
  };

  return {
    service,
    bodyRules: { [recordKind]: recordRule(table, customFaulty(objects)) },
    written: ({ kind, id, body, actor }) => {
      if (kind === recordKind) keepEntered(id, body, actor);
      if (kind !== decisionKind) return;
      const controller = records.byPublicId(id)?.id;
      if (controller !== undefined) finish.derive(new Set([controller]));
    },
  };
};
