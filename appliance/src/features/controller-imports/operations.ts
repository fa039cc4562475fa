import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { DataPaths } from '../../platform/config.ts';
import type { JobRun } from '../../platform/job-store.ts';
import { time } from '../../platform/shapes.ts';
import { bodyOf, receiveFile, roomBytes } from '../../server/api/upload.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { ingestSummarySchema } from '../controllers/types.ts';
import { CONTROL_COMMANDS } from './pcap/types.ts';
import type { FileImports } from './service.ts';
import {
  type ControllerDraft,
  type ControllerDrafts,
  IMPORT_FORMS,
  type ImportOutcome,
  importLimits,
  REFUSAL_CODES,
} from './types.ts';

// Files about controllers: upload, trial, import. What they brought is taken back by its import batch (controllers).

const { operation } = operationsOver<{
  controllerDrafts: ControllerDrafts;
  controllerImports: FileImports;
  objects: ObjectService;
  paths: Pick<DataPaths, 'staging'>;
}>({ area: 'controllers', bound: 'site' });

const outcomeSchema = z.object({
  form: z.enum(IMPORT_FORMS),
  sha256: z.string(),
  looked: z.int().describe('Rows, elements or packets'),
  unread: z.int(),
  origin: z.int().nullable().describe('By which it is taken back; null for a trial, and where nothing was new'),
  summary: ingestSummarySchema,
  outcomes: z.array(
    z.object({
      label: z.string(),
      outcome: z.enum(['new', 'changed', 'unchanged', 'replaced', 'conflict', 'refused']),
      matchedBy: z.string().nullable(),
      changes: z.array(
        z.object({
          part: z.string(),
          field: z.string(),
          side: z.enum(['observed', 'configured']),
          before: z.string().nullable(),
          after: z.string().nullable(),
          lost: z.string().optional(),
        }),
      ),
      code: z.string().optional(),
      detail: z.string().optional(),
    }),
  ),
  refused: z.array(z.object({ where: z.string(), code: z.enum(REFUSAL_CODES), detail: z.string() })),
  refusedCount: z.int(),
  leftOut: z.array(z.string()).optional(),
  control: z
    .array(
      z.object({
        what: z.enum(CONTROL_COMMANDS),
        detail: z.string().describe('Which parts of it, where the command says so'),
        to: z.string(),
        from: z.string(),
        firstAt: time,
        lastAt: time,
        packet: z.int().describe('The first packet that shows it, from 1'),
        count: z.int(),
      }),
    )
    .describe('Traffic that changes controllers'),
  missing: z.array(z.string()).describe('Controllers of the record that a table leaves out'),
  missingCount: z.int(),
});

const runSchema = z.object({
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  progress: z.unknown(),
  result: outcomeSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

const importSchema = z.object({
  id: z.string(),
  name: z.string(),
  form: z.enum([...IMPORT_FORMS, 'zip']),
  sizeBytes: z.int(),
  mapping: z.string().nullable(),
  madeBy: z.string(),
  createdAt: time,
  check: runSchema.nullable().describe('Read and compared without changing anything'),
  apply: runSchema.nullable(),
});

const maxListed = 100;

const toOutcome = (outcome: ImportOutcome) => ({
  ...outcome,
  control: outcome.control.map(({ firstMs, lastMs, ...rest }) => ({
    ...rest,
    firstAt: firstMs,
    lastAt: lastMs,
  })),
});
const toRun = (run: JobRun | undefined) =>
  run === undefined
    ? null
    : {
        state: run.state,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt,
        progress: run.progress,
        result: run.result === null ? null : toOutcome(run.result as ImportOutcome),
        error: run.error,
      };
const toImport = (drafts: ControllerDrafts, draft: ControllerDraft) => {
  const { check, apply } = drafts.runs(draft);
  return {
    id: draft.id,
    name: draft.name,
    form: draft.form,
    sizeBytes: draft.sizeBytes,
    mapping: draft.mapping,
    madeBy: draft.madeBy,
    createdAt: draft.createdAt,
    check: toRun(check),
    apply: toRun(apply),
  };
};

export const controllerImportSchemas = { ControllerImportOutcome: outcomeSchema, ControllerImport: importSchema };

const importId = z.string().min(1).max(64);

export const controllerImportOperations = [
  operation({
    name: 'controller.import.upload',
    http: {
      method: 'post',
      path: '/controllers/imports',
      status: 201,
      // Not JSON, which every call without a file sends: a slip must not become an upload.
      upload: { types: ['application/octet-stream', 'text/csv', 'application/xml', 'application/zip'] },
    },
    right: 'controllers:write',
    summary: 'Uploads a file about controllers and tries it: nothing is changed unless `dryRun` is false',
    description:
      'A table (CSV), a CAx export (AML), an L5X, a digital nameplate (JSON, AASX), a capture (pcap, pcapng), or a zip of exports; the content tells which.',
    input: z.strictObject({
      name: z.string().min(1).max(200).default('file').describe('For people'),
      mapping: z.string().min(1).max(100).optional().describe('Name of a kept mapping of columns'),
      dryRun: z.enum(['true', 'false']).default('true'),
    }),
    output: importSchema,
    run: async (parts, { name, mapping, dryRun }) => {
      const { controllerDrafts: drafts, controllerImports, objects, paths, actor, request } = parts;
      const room = roomBytes(paths.staging, objects.setting('exchange.reserve-bytes'));
      const csv = mapping === undefined ? null : controllerImports.mappingByName(mapping);
      const place = drafts.place();
      try {
        const { sizeBytes } = await receiveFile(bodyOf(request), {
          path: place.path,
          maxBytes: importLimits.maxCaptureBytes,
          roomBytes: room,
        });
        const { id } = await drafts.add(actor, { ...place, name, sizeBytes });
        if (csv !== null) drafts.setColumns(actor, id, csv, mapping ?? null);
        drafts.start(actor, id, dryRun === 'true' ? 'check' : 'apply');
        return toImport(drafts, drafts.get(id));
      } catch (error) {
        drafts.discard(place.path);
        throw error;
      }
    },
  }),
  operation({
    name: 'controller.import.list',
    http: { method: 'get', path: '/controllers/imports' },
    right: 'controllers:read',
    summary: 'Uploaded files about controllers, the newest first; they are kept for a day',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(importSchema) }),
    run: ({ controllerDrafts: drafts }) => ({ rows: drafts.list(maxListed).map((draft) => toImport(drafts, draft)) }),
  }),
  operation({
    name: 'controller.import.show',
    http: { method: 'get', path: '/controllers/imports/{import}' },
    right: 'controllers:read',
    summary: 'Where a file is: its trial, its import, their progress and result',
    input: z.strictObject({ import: importId }),
    output: importSchema,
    run: ({ controllerDrafts: drafts }, { import: id }) => toImport(drafts, drafts.get(id)),
  }),
  operation({
    name: 'controller.import.apply',
    http: { method: 'post', path: '/controllers/imports/{import}/apply' },
    right: 'controllers:write',
    summary: 'Begins the import; CONFLICT while the file is being read, and after it was imported',
    input: z.strictObject({ import: importId }),
    output: importSchema,
    run: ({ controllerDrafts: drafts, actor }, { import: id }) => {
      drafts.start(actor, id, 'apply');
      return toImport(drafts, drafts.get(id));
    },
  }),
  operation({
    name: 'controller.import.stop',
    http: { method: 'post', path: '/controllers/imports/{import}/stop' },
    right: 'controllers:write',
    summary: 'Ends a trial or an import before it takes effect',
    input: z.strictObject({ import: importId }),
    output: importSchema,
    run: ({ controllerDrafts: drafts, actor }, { import: id }) => {
      drafts.stop(actor, id);
      return toImport(drafts, drafts.get(id));
    },
  }),
];
