import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { JobRun } from '../../platform/job-store.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { receiveFile, roomBytes } from '../../server/api/upload.ts';
import type { ImportDraft, ImportResult } from './types.ts';

const summarySchema = z.object({
  bundleId: z.string(),
  seq: z.int(),
  broadcast: z.boolean(),
  requestNumber: z.int().optional(),
  issuedAt: time,
  volumes: z.int(),
  missingVolumes: z.array(z.int()),
  counts: z.object({ new: z.int(), held: z.int(), removed: z.int(), unfulfilled: z.int(), bytes: z.int() }),
  warnings: z.array(z.unknown()),
  unfulfilled: z.array(z.object({ reason: z.string(), kind: z.string(), want: z.string() })),
  kinds: z.array(z.object({ kind: z.string(), added: z.int(), changed: z.int(), removed: z.int(), bytes: z.int() })),
  feeds: z.array(z.object({ feed: z.string(), newest: z.string().optional(), cursor: z.string() })),
  advisories: z.int(),
  updates: z.int(),
  findings: z.object({ opened: z.int(), closed: z.int(), changed: z.int() }).optional(),
});

const resultSchema = z.object({
  result: z.enum(['checked', 'imported', 'partial', 'already']),
  receipt: z.int().optional(),
  bundleId: z.string().optional(),
  summary: summarySchema.optional(),
});

const runSchema = z.object({
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  progress: z.unknown().describe('Step and bytes while it runs'),
  result: resultSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable().describe('The code of the bundle format'),
});

const bundleSchema = z.object({
  id: z.string(),
  name: z.string(),
  sizeBytes: z.int(),
  uploaded: z.boolean(),
  madeBy: z.string(),
  createdAt: time,
  check: runSchema.nullable().describe('Read and verified without changing anything'),
  import: runSchema.nullable(),
});

const importSchema = z.object({
  id: z.int(),
  state: z.enum(['open', 'verified', 'stored', 'built', 'flipped', 'done', 'refused', 'interrupted']),
  startedAt: time,
  finishedAt: time.optional(),
  startedBy: z.string(),
  bundleId: z.string().optional(),
  seq: z.int().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  receipt: z.int().optional(),
  summary: summarySchema.optional(),
});

const maxListed = 100;

/** Bundles on their way in: upload or pick, check, import, and the journal of imports. */
export const bundleRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { drafts, jobs, exchange, objects, paths } = parts;
  names.add(summarySchema, { id: 'ImportSummary' });
  names.add(bundleSchema, { id: 'Bundle' });
  names.add(importSchema, { id: 'Import' });
  const tag = 'exchange' as const;
  const read = 'exchange:read' as const;
  const write = 'exchange:write' as const;
  const params = z.strictObject({ bundle: z.string().min(1).max(64) });

  const toRun = (id: number | null) => {
    const run: JobRun | undefined = id === null ? undefined : jobs.get(id);
    return run === undefined
      ? null
      : {
          state: run.state,
          startedAt: timeOrNull(run.startedAt),
          finishedAt: timeOrNull(run.finishedAt),
          progress: run.progress,
          result: run.result as ImportResult | null,
          error: run.error,
        };
  };
  const toBundle = (draft: ImportDraft) => ({
    id: draft.id,
    name: draft.name,
    sizeBytes: draft.sizeBytes,
    uploaded: draft.uploaded,
    madeBy: draft.madeBy,
    createdAt: timeOf(draft.createdAt),
    check: toRun(draft.checkRun),
    import: toRun(draft.importRun),
  });

  return [
    jsonRoute({
      method: 'post',
      path: '/exchange/bundles',
      tag,
      right: write,
      summary: 'Uploads a bundle; it is checked at once, and nothing is changed',
      query: z.strictObject({ name: z.string().min(1).max(200).default('bundle.tar').describe('For people') }),
      upload: { types: ['application/x-tar', 'application/octet-stream'] },
      status: 201,
      response: bundleSchema,
      handle: async ({ actor, query: { name }, request }) => {
        const room = roomBytes(paths.staging, objects.setting('exchange.reserve-bytes'));
        const place = drafts.place();
        try {
          const { sizeBytes } = await receiveFile(request, {
            path: place.path,
            maxBytes: objects.setting('exchange.medium-bytes'),
            roomBytes: room,
          });
          return toBundle(drafts.addUpload(actor, place.id, place.path, name, sizeBytes));
        } catch (error) {
          drafts.discard(place.path);
          throw error;
        }
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/exchange/bundles/pick',
      tag,
      right: write,
      summary: 'Takes a bundle that lies on a medium; it is checked at once, and nothing is changed',
      body: z.strictObject({ path: z.string().min(1).max(4_096).describe('A path that /exchange/media names') }),
      status: 201,
      response: bundleSchema,
      handle: async ({ actor, body: { path } }) => toBundle(await drafts.addPicked(actor, path)),
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/bundles',
      tag,
      right: read,
      summary: 'Bundles that were uploaded or picked, the newest first',
      response: z.object({ rows: z.array(bundleSchema) }),
      handle: () => ({ rows: drafts.list(maxListed).map(toBundle) }),
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/bundles/{bundle}',
      tag,
      right: read,
      summary: 'Where a bundle is: its check, its import, their progress and result',
      params,
      response: bundleSchema,
      handle: ({ params: { bundle } }) => toBundle(drafts.get(bundle)),
    }),
    jsonRoute({
      method: 'post',
      path: '/exchange/bundles/{bundle}/import',
      tag,
      right: write,
      summary: 'Begins the import; CONFLICT while the bundle is being read',
      params,
      body: z.strictObject({
        acceptStale: z.string().max(500).optional().describe('The reason for taking a bundle past its expiry'),
      }),
      response: bundleSchema,
      handle: ({ actor, params: { bundle }, body: { acceptStale = '' } }) => {
        drafts.start(actor, bundle, acceptStale);
        return toBundle(drafts.get(bundle));
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/exchange/bundles/{bundle}/stop',
      tag,
      right: write,
      summary: 'Ends a check or an import before it takes effect',
      params,
      response: bundleSchema,
      handle: ({ params: { bundle } }) => {
        drafts.stop(bundle);
        return toBundle(drafts.get(bundle));
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/imports',
      tag,
      right: read,
      summary: 'The journal of imports, the newest first',
      query: z.strictObject({
        limit: z.int().min(1).max(500).default(50),
        before: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('The `next` of the page before'),
      }),
      response: z.object({ rows: z.array(importSchema), next: z.int().nullable() }),
      handle: ({ query: { limit, before } }) => {
        const rows = exchange.imports({ limit, ...(before === undefined ? {} : { before }) });
        return { rows, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/exchange/imports/{import}',
      tag,
      right: read,
      summary: 'One import',
      params: z.strictObject({ import: z.int().min(1) }),
      response: importSchema,
      handle: ({ params }) => {
        const found = exchange.import(params.import);
        if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such import');
        return found;
      },
    }),
  ];
};
