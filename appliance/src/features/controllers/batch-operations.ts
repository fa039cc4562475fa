import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { numberPageOf, numberPaging, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ControllerService } from './service.ts';
import { type ImportBatch, ingestSummarySchema } from './types.ts';

// Import batches of controllers: their list, and undoing one. The addresses below /controllers/origins are the older ones.

const { operation } = operationsOver<{ controllers: ControllerService }>({ area: 'controllers', bound: 'site' });

export const batchSchema = z.object({
  id: z.int(),
  sort: z.string(),
  name: z.string(),
  sha256: z.string().nullable(),
  at: time,
  actor: z.string(),
  summary: ingestSummarySchema,
  undoneAt: time.nullable(),
  undoneBy: z.string().nullable(),
});

const toBatch = ({ type, sha256, ...batch }: ImportBatch) => ({
  ...batch,
  sort: type,
  sha256: sha256 ?? null,
});

const batchPage = numberPageOf(batchSchema).omit({ total: true });
const batchNumber = z.int().min(1).describe('Number of an import batch');

const undoneSchema = z.object({
  origin: batchSchema,
  facts: z.int(),
  changed: z.int(),
  removed: z.array(z.string()).describe('Controllers that nothing else spoke of'),
});

const pageOfBatches = (controllers: ControllerService, limit: number, before: number | undefined) => {
  const rows = controllers.batches({ limit: limit + 1, ...defined({ before }) });
  const page = rows.slice(0, limit);
  return { rows: page.map(toBatch), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
};

export const batchOperations = [
  operation({
    name: 'controller.origin.list',
    http: { method: 'get', path: '/controller-origins' },
    right: 'controllers:read',
    summary: 'What brought facts about controllers, the newest first',
    input: z.strictObject(numberPaging),
    output: batchPage,
    run: ({ controllers }, { limit, after }) => pageOfBatches(controllers, limit, after),
    command: {
      example: 'sallyport controller origin list --limit 20 --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'KIND', 'NAME', 'AT', 'WHO', 'NEW', 'CHANGED', 'FACTS', 'TAKEN BACK'],
          rows.map(({ id, sort, name, at, actor, summary, undoneAt }) => [
            id,
            sort,
            name,
            at,
            actor,
            summary.created,
            summary.changed,
            summary.facts,
            undoneAt,
          ]),
        ),
      json: ({ rows }) => rows,
    },
  }),
  operation({
    name: 'controller.origin.undo',
    http: { method: 'post', path: '/controller-origins/{origin}/undo' },
    right: 'controllers:write',
    summary: 'Takes an import batch back as a whole: its facts go, and records that nothing else speaks of',
    input: z.strictObject({ origin: batchNumber, dryRun: z.boolean().default(false).describe('Changes nothing') }),
    output: undoneSchema,
    run: async ({ controllers, actor }, { origin: batch, dryRun }) => {
      const { facts, changed, removed } = dryRun
        ? controllers.undo(actor, batch, { dryRun })
        : await controllers.undoInSteps(actor, batch);
      return {
        origin: toBatch(controllers.batch(batch)),
        facts,
        changed: changed.length,
        removed: removed.map(({ publicId }) => publicId),
      };
    },
    command: {
      positionals: ['origin'],
      flags: { dryRun: { name: 'preview', help: 'says what would go and changes nothing' } },
      example: 'sallyport controller origin undo 12 --preview',
      print: (out, { facts, changed, removed }, { dryRun }) => {
        out.line(`${facts} facts ${dryRun ? 'would go' : 'went'}, ${changed} records changed`);
        for (const id of removed) out.line(`gone: ${id}`);
      },
      json: (answer, { dryRun }) => ({ ...answer, origin: answer.origin.id, preview: dryRun }),
    },
  }),
  operation({
    name: 'controller.origin.before',
    http: { method: 'get', path: '/controllers/origins' },
    right: 'controllers:read',
    summary: 'What files, captures and queries brought, the newest first',
    input: z.strictObject({
      limit: numberPaging.limit,
      before: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('The `next` of the page before'),
    }),
    output: batchPage,
    run: ({ controllers }, { limit, before }) => pageOfBatches(controllers, limit, before),
  }),
  operation({
    name: 'controller.origin.revert',
    http: { method: 'post', path: '/controllers/origins/{origin}/undo' },
    right: 'controllers:write',
    summary: 'Takes back every fact of an import batch; CONFLICT when it was taken back before',
    input: z.strictObject({ origin: batchNumber }),
    output: undoneSchema,
    run: async ({ controllers, actor }, { origin: id }) => {
      const { batch, facts, changed, removed } = await controllers.undoInSteps(actor, id);
      return {
        origin: toBatch(batch),
        facts,
        changed: changed.length,
        removed: removed.map(({ publicId }) => publicId),
      };
    },
  }),
];
