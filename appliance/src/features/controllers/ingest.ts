import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Reading, readingSchema } from '@sallyport/bundle-tools/controllers/reading';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { type Actor, actorRef, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { atOnce, inSteps } from '../../platform/steps.ts';
import { cleanLine } from '../../platform/text.ts';
import type { EffectiveChange, EffectiveKeeper } from './effective.ts';
import { changesOf, maxOutcomes, outcomeList } from './ingest-result.ts';
import { keysOf, strengthOf } from './keys.ts';
import type { Merger } from './merge.ts';
import { partsOf } from './parts.ts';
import { compareFacts } from './rank.ts';
import type { FactsOfReading, NewFact } from './reading-facts.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { Resolution, Resolver } from './resolve.ts';
import type { FactRow, ReadingStore } from './store.ts';
import {
  type BatchType,
  type ControllerSide,
  type FieldTable,
  type IngestOptions,
  type IngestReadings,
  type IngestReadingsInSteps,
  type IngestResult,
  labelOf,
  type NewImportBatch,
  type ReadingOutcome,
} from './types.ts';

// Takes what a source says (OT 2): each reading finds its record or makes one, its facts are appended, and effectiveValues follow.
// All or nothing: a few readings in one transaction, which a trial rolls back; many in steps, which are taken back when one
// fails, or tried beside the database (trial.ts). The same import batch again adds nothing.

type IngestParts = {
  db: Database;
  store: ReadingStore;
  records: RecordStore;
  table: FieldTable;
  factsOf: FactsOfReading;
  resolver: Resolver;
  effectiveValues: EffectiveKeeper;
  state: RecordState;
  merger: Merger;
  isApart: (one: number, two: number) => boolean;
  newPublicId: () => string;
  clock: () => number;
  /** Brings rows and states of lists up to date, some at a time. */
  derive: (controllers: ReadonlySet<number>) => Generator<void, void, void>;
  /** In the last transaction, after all readings were taken. */
  finish: (taken: Ingested) => void;
  /** Undoes the facts of an incomplete import batch, all of them. */
  takeBack: (actor: Actor, batch: number) => Promise<void>;
  /** Brings to an end what others left unfinished. */
  recover: () => Promise<void>;
};

/** What a take did, for those who must know. */
export type Ingested = {
  actor: Actor;
  batch: number;
  type: BatchType;
  name: string;
  created: readonly number[];
  summary: IngestResult['summary'];
};

const batchTypes: ReadonlySet<string> = new Set([
  'csv',
  'aml',
  'l5x',
  'aas',
  'capture',
  'identification',
  'agent',
  'person',
  'approval',
]);
const maxMissing = 10_000;
const progressEvery = 200;
const futureMs = 24 * 3_600_000;
/** How often is looked whether another taking of the same import batch has ended. */
const waitMs = 1_000;

/** Ends a trial: what was worked out is kept, what was written is not. */
class Trial extends Error {
  readonly result: IngestResult;
  constructor(result: IngestResult) {
    super('trial');
    this.result = result;
  }
}

export const scopeOf = ({ type, name, sha256 }: NewImportBatch): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(sha256 === undefined ? [type, name] : [type, null, sha256]))
    .digest()
    .subarray(0, 16);

/** What a reading says, whenever it says it. */
const contentOf = (reading: Reading): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([reading.method, reading.source, reading.confidence ?? 1, reading.facts, reading.parts]))
    .digest()
    .subarray(0, 16);

const cleanBatch = (batch: NewImportBatch): NewImportBatch => {
  const name = cleanLine(batch.name).trim().slice(0, 300);
  if (!batchTypes.has(batch.type)) throw invalid({ type: { key: 'validation.choice' } });
  if (name === '') throw invalid({ name: { key: 'validation.required' } });
  if (batch.sha256 !== undefined && !/^[0-9a-f]{64}$/.test(batch.sha256))
    throw invalid({ sha256: { key: 'validation.format' } });
  return { type: batch.type, name, ...defined({ sha256: batch.sha256 }) };
};

/** What wins of the controller itself. */
const ownOf = (winning: readonly FactRow[]): Record<ControllerSide, Record<string, string>> => {
  const own: Record<ControllerSide, Record<string, string>> = { observed: {}, configured: {} };
  for (const { type, side, field, value } of winning)
    if (type === 'controller' && value !== null) own[side][field] = value;
  return own;
};

export const ingester = (parts: IngestParts): { ingest: IngestReadings; ingestInSteps: IngestReadingsInSteps } => {
  const { db, store, records, table, factsOf, resolver, effectiveValues, state, merger, isApart, newPublicId, clock } =
    parts;

  /** Values of compared fields that lost by rank to another value of the same side. */
  const lostOf = (facts: readonly FactRow[], winning: readonly FactRow[]): { fact: NewFact; effective: string }[] =>
    facts.flatMap((fact) => {
      if (fact.value === null || table.field(fact.type, fact.field)?.compared !== true) return [];
      const effective = winning.find(
        (held) =>
          held.type === fact.type && held.key === fact.key && held.field === fact.field && held.side === fact.side,
      );
      const isSuperseded = effective !== undefined && effective.value !== fact.value;
      if (!isSuperseded) return [];
      const sameTime = (row: FactRow) => ({
        ...row,
        value: '',
        source: '',
        raw: null,
        observedAt: 0,
        confidence: 0,
        derived: false,
      });
      const byRank = compareFacts(fact.side, sameTime(effective), sameTime(fact)) < 0;
      return byRank ? [{ fact, effective: effective.value ?? '' }] : [];
    });

  /** Ends a piece of work at every `yield`; `began` is told of the import batch. */
  const run = function* (
    actor: Actor,
    given: NewImportBatch,
    readings: Iterable<unknown>,
    options: IngestOptions,
    began: (batch: number) => void = () => undefined,
  ): Generator<void, IngestResult, void> {
    const { type, name, sha256 } = cleanBatch(given);
    const scope = scopeOf({ type, name, ...defined({ sha256 }) });
    const earlier = store.sameScope(scope);
    const now = clock();
    const list = outcomeList();
    const batch = store.addBatch({
      state: 'taking',
      type,
      name,
      sha256: sha256 ?? null,
      scope,
      at: now,
      actor: actorRef(actor),
      summary: list.summary,
    });
    began(batch);
    const touched = new Set<number>();
    const spokenOf = new Set<number>();
    const created: number[] = [];
    const inTake = new Map<string, { reading: number; observedAt: number; kept: number }>();
    let kept = 0;

    const unchanged = (controller: number | null, label: string): ReadingOutcome => ({
      controller,
      label,
      outcome: 'unchanged',
      matchedBy: null,
      changes: [],
      proposals: [],
    });

    const knownBefore = (content: Buffer, observedAt: number): number | undefined => {
      for (const id of earlier) {
        const found = store.known(id, content);
        // The same file says the same, whenever it is imported; anything else is known up to its last time.
        if (found !== undefined && (sha256 !== undefined || found.observed_at >= observedAt)) return found.controller;
      }
      return undefined;
    };

    /** What the address shows: that it took another's place or the reverse, or that two are reported there. */
    const swapOf = (controller: number): 'replaced' | 'conflict' | undefined => {
      const rivals = state.rivals(controller);
      if (rivals.length === 0) return undefined;
      const swapped = rivals.filter(
        ({ controller: other, address }) =>
          state.replaces(controller, other, address) || state.replaces(other, controller, address),
      );
      for (const { controller: other } of swapped) touched.add(other);
      return swapped.length > 0 ? 'replaced' : 'conflict';
    };

    const keep = (reading: Reading, content: Buffer, facts: readonly NewFact[]): ReadingOutcome => {
      const keys = keysOf(batch, reading, facts);
      const named = options.about === undefined ? undefined : resolver.current(options.about);
      const found: Resolution = resolver.resolve(keys, named?.id);
      for (const other of found.alsoSame)
        if (found.controller !== undefined && !isApart(found.controller, other))
          for (const controller of merger.join(actor, found.controller, other, true)) touched.add(controller);
      const isNew = found.controller === undefined;
      const controller = found.controller ?? records.add(newPublicId(), now);
      if (isNew) created.push(controller);
      const observedAt = Math.min(reading.observedAtMs, now + futureMs);
      const about = {
        batch,
        method: reading.method,
        source: cleanLine(reading.source),
        confidence: reading.confidence ?? 1,
        place: reading.where === undefined ? null : cleanLine(reading.where).slice(0, 512),
      };
      const pinned = Number(found.matchedBy === 'named' || found.matchedBy === 'agreed');
      const id = store.addReading({ ...about, controller, observedAt, content, pinned });
      kept += 1;
      inTake.set(content.toString('hex'), { reading: id, observedAt, kept: observedAt });
      const rows = facts.map(
        (fact): FactRow => ({
          ...fact,
          ...about,
          id: store.addFact(id, fact),
          reading: id,
          observed_at: observedAt,
          ended: 0,
        }),
      );
      list.summary.facts += facts.length;
      for (const key of keys.keys) records.addKey(key, controller, strengthOf[key.kind]);
      const { changes, winning } = effectiveValues.add(controller, rows, { actor, batch }, isNew);
      note(controller, changes);
      touched.add(controller);
      spokenOf.add(controller);
      const swap = isNew ? swapOf(controller) : undefined;
      const lost = isNew ? [] : lostOf(rows, winning);
      const isConflict =
        swap === 'conflict' ||
        lost.length > 0 ||
        found.contradicts.some((other) => !state.replaces(controller, other) && !state.replaces(other, controller));
      const outcome =
        swap === 'replaced'
          ? 'replaced'
          : isNew
            ? 'new'
            : isConflict
              ? 'conflict'
              : changes.length > 0
                ? 'changed'
                : 'unchanged';
      return {
        controller,
        label: labelOf(ownOf(winning)),
        outcome: isNew && swap !== 'replaced' && isConflict ? 'conflict' : outcome,
        matchedBy: found.matchedBy,
        changes: changesOf(changes, lost),
        proposals: merger.proposalsOf(controller).map((proposal) => proposal.other),
      };
    };

    const note = (controller: number, changes: readonly EffectiveChange[]): void => {
      for (const { type: part, key, field, side, before, after } of changes)
        records.addChange({ controller, at: now, type: part, key, field, side, before, after, batch });
    };

    const one = (raw: unknown): ReadingOutcome => {
      const parsed = readingSchema.safeParse(raw);
      if (!parsed.success) {
        const detail = parsed.error.issues[0]?.path.join('.') ?? '';
        return { ...unchanged(null, ''), outcome: 'refused', code: 'INVALID', detail };
      }
      const reading = parsed.data;
      const content = contentOf(reading);
      const again = inTake.get(content.toString('hex'));
      if (again !== undefined) {
        again.observedAt = Math.max(again.observedAt, Math.min(reading.observedAtMs, now + futureMs));
        return unchanged(null, '');
      }
      const before = knownBefore(content, reading.observedAtMs);
      if (before !== undefined) {
        spokenOf.add(before);
        return unchanged(before, labelOf(partsOf(records, before)[0]));
      }
      const { facts, unknown } = factsOf(reading);
      if (facts.length === 0)
        return { ...unchanged(null, ''), outcome: 'refused', code: 'EMPTY', detail: unknown.join(', ').slice(0, 500) };
      const outcome = keep(reading, content, facts);
      return unknown.length === 0 ? outcome : { ...outcome, detail: unknown.join(', ').slice(0, 500) };
    };

    for (const raw of readings) {
      list.add(one(raw));
      if (list.summary.readings % progressEvery === 0) options.onProgress?.(list.summary.readings);
      yield;
    }
    // A fact repeated in this ingest has its last time; written once.
    for (const { reading, observedAt, kept: written } of inTake.values()) {
      if (observedAt === written) continue;
      store.setTime(reading, observedAt);
      const rows = store.factsOfReading(reading);
      const controller = store.readingController(reading);
      if (controller !== undefined) note(controller, effectiveValues.add(controller, rows, { actor, batch }).changes);
    }
    if (kept === 0) store.removeBatch(batch);
    else {
      yield* parts.derive(touched);
      store.setSummary(batch, list.summary);
      store.setDone(batch);
      parts.finish({ actor, batch, type, name, created, summary: list.summary });
    }
    return {
      batch: kept === 0 ? null : batch,
      summary: list.summary,
      outcomes: list.outcomes.slice(0, maxOutcomes),
      missing:
        options.wantMissing === true
          ? records
              .liveIds()
              .filter((controller) => !spokenOf.has(controller))
              .slice(0, maxMissing)
          : [],
    };
  };

  const check = (actor: Actor, { about }: IngestOptions): void => {
    requireRight(actor, 'controllers:write');
    if (about !== undefined && resolver.current(about) === undefined)
      throw new AppError('NOT_FOUND', 'there is no such controller');
  };

  const isTaking = (batch: NewImportBatch): boolean => store.ingestingOfScope(scopeOf(cleanBatch(batch))).length > 0;

  return {
    ingest: (actor, batch, readings, options = {}) => {
      check(actor, options);
      try {
        return immediate(db, () => {
          if (isTaking(batch)) throw new AppError('CONFLICT', 'this import batch is being taken');
          const result = atOnce(run(actor, batch, readings, options));
          if (options.dryRun === true) throw new Trial({ ...result, batch: null });
          return result;
        });
      } catch (error) {
        if (error instanceof Trial) return error.result;
        throw error;
      }
    },
    ingestInSteps: async (actor, batch, readings, options = {}) => {
      check(actor, options);
      // Who was cut off may have been this one, before a restart.
      for (await parts.recover(); isTaking(batch); await parts.recover()) await sleep(waitMs);
      let begun = 0;
      try {
        const work = run(actor, batch, readings, options, (id) => {
          begun = id;
        });
        const begin = (): void => {
          if (begun !== 0) store.setAt(begun, clock());
        };
        return await inSteps(db, work, { begin, ...defined({ signal: options.signal }) });
      } catch (error) {
        if (begun !== 0 && store.batch(begun) !== undefined) await parts.takeBack(actor, begun);
        throw error;
      }
    },
  };
};
