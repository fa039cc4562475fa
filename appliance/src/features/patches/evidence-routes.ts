import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { readBytes } from '../../platform/http/read-bytes.ts';
import { type ApiRoute, fileRoute, jsonRoute } from '../../server/api/route.ts';
import { givenTime, time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { state, tag } from './route-schemas.ts';
import { APPROVAL_PRESETS, type ApprovalResult, maxListBytes } from './types.ts';

const approvalSchema = z.object({
  import: z.int().nullable().describe('Null where nothing was changed'),
  changed: z.int(),
  proposed: z.int().describe('Lines that would open the gate of the vendor: two roles sign them first'),
  rows: z.array(
    z.object({
      line: z.int(),
      patchId: z.string(),
      vendor: z.string(),
      product: z.string(),
      outcome: z.enum(['new', 'changed', 'pulls-back', 'proposed', 'unchanged', 'older']),
      before: state.nullable(),
      after: state,
    }),
  ),
  faults: z.array(z.object({ line: z.int(), field: z.string(), code: z.string() })),
});

const toApproval = ({ import: id, changed, proposed, rows, faults }: ApprovalResult) => ({
  import: id,
  changed,
  proposed,
  faults: [...faults],
  rows: rows.map(({ line, patchId: patch, vendor, product, outcome, before, after }) => ({
    line,
    patchId: patch,
    vendor,
    product,
    outcome,
    before,
    after,
  })),
});

/** Vendors' lists, the calendar of windows, accepted risks, evidence packs. */
export const patchEvidenceRoutes = (parts: ApiParts): ApiRoute[] => {
  const { patches, jobs } = parts;

  return [
    jsonRoute({
      method: 'post',
      path: '/controller-patches/approvals',
      tag,
      right: 'devices:write',
      summary: "Imports a vendor's list, as CSV or JSON; with `dryRun` it says what it would do",
      query: z.strictObject({
        name: z.string().min(1).max(200).default('list'),
        preset: z.enum(APPROVAL_PRESETS).default('neutral'),
        dryRun: z.boolean().default(false),
      }),
      upload: { types: ['text/csv', 'application/json', 'application/octet-stream'] },
      response: approvalSchema,
      handle: async ({ actor, query, request }) => {
        const bytes = await readBytes(request, maxListBytes);
        if (bytes.length === 0) throw new AppError('MALFORMED', 'there is no body');
        return toApproval(patches.approvals.importList(actor, bytes, query));
      },
    }),
    jsonRoute({
      method: 'delete',
      path: '/controller-patches/approvals/{import}',
      tag,
      right: 'devices:write',
      summary: "Takes a vendor's list back, but for patches that people went on with",
      params: z.strictObject({ import: z.int().min(1) }),
      response: z.object({ restored: z.int(), removed: z.int(), kept: z.array(z.int()) }),
      handle: ({ actor, params: { import: id } }) => {
        const { kept, ...counts } = patches.approvals.undo(actor, id);
        return { ...counts, kept: [...kept] };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/maintenance-windows/calendar',
      tag,
      right: 'devices:read',
      summary: 'When controllers may be worked on',
      query: z.strictObject({ from: givenTime, until: givenTime }),
      response: z.object({
        rows: z.array(
          z.object({
            window: z.string(),
            name: z.string(),
            from: time,
            until: time,
            tellBy: time,
            blackout: z.boolean(),
          }),
        ),
      }),
      handle: ({ query: { from, until } }) => {
        const span = { from: Date.parse(from), until: Date.parse(until) };
        return {
          rows: patches.calendar(span).windows.map((one) => ({
            window: one.window,
            name: one.name,
            from: timeOf(one.from),
            until: timeOf(one.until),
            tellBy: timeOf(one.tellBy),
            blackout: one.blackout,
          })),
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/risk-acceptances/{acceptance}/approve',
      tag,
      right: 'devices:write',
      summary: 'Approves an accepted risk; neither its owner nor who wrote it',
      params: z.strictObject({ acceptance: z.string().min(1).max(512) }),
      response: z.object({ state: z.string(), approver: z.string().nullable() }),
      handle: ({ actor, params: { acceptance } }) => {
        const { state: is, approver } = patches.measures.approve(actor, acceptance);
        return { state: is, approver };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/evidence',
      tag,
      right: 'devices:write',
      status: 201,
      summary: 'Asks for the evidence of a period; a job makes it',
      body: z.strictObject({ from: givenTime, to: givenTime, lang: z.enum(['kk', 'ru', 'en']).default('en') }),
      response: z.object({ id: z.int() }),
      handle: ({ actor, body: { from, to, lang } }) => {
        const id = patches.evidence.ask(actor, { from: Date.parse(from), to: Date.parse(to), lang });
        patches.evidence.setJob(id, jobs.enqueue('evidence', { pack: id }));
        return { id };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/evidence/{pack}',
      tag,
      right: 'devices:read',
      summary: 'An evidence pack: whether it is made, and its hashes',
      params: z.strictObject({ pack: z.int().min(1) }),
      response: z.object({
        id: z.int(),
        from: time,
        to: time,
        createdAt: time,
        rows: z.int().nullable(),
        sha256: z.string().nullable().describe('Of the signed document; null while it is made'),
        printSha256: z.string().nullable(),
        error: z.string().nullable(),
      }),
      handle: ({ params: { pack: id } }) => {
        const pack = patches.evidence.get(id);
        const run = pack.job === null ? undefined : jobs.get(pack.job);
        return {
          id,
          from: timeOf(pack.from),
          to: timeOf(pack.to),
          createdAt: timeOf(pack.createdAt),
          rows: pack.rows,
          sha256: pack.jsonSha256,
          printSha256: pack.pdfSha256,
          error: run?.state === 'failed' ? (run.error?.code ?? 'INTERNAL') : null,
        };
      },
    }),
    fileRoute({
      method: 'get',
      path: '/evidence/{pack}/{file}',
      tag,
      right: 'devices:read',
      summary: 'A file of an evidence pack: `json`, `pdf`, `signature`',
      type: 'application/octet-stream',
      params: z.strictObject({ pack: z.int().min(1), file: z.enum(['json', 'pdf', 'signature']) }),
      handle: ({ params: { pack, file } }) => {
        const { name, bytes } = patches.evidence.file(pack, file);
        return { name, body: bytes };
      },
    }),
  ];
};
