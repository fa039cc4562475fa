import { z } from 'zod';
import type { JobRun } from '../../platform/job-store.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { numberPaging, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { receiveFile, roomBytes } from '../../server/api/upload.ts';
import { originSchema, takeSummarySchema, toOrigin } from '../controllers/origin-schema.ts';
import { type ControllerDraft, IMPORT_FORMS, type ImportOutcome, importLimits, REFUSAL_CODES } from './types.ts';

const outcomeSchema = z.object({
  form: z.enum(IMPORT_FORMS),
  sha256: z.string(),
  looked: z.int().describe('Rows, elements or packets'),
  unread: z.int(),
  origin: z.int().nullable().describe('By which it is taken back; null for a trial, and where nothing was new'),
  summary: takeSummarySchema,
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
      z.object({ what: z.string(), to: z.string(), from: z.string(), firstAt: time, lastAt: time, count: z.int() }),
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

/** Files about controllers: upload, trial, import, what was imported, and the way back. */
export const controllerImportRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { controllerDrafts: drafts, controllerImports: imports, controllers, objects, paths } = parts;
  names.add(outcomeSchema, { id: 'ControllerImportOutcome' });
  names.add(importSchema, { id: 'ControllerImport' });
  names.add(originSchema, { id: 'ControllerOrigin' });
  const tag = 'devices' as const;
  const read = 'devices:read' as const;
  const write = 'devices:write' as const;
  const params = z.strictObject({ import: z.string().min(1).max(64) });

  const toOutcome = (outcome: ImportOutcome) => ({
    ...outcome,
    control: outcome.control.map(({ firstMs, lastMs, ...rest }) => ({
      ...rest,
      firstAt: timeOf(firstMs),
      lastAt: timeOf(lastMs),
    })),
  });
  const toRun = (run: JobRun | undefined) =>
    run === undefined
      ? null
      : {
          state: run.state,
          startedAt: timeOrNull(run.startedAt),
          finishedAt: timeOrNull(run.finishedAt),
          progress: run.progress,
          result: run.result === null ? null : toOutcome(run.result as ImportOutcome),
          error: run.error,
        };
  const toImport = (draft: ControllerDraft) => {
    const { check, apply } = drafts.runs(draft);
    return {
      id: draft.id,
      name: draft.name,
      form: draft.form,
      sizeBytes: draft.sizeBytes,
      mapping: draft.mapping,
      madeBy: draft.madeBy,
      createdAt: timeOf(draft.createdAt),
      check: toRun(check),
      apply: toRun(apply),
    };
  };
  return [
    jsonRoute({
      method: 'post',
      path: '/controllers/imports',
      tag,
      right: write,
      summary: 'Uploads a file about controllers and tries it: nothing is changed unless `dryRun` is false',
      description:
        'A table (CSV), a CAx export (AML), an L5X, a digital nameplate (JSON, AASX), a capture (pcap, pcapng), or a zip of exports; the content tells which.',
      query: z.strictObject({
        name: z.string().min(1).max(200).default('file').describe('For people'),
        mapping: z.string().min(1).max(100).optional().describe('Name of a kept mapping of columns'),
        dryRun: z.enum(['true', 'false']).default('true'),
      }),
      // Not JSON, which every call without a file sends: a slip must not become an upload.
      upload: { types: ['application/octet-stream', 'text/csv', 'application/xml', 'application/zip'] },
      status: 201,
      response: importSchema,
      handle: async ({ actor, query: { name, mapping, dryRun }, request }) => {
        const room = roomBytes(paths.staging, objects.setting('exchange.reserve-bytes'));
        const csv = mapping === undefined ? null : imports.mappingByName(mapping);
        const place = drafts.place();
        try {
          const { sizeBytes } = await receiveFile(request, {
            path: place.path,
            maxBytes: importLimits.maxCaptureBytes,
            roomBytes: room,
          });
          const { id } = await drafts.add(actor, { ...place, name, sizeBytes });
          if (csv !== null) drafts.setColumns(actor, id, csv, mapping ?? null);
          drafts.start(actor, id, dryRun === 'true' ? 'check' : 'apply');
          return toImport(drafts.get(id));
        } catch (error) {
          drafts.discard(place.path);
          throw error;
        }
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/imports',
      tag,
      right: read,
      summary: 'Uploaded files about controllers, the newest first; they are kept for a day',
      response: z.object({ rows: z.array(importSchema) }),
      handle: () => ({ rows: drafts.list(maxListed).map(toImport) }),
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/imports/{import}',
      tag,
      right: read,
      summary: 'Where a file is: its trial, its import, their progress and result',
      params,
      response: importSchema,
      handle: ({ params: { import: id } }) => toImport(drafts.get(id)),
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers/imports/{import}/apply',
      tag,
      right: write,
      summary: 'Begins the import; CONFLICT while the file is being read, and after it was imported',
      params,
      response: importSchema,
      handle: ({ actor, params: { import: id } }) => {
        drafts.start(actor, id, 'apply');
        return toImport(drafts.get(id));
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers/imports/{import}/stop',
      tag,
      right: write,
      summary: 'Ends a trial or an import before it takes effect',
      params,
      response: importSchema,
      handle: ({ actor, params: { import: id } }) => {
        drafts.stop(actor, id);
        return toImport(drafts.get(id));
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/origins',
      tag,
      right: read,
      summary: 'What files, captures and queries brought, the newest first',
      query: z.strictObject({
        limit: numberPaging.limit,
        before: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('The `next` of the page before'),
      }),
      response: z.object({ rows: z.array(originSchema), next: z.int().nullable() }),
      handle: ({ query: { limit, before } }) => {
        const rows = controllers.origins({ limit, ...(before === undefined ? {} : { before }) });
        return { rows: rows.map(toOrigin), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers/origins/{origin}/undo',
      tag,
      right: write,
      summary: 'Takes back all that an origin said; CONFLICT when it was taken back before',
      params: z.strictObject({ origin: z.int().min(1) }),
      response: z.object({
        origin: originSchema,
        facts: z.int(),
        changed: z.int(),
        removed: z.array(z.string()).describe('Controllers that nothing else spoke of'),
      }),
      handle: async ({ actor, params: { origin: id } }) => {
        const { origin, facts, changed, removed } = await controllers.undoInSteps(actor, id);
        return {
          origin: toOrigin(origin),
          facts,
          changed: changed.length,
          removed: removed.map(({ publicId }) => publicId),
        };
      },
    }),
  ];
};
