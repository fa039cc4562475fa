import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { DataPaths } from '../../platform/config.ts';
import { AppError } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { textTime, time } from '../../platform/shapes.ts';
import { receiveFile, roomBytes } from '../../server/api/upload.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ExchangeService } from './service.ts';
import type { ImportDraft, ImportDrafts, ImportResult } from './types.ts';

// Bundles on their way in: upload or pick, check, import, and the journal of imports.

type Needs = {
  drafts: ImportDrafts;
  jobs: Pick<Jobs, 'get'>;
  exchange: ExchangeService;
  objects: ObjectService;
  paths: Pick<DataPaths, 'staging'>;
};

const { operation } = operationsOver<Needs>({ area: 'exchange', bound: 'site' });

const summarySchema = z.object({
  bundleId: z.string(),
  seq: z.int(),
  broadcast: z.boolean(),
  requestNumber: z.int().optional(),
  issuedAt: textTime,
  volumes: z.int(),
  missingVolumes: z.array(z.int()),
  counts: z.object({ new: z.int(), held: z.int(), removed: z.int(), unfulfilled: z.int(), bytes: z.int() }),
  warnings: z.array(z.unknown()),
  unfulfilled: z.array(z.object({ reason: z.string(), kind: z.string(), want: z.string() })),
  kinds: z.array(z.object({ kind: z.string(), added: z.int(), changed: z.int(), removed: z.int(), bytes: z.int() })),
  feeds: z.array(z.object({ feed: z.string(), newest: z.string().optional(), cursor: z.string() })),
  advisories: z.int(),
  updates: z.int(),
  unread: z
    .array(z.object({ ecosystem: z.string(), feeds: z.array(z.string()) }))
    .optional()
    .describe('Ecosystems that advisories are about and that nothing here reads: they judge no device'),
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
  startedAt: textTime,
  finishedAt: textTime.optional(),
  startedBy: z.string(),
  bundleId: z.string().optional(),
  seq: z.int().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  receipt: z.int().optional(),
  summary: summarySchema.optional(),
});

const maxListed = 100;

export const bundleSchemas = { ImportSummary: summarySchema, Bundle: bundleSchema, Import: importSchema };

const toRun = (jobs: Needs['jobs'], id: number | null) => {
  const run = id === null ? undefined : jobs.get(id);
  return run === undefined
    ? null
    : {
        state: run.state,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt,
        progress: run.progress,
        result: run.result as ImportResult | null,
        error: run.error,
      };
};

const toBundle = ({ jobs }: Pick<Needs, 'jobs'>, draft: ImportDraft) => ({
  id: draft.id,
  name: draft.name,
  sizeBytes: draft.sizeBytes,
  uploaded: draft.uploaded,
  madeBy: draft.madeBy,
  createdAt: draft.createdAt,
  check: toRun(jobs, draft.checkRun),
  import: toRun(jobs, draft.importRun),
});

const read = 'exchange:read' as const;
const write = 'exchange:write' as const;
const bundle = z.string().min(1).max(64);

export const bundleOperations = [
  operation({
    name: 'bundle.upload',
    http: {
      method: 'post',
      path: '/exchange/bundles',
      upload: { types: ['application/x-tar', 'application/octet-stream'] },
      status: 201,
    },
    right: write,
    summary: 'Uploads a bundle; it is checked at once, and nothing is changed',
    input: z.strictObject({ name: z.string().min(1).max(200).default('bundle.tar').describe('For people') }),
    output: bundleSchema,
    run: async (context, { name }) => {
      const { drafts, objects, paths, actor, request } = context;
      const room = roomBytes(paths.staging, objects.setting('exchange.reserve-bytes'));
      const place = drafts.place();
      try {
        const { sizeBytes } = await receiveFile(request, {
          path: place.path,
          maxBytes: objects.setting('exchange.medium-bytes'),
          roomBytes: room,
        });
        return toBundle(context, drafts.addUpload(actor, place.id, place.path, name, sizeBytes));
      } catch (error) {
        drafts.discard(place.path);
        throw error;
      }
    },
  }),
  operation({
    name: 'bundle.pick',
    http: { method: 'post', path: '/exchange/bundles/pick', status: 201 },
    right: write,
    summary: 'Takes a bundle that lies on a medium; it is checked at once, and nothing is changed',
    input: z.strictObject({ path: z.string().min(1).max(4_096).describe('A path that /exchange/media names') }),
    output: bundleSchema,
    run: async (context, { path }) => toBundle(context, await context.drafts.addPicked(context.actor, path)),
  }),
  operation({
    name: 'bundle.list',
    http: { method: 'get', path: '/exchange/bundles' },
    right: read,
    summary: 'Bundles that were uploaded or picked, the newest first',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(bundleSchema) }),
    run: (context) => ({ rows: context.drafts.list(maxListed).map((draft) => toBundle(context, draft)) }),
  }),
  operation({
    name: 'bundle.show',
    http: { method: 'get', path: '/exchange/bundles/{bundle}' },
    right: read,
    summary: 'Where a bundle is: its check, its import, their progress and result',
    input: z.strictObject({ bundle }),
    output: bundleSchema,
    run: (context, { bundle: id }) => toBundle(context, context.drafts.get(id)),
  }),
  operation({
    name: 'bundle.start',
    http: { method: 'post', path: '/exchange/bundles/{bundle}/import' },
    right: write,
    summary: 'Begins the import; CONFLICT while the bundle is being read',
    input: z.strictObject({
      bundle,
      acceptStale: z.string().max(500).optional().describe('The reason for taking a bundle past its expiry'),
    }),
    output: bundleSchema,
    run: (context, { bundle: id, acceptStale = '' }) => {
      context.drafts.start(context.actor, id, acceptStale);
      return toBundle(context, context.drafts.get(id));
    },
  }),
  operation({
    name: 'bundle.stop',
    http: { method: 'post', path: '/exchange/bundles/{bundle}/stop' },
    right: write,
    summary: 'Ends a check or an import before it takes effect',
    input: z.strictObject({ bundle }),
    output: bundleSchema,
    run: (context, { bundle: id }) => {
      context.drafts.stop(id);
      return toBundle(context, context.drafts.get(id));
    },
  }),
  operation({
    name: 'bundle.inspect',
    right: read,
    summary: 'Checks a bundle without importing it: what it is and what it would change',
    input: z.strictObject({
      paths: z.array(z.string()).min(1).describe('One bundle: a file, a folder, a medium, or several volumes of it'),
    }),
    output: z.custom<ImportResult>(),
    run: ({ exchange }, { paths }) => exchange.inspect(paths),
    command: {
      positionals: ['paths'],
      flags: { paths: { path: 'input' } },
      example: 'sallyport bundle inspect /media/usb --data /var/lib/sallyport',
      print: (out, checked) => {
        if (checked.result === 'already') {
          out.line(`bundle ${checked.bundleId} was imported before, receipt ${checked.receipt}`);
          return;
        }
        const { summary } = checked;
        const { volumes, seenVolumes, missingVolumes, counts } = summary;
        out.line(`bundle ${summary.bundleId}, number ${summary.seq}, of ${summary.issuedAt}`);
        out.line(
          summary.requestNumber === undefined ? 'answers no request' : `answers request ${summary.requestNumber}`,
        );
        const missing = missingVolumes.length > 0 ? `, missing ${missingVolumes.join(', ')}` : '';
        if (volumes > 1) out.line(`volumes: ${seenVolumes.length} of ${volumes}${missing}`);
        out.line(`${counts.new} new objects, ${counts.bytes} bytes; ${counts.held} are here already`);
        out.table(
          ['KIND', 'ADDED', 'CHANGED', 'REMOVED', 'BYTES'],
          summary.kinds.map(({ kind, added, changed, removed, bytes }) => [kind, added, changed, removed, bytes]),
        );
        for (const { kind, objects, bytes } of summary.unknownKinds ?? [])
          out.line(`not stored: ${objects} objects of the kind ${kind}, ${bytes} bytes: this release does not know it`);
        for (const { reason, kind, want } of summary.unfulfilled) out.line(`not brought: ${kind} ${want}: ${reason}`);
        for (const warning of summary.warnings) out.note(`warning: ${warning}`);
      },
    },
  }),
  operation({
    name: 'import.list',
    http: { method: 'get', path: '/exchange/imports' },
    right: read,
    summary: 'The journal of imports, the newest first',
    input: z.strictObject({
      limit: z.int().min(1).max(500).default(50),
      before: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('The `next` of the page before'),
    }),
    output: z.object({ rows: z.array(importSchema), next: z.int().nullable() }),
    run: ({ exchange }, { limit, before }) => {
      const rows = exchange.imports({ limit, ...defined({ before }) });
      return { rows, next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null };
    },
  }),
  operation({
    name: 'import.show',
    http: { method: 'get', path: '/exchange/imports/{import}' },
    right: read,
    summary: 'One import',
    input: z.strictObject({ import: z.int().min(1) }),
    output: importSchema,
    run: ({ exchange }, given) => {
      const found = exchange.import(given.import);
      if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such import');
      return found;
    },
  }),
];
