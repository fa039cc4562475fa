import { basename } from 'node:path';
import { setImmediate as yieldTurn } from 'node:timers/promises';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, byWhom, requireRight } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { IngestReadings, IngestResult, IngestSummary, ReadingOutcome } from '../controllers/types.ts';
import { csvOptionsOf } from './mapping.ts';
import { readControllerFile } from './read-file.ts';
import {
  type ControlTraffic,
  type CsvOptions,
  type ImportForm,
  type ImportLimits,
  type ImportOutcome,
  mappingKind,
  type RefusedPlace,
} from './types.ts';

const maxShownOutcomes = 500;
const maxChanges = 60;
const maxShownRefused = 500;
const maxShownMissing = 200;

const order: readonly ReadingOutcome['outcome'][] = ['refused', 'conflict', 'replaced', 'new', 'changed', 'unchanged'];

const partOfSame = (a: ReadingOutcome, b: ReadingOutcome): boolean =>
  a.controller !== null && a.controller === b.controller;

/** What several readings do to one controller, as one row: the gravest word, all changes. */
const joined = (rows: readonly ReadingOutcome[]): ReadingOutcome[] => {
  const found: ReadingOutcome[] = [];
  const places = new Map<number, number>();
  for (const row of rows) {
    const at = row.controller === null ? undefined : places.get(row.controller);
    const before = at === undefined ? undefined : found[at];
    if (at === undefined || before === undefined || !partOfSame(before, row)) {
      if (row.controller !== null) places.set(row.controller, found.length);
      found.push(row);
      continue;
    }
    const graver = order.indexOf(row.outcome) < order.indexOf(before.outcome) ? row : before;
    found[at] = {
      ...graver,
      label: before.label,
      changes: [...before.changes, ...row.changes],
      proposals: [...new Set([...before.proposals, ...row.proposals])],
    };
  }
  return found;
};

/** Counts of controllers rather than of readings, as far as all outcomes are listed. */
const controllerCounts = (summary: IngestSummary, outcomes: readonly ReadingOutcome[]): IngestSummary => {
  if (outcomes.length < summary.readings) return summary;
  const rows = joined(outcomes);
  const count = (outcome: ReadingOutcome['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  return {
    ...summary,
    readings: rows.length,
    created: count('new'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    replaced: count('replaced'),
    conflicts: count('conflict'),
    refused: count('refused'),
  };
};

/** The outcomes as they are kept. */
const shownOutcomes = (outcomes: readonly ReadingOutcome[]): ReadingOutcome[] =>
  joined(outcomes)
    .toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))
    .slice(0, maxShownOutcomes)
    .map((one) => ({ ...one, changes: one.changes.slice(0, maxChanges), proposals: one.proposals.slice(0, 10) }));

const shownRefused = (refused: readonly RefusedPlace[]): RefusedPlace[] => refused.slice(0, maxShownRefused);
const shownMissing = (missing: readonly string[]): string[] => missing.slice(0, maxShownMissing);

export type ImportProgress = { step: 'read' | 'compare'; done: number; total: number };

export type ImportFileOptions = {
  /** For people; the file's own name unless given. */
  name?: string;
  as?: ImportForm;
  /** Name of a kept mapping of columns. */
  mapping?: string;
  csv?: CsvOptions;
  dryRun?: boolean;
  onProgress?: (progress: ImportProgress) => void;
  signal?: AbortSignal;
};

export type FileImports = {
  /** Reads a file and gives its readings to the record; all of it or nothing. */
  importFile(actor: Actor, path: string, options?: ImportFileOptions): Promise<ImportOutcome>;
  /** How a table is read by the mapping of that name; NOT_FOUND. */
  mappingByName(name: string): CsvOptions;
};

type FileImportParts = {
  controllers: Pick<
    ControllerService,
    'ingest' | 'ingestInSteps' | 'undoInSteps' | 'batches' | 'byId' | 'entered' | 'edit'
  >;
  objects: ObjectService;
  events: EventService;
  /** Tries many readings without keeping others from writing; else a trial is a transaction that is rolled back. */
  trial?: IngestReadings;
  /** All writes of `work` or none. */
  transact: <T>(work: () => T) => T;
  clock?: () => number;
  limits?: ImportLimits;
};

/** Forms that say what should be there: what they leave out is worth a look (OT 7). */
const whole: ReadonlySet<ImportForm> = new Set(['csv']);
const maxControlEvents = 100;
/** More are taken in steps, so that others write meanwhile. */
const manyReadings = 100;
const earlierBatches = 200;
const maxFields = 200;

/** Imports of files that say which controllers there are. */
export const fileImports = (parts: FileImportParts): FileImports => {
  const { controllers, objects, events, limits, transact } = parts;
  const trial: IngestReadings =
    parts.trial ??
    ((actor, batch, readings, options) => controllers.ingest(actor, batch, readings, { ...options, dryRun: true }));
  const clock = parts.clock ?? nowMs;

  const mappingByName = (name: string): CsvOptions => {
    const found = objects.findBy(mappingKind, 'name', name);
    if (found !== undefined) return csvOptionsOf(found.body);
    const names = objects.list({ kind: mappingKind, limit: 50 }).rows.map(({ body }) => String(body['name']));
    throw new AppError(
      'NOT_FOUND',
      `there is no mapping ${name}; ${names.length === 0 ? 'none is kept' : `there are: ${names.join(', ')}`}`,
    );
  };

  /** Keeps what a table says in fields of the site's own, where it says something else than is held. */
  const enter = (
    actor: Actor,
    name: string,
    custom: ReadonlyMap<number, Readonly<Record<string, string>>>,
    outcomes: readonly ReadingOutcome[],
  ): RefusedPlace[] =>
    [...custom].flatMap(([index, values]): RefusedPlace[] => {
      const outcome = outcomes[index];
      const publicId =
        outcome?.controller == null ? undefined : controllers.byId(outcome.controller, wholeSite('job'))?.publicId;
      if (outcome === undefined || publicId === undefined || outcome.outcome === 'refused') return [];
      const held = controllers.entered(publicId).body['custom'];
      const lines = Array.isArray(held) ? held.map(String) : [];
      const next = new Map(lines.map((line) => [line.split(':')[0] ?? '', line]));
      for (const [field, value] of Object.entries(values)) next.set(field, `${field}: ${value}`);
      if ([...next.values()].join('\n') === lines.join('\n')) return [];
      try {
        controllers.edit(actor, publicId, { custom: [...next.values()] }, { comment: name });
        return [];
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'INVALID') throw error;
        return [{ where: outcome.label, code: 'value', detail: Object.keys(values).join(', ').slice(0, 200) }];
      }
    });

  const customFields = (): string[] =>
    objects.list({ kind: 'controller-field', limit: maxFields }).rows.map(({ body }) => String(body['name']));

  /** The same capture again says nothing new about who changed what. */
  const wasTaken = (sha256: string): boolean =>
    controllers
      .batches({ types: ['capture'], limit: earlierBatches })
      .some((batch) => batch.sha256 === sha256 && batch.undoneAt === null);

  const recordControl = (actor: Actor, file: string, control: readonly ControlTraffic[]): void => {
    for (const one of control.slice(0, maxControlEvents))
      events.record('controller-control-traffic', {
        ...byWhom(actor),
        params: {
          what: one.what,
          detail: one.detail,
          target: one.to,
          sender: one.from,
          seenAt: toTime(Math.trunc(one.firstMs)),
          packet: one.packet,
          count: one.count,
          file,
        },
      });
  };

  return {
    mappingByName,
    importFile: async (actor, path, options = {}) => {
      requireRight(actor, 'controllers:write');
      const { dryRun = false, onProgress, signal } = options;
      const name = (options.name ?? basename(path)).slice(0, 200) || 'file';
      const csv = {
        customFields: customFields(),
        ...(options.mapping === undefined ? options.csv : mappingByName(options.mapping)),
      };
      const found = await readControllerFile(path, {
        nowMs: clock(),
        ...defined({ as: options.as }),
        csv,
        ...defined({ limits, signal }),
        onBytes: (done, total) => onProgress?.({ step: 'read', done, total }),
      });
      signal?.throwIfAborted();
      await yieldTurn();
      const { form, sha256, sizeBytes, readings, refused, control, looked, unread } = found;
      const isRepeated = form === 'capture' && control.length > 0 && wasTaken(sha256);
      const isLarge = readings.length > manyReadings;
      const batch = { type: form, name, sha256 };
      const taking = {
        wantMissing: whole.has(form),
        onProgress: (done: number) => onProgress?.({ step: 'compare', done, total: readings.length }),
      };
      const whatComesAlong = ({ outcomes }: IngestResult): void => {
        if (!dryRun && found.custom !== undefined) refused.push(...enter(actor, name, found.custom, outcomes));
        if (!dryRun && !isRepeated) recordControl(actor, name, control);
      };
      const inSteps = async (): Promise<IngestResult> => {
        const result = await controllers.ingestInSteps(actor, batch, readings, {
          ...taking,
          ...(signal && { signal }),
        });
        try {
          transact(() => whatComesAlong(result));
        } catch (error) {
          if (result.batch !== null) await controllers.undoInSteps(actor, result.batch);
          throw error;
        }
        return result;
      };
      const atOnce = (): IngestResult =>
        transact(() => {
          const result = controllers.ingest(actor, batch, readings, { ...taking, dryRun });
          whatComesAlong(result);
          return result;
        });
      const taken = !isLarge ? atOnce() : dryRun ? trial(actor, batch, readings, taking) : await inSteps();
      const missing = taken.missing.flatMap(
        (controller) => controllers.byId(controller, wholeSite('job'))?.publicId ?? [],
      );
      return {
        form,
        name,
        sha256,
        sizeBytes,
        dryRun,
        looked,
        unread,
        refused: shownRefused(refused),
        refusedCount: refused.length,
        leftOut: (found.leftOut ?? []).slice(0, maxFields),
        control: control.slice(0, maxControlEvents),
        origin: taken.batch,
        summary: controllerCounts(taken.summary, taken.outcomes),
        outcomes: shownOutcomes(taken.outcomes),
        missing: shownMissing(missing),
        missingCount: missing.length,
      };
    },
  };
};
