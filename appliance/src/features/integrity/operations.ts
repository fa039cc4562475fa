import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { requireRight, scopeOf } from '../../engine/objects/types.ts';
import { anyOf, search, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import {
  approvalSchema,
  content,
  type IntegrityService,
  type ProgramDetail,
  type ProgramRow,
  proposalSchema,
  STATES,
} from './types.ts';

// Whether programs are the ones that were approved, and deciding about it.

const { operation } = operationsOver<{ integrity: IntegrityService }>({
  area: 'controllers',
  bound: 'zone',
  scoped: true,
});

const controllerId = z.string().min(1).max(120).describe('Public id of a controller');
const differenceSchema = z.object({
  field: z.string(),
  approved: z.string(),
  found: z.string(),
  blocks: z.array(z.string()).nullable().describe('Names of the blocks that differ'),
});

const programSchema = z.object({
  id: z.string(),
  name: z.string(),
  zone: z.string().nullable(),
  state: z.enum(STATES),
  why: z.enum(['not-read', 'failed', 'stale']).nullable().describe('Why it is not known'),
  differences: z.array(differenceSchema),
  since: time,
  checkedAt: time,
  readAt: time.nullable(),
  isProposed: z.boolean().describe('Waits for a second person'),
  hardening: z.object({ found: z.int(), unknown: z.int() }),
});

const detailSchema = programSchema.extend({
  current: content,
  currentHash: z.string(),
  approval: approvalSchema.nullable(),
  proposal: proposalSchema.nullable(),
  approvals: z.array(approvalSchema),
  rules: z.array(
    z.object({
      rule: z.string(),
      severity: z.enum(['critical', 'warning']),
      answer: z.enum(['ok', 'unknown', 'found']),
      evidence: z.string().nullable(),
    }),
  ),
});

const toRow = ({ publicId, controller: _controller, differences, ...row }: ProgramRow) => ({
  ...row,
  id: publicId,
  differences: differences.map(({ blocks, ...difference }) => ({
    ...difference,
    blocks: blocks ?? null,
  })),
});

const toDetail = (detail: ProgramDetail) => ({
  ...detail,
  ...toRow(detail),
});

export const integritySchemas = { ControllerProgram: programSchema, ControllerProgramDetail: detailSchema };

export const integrityOperations = [
  operation({
    name: 'controller.integrity.list',
    http: { method: 'get', path: '/controller-programs' },
    right: 'controllers:read',
    summary: 'The programs of controllers against what was approved, the worst first',
    input: z.strictObject({
      state: anyOf(STATES),
      search: search.optional(),
      check: z.boolean().default(false).describe('Compares anew first'),
    }),
    output: z.object({ rows: z.array(programSchema) }),
    run: ({ integrity, actor }, { check, ...filter }) => {
      if (check) {
        requireRight(actor, 'controllers:write');
        integrity.check();
      }
      return { rows: integrity.list(defined(filter), scopeOf(actor, 'controllers:read')).map(toRow) };
    },
    command: {
      example: 'sallyport controller integrity list --state changed --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'NAME', 'STATE', 'SINCE', 'READ', 'DIFFERS', 'HARDENING'],
          rows.map((row) => [
            row.id,
            row.name,
            row.why === null ? row.state : `${row.state} (${row.why})`,
            row.since,
            row.readAt,
            row.differences.flatMap(({ field, blocks }) => blocks ?? [field]).join(', '),
            row.hardening.found,
          ]),
        ),
      json: ({ rows }) => rows.map((row) => ({ ...row, publicId: row.id })),
    },
  }),
  operation({
    name: 'controller.integrity.show',
    http: { method: 'get', path: '/controller-programs/{controller}' },
    right: 'controllers:read',
    summary: 'One program: what was approved, what is known, what hardening says',
    input: z.strictObject({ controller: controllerId }),
    output: detailSchema,
    run: ({ integrity, actor }, { controller }) =>
      toDetail(integrity.get(controller, scopeOf(actor, 'controllers:read'))),
  }),
  operation({
    name: 'controller.integrity.approve',
    http: { method: 'post', path: '/controller-programs/{controller}/approval' },
    right: 'controllers:write',
    summary: 'Approves what is known now as the program, or proposes it where two people are asked for',
    input: z.strictObject({
      controller: controllerId,
      reason: z.string().max(500).describe('Why this program is right'),
      workOrder: z.string().max(100).optional().describe('The work order of the change'),
      contentHash: z.string().max(64).optional().describe('CONFLICT when the content is another one by now'),
    }),
    output: detailSchema,
    run: ({ integrity, actor }, { controller, reason, ...rest }) =>
      toDetail(integrity.approve(actor, controller, { reason, ...defined(rest) })),
    command: {
      positionals: ['controller'],
      flags: { workOrder: { name: 'order', value: 'NUMBER' }, contentHash: { name: 'hash', value: 'SHA256' } },
      example:
        'sallyport controller integrity approve controller-0f3a… --reason "commissioning" --order WO-1207 --data /var/lib/sallyport',
      print: (out, { state, isProposed }, { controller }) =>
        out.line(
          isProposed ? `${controller}: proposed, a second person confirms it` : `${controller}: approved, ${state}`,
        ),
      json: ({ state, currentHash, isProposed }, { controller }) => ({
        id: controller,
        state,
        contentHash: currentHash,
        isProposed,
      }),
    },
  }),
  operation({
    name: 'controller.integrity.confirm',
    http: { method: 'post', path: '/controller-programs/{controller}/confirmation' },
    person: 'to-agree',
    decides: true,
    right: 'controllers:write',
    summary: 'The second person confirms or declines a proposed program',
    input: z.strictObject({ controller: controllerId, decision: z.enum(['approve', 'decline']) }),
    output: detailSchema,
    run: ({ integrity, actor }, { controller, decision }) => toDetail(integrity.confirm(actor, controller, decision)),
  }),
];
