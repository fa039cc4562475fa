import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { anyOf, present, search, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { ProgramDetail, ProgramRow } from './types.ts';
import { STATES } from './types.ts';

const controllerId = z.string().min(1).max(120).describe('Public id of a controller');
const content = z.record(z.string(), z.string()).describe('By field: checksums, blocks, project');

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

const approvalSchema = z.object({
  content,
  contentHash: z.string(),
  reason: z.string(),
  workOrder: z.string().nullable(),
  approvedAt: time,
  approvedBy: z.string(),
  secondBy: z.string().nullable(),
  revision: z.int(),
});

const detailSchema = programSchema.extend({
  current: content,
  currentHash: z.string(),
  approval: approvalSchema.nullable(),
  proposal: z
    .object({ contentHash: z.string(), reason: z.string(), workOrder: z.string().nullable(), by: z.string(), at: time })
    .nullable(),
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

const toRow = ({ publicId, controller: _controller, since, checkedAt, readAt, differences, ...row }: ProgramRow) => ({
  ...row,
  id: publicId,
  since: timeOf(since),
  checkedAt: timeOf(checkedAt),
  readAt: timeOrNull(readAt),
  differences: differences.map(({ blocks, ...difference }) => ({
    ...difference,
    blocks: blocks === undefined ? null : [...blocks],
  })),
});

const toApproval = ({ approvedAt, ...approval }: ProgramDetail['approvals'][number]) => ({
  ...approval,
  approvedAt: timeOf(approvedAt),
});

const toDetail = (detail: ProgramDetail) => ({
  ...toRow(detail),
  current: detail.current,
  currentHash: detail.currentHash,
  approval: detail.approval && toApproval(detail.approval),
  proposal: detail.proposal && { ...detail.proposal, at: timeOf(detail.proposal.at) },
  approvals: detail.approvals.map(toApproval),
  rules: [...detail.rules],
});

/** Whether programs are the ones that were approved, and deciding about it. */
export const integrityRoutes = ({ integrity }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(programSchema, { id: 'ControllerProgram' });
  names.add(detailSchema, { id: 'ControllerProgramDetail' });
  const tag = 'devices' as const;
  const params = z.strictObject({ controller: controllerId });
  return [
    jsonRoute({
      method: 'get',
      path: '/controller-programs',
      tag,
      right: 'devices:read',
      summary: 'The programs of controllers against what was approved, the worst first',
      query: z.strictObject({ state: anyOf(STATES), search: search.optional() }),
      response: z.object({ rows: z.array(programSchema) }),
      handle: ({ query }) => ({
        rows: integrity.list(present({ state: query.state, search: query.search })).map(toRow),
      }),
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-programs/{controller}',
      tag,
      right: 'devices:read',
      summary: 'One program: what was approved, what is known, what hardening says',
      params,
      response: detailSchema,
      handle: ({ params: { controller } }) => toDetail(integrity.get(controller)),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-programs/{controller}/approval',
      tag,
      right: 'devices:write',
      summary: 'Approves what is known now as the program, or proposes it where two people are asked for',
      params,
      body: z.strictObject({
        reason: z.string().max(500),
        workOrder: z.string().max(100).optional(),
        contentHash: z.string().max(64).optional().describe('CONFLICT when the content is another one by now'),
      }),
      response: detailSchema,
      handle: ({ actor, params: { controller }, body }) =>
        toDetail(
          integrity.approve(actor, controller, {
            reason: body.reason,
            ...present({ workOrder: body.workOrder, contentHash: body.contentHash }),
          }),
        ),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-programs/{controller}/confirmation',
      tag,
      right: 'devices:write',
      summary: 'The second person confirms or declines a proposed program',
      params,
      body: z.strictObject({ decision: z.enum(['approve', 'decline']) }),
      response: detailSchema,
      handle: ({ actor, params: { controller }, body }) =>
        toDetail(integrity.confirm(actor, controller, body.decision)),
    }),
  ];
};
