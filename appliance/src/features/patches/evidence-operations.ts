import { z } from 'zod';
import { scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { readBytes } from '../../platform/http/read-bytes.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { anyOf, givenTime, time } from '../../platform/shapes.ts';
import { bodyOf } from '../../server/api/upload.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { ACCEPTANCE_EFFECTS } from './acceptances.ts';
import type { PatchService } from './service.ts';
import { state } from './shapes.ts';
import { APPROVAL_PRESETS, maxListBytes } from './types.ts';

// Vendors' lists, the calendar of windows, accepted risks, evidence packs.

const { operation, download } = operationsOver<{ patches: PatchService; jobs: Pick<Jobs, 'get' | 'enqueue'> }>({
  area: 'controllers',
  bound: 'zone',
});

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

const acceptanceSchema = z.object({
  id: z.string(),
  name: z.string(),
  vulnerability: z.string(),
  vendor: z.string().describe('Empty: any'),
  product: z.string().describe('Empty: any in the zone'),
  zone: z.string().describe('Empty: any'),
  versions: z.string(),
  reason: z.string(),
  owner: z.string(),
  approver: z.string().nullable(),
  state: z.enum(['waiting', 'changed', 'in-force', 'ends-soon', 'over', 'malformed']),
  effect: z
    .enum(ACCEPTANCE_EFFECTS)
    .describe(
      'Whether it can hold anything back. `controllers`: some controller here is what it names. `package`: it names a package of computers; `none`: no controller here is what it names. Both are without effect.',
    ),
  expiresAt: time.nullable(),
});

const packNumber = z.int().min(1);

export const evidenceOperations = [
  operation({
    name: 'patch.approval.import',
    bound: 'site',
    http: {
      method: 'post',
      path: '/controller-patches/approvals',
      upload: { types: ['text/csv', 'application/json', 'application/octet-stream'] },
    },
    right: 'controllers:write',
    summary: "Imports a vendor's list, as CSV or JSON; with `dryRun` it says what it would do",
    input: z.strictObject({
      name: z.string().min(1).max(200).default('list'),
      preset: z.enum(APPROVAL_PRESETS).default('neutral'),
      dryRun: z.boolean().default(false),
    }),
    output: approvalSchema,
    run: async ({ patches, actor, request }, options) => {
      const bytes = await readBytes(bodyOf(request), maxListBytes);
      if (bytes.length === 0) throw new AppError('MALFORMED', 'there is no body');
      return patches.approvals.importList(actor, bytes, options);
    },
  }),
  operation({
    name: 'patch.approval.undo',
    bound: 'site',
    http: { method: 'delete', path: '/controller-patches/approvals/{import}' },
    right: 'controllers:write',
    summary: "Takes a vendor's list back, but for patches that people went on with",
    input: z.strictObject({ import: z.int().min(1) }),
    output: z.object({ restored: z.int(), removed: z.int(), kept: z.array(z.int()) }),
    run: ({ patches, actor }, { import: id }) => patches.approvals.undo(actor, id),
  }),
  operation({
    name: 'patch.calendar',
    scoped: true,
    http: { method: 'get', path: '/maintenance-windows/calendar' },
    right: 'controllers:read',
    summary: 'When controllers may be worked on',
    input: z.strictObject({ from: givenTime, until: givenTime }),
    output: z.object({
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
    run: ({ patches, actor }, { from, until }) => ({
      rows: patches
        .within(scopeOf(actor, 'controllers:read'))
        .calendar({ from: Date.parse(from), until: Date.parse(until) }).windows,
    }),
  }),
  operation({
    name: 'patch.risk.list',
    http: { method: 'get', path: '/risk-acceptances' },
    right: 'controllers:read',
    summary: 'Accepted risks: where each stands, and whether a controller here is what it names',
    input: z.strictObject({ effect: anyOf(ACCEPTANCE_EFFECTS).describe('`package` and `none` are without effect') }),
    output: z.object({ rows: z.array(acceptanceSchema) }),
    run: ({ patches }, { effect }) => ({
      rows: patches.measures.acceptances().filter((one) => effect === undefined || effect.includes(one.effect)),
    }),
    command: {
      example: 'sallyport patch risk list --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'VULNERABILITY', 'VENDOR', 'PRODUCT', 'ZONE', 'VERSIONS', 'STATE', 'EFFECT', 'ENDS'],
          rows.map((row) => [
            row.id,
            row.vulnerability,
            row.vendor || null,
            row.product || null,
            row.zone || null,
            row.versions,
            row.state,
            {
              controllers: 'controllers',
              package: 'without effect: a package of computers',
              none: 'without effect: no such controller here',
            }[row.effect],
            row.expiresAt,
          ]),
        ),
    },
  }),
  operation({
    name: 'patch.risk.approve',
    http: { method: 'post', path: '/risk-acceptances/{acceptance}/approve' },
    person: 'always',
    right: 'controllers:approve',
    summary: 'Approves an accepted risk; neither its owner nor who wrote it',
    input: z.strictObject({ acceptance: z.string().min(1).max(512) }),
    output: z.object({ state: z.string(), approver: z.string().nullable() }),
    run: ({ patches, actor }, { acceptance }) => patches.measures.approve(actor, acceptance),
  }),
  operation({
    name: 'evidence.ask',
    http: { method: 'post', path: '/evidence', status: 201 },
    right: 'controllers:write',
    summary: 'Asks for the evidence of a period; a job makes it',
    input: z.strictObject({ from: givenTime, to: givenTime, lang: z.enum(['kk', 'ru', 'en']).default('en') }),
    output: z.object({ id: z.int() }),
    run: ({ patches, jobs, actor }, { from, to, lang }) => {
      const id = patches.evidence.ask(actor, { from: Date.parse(from), to: Date.parse(to), lang });
      patches.evidence.setJob(id, jobs.enqueue('evidence', { pack: id }));
      return { id };
    },
  }),
  operation({
    name: 'evidence.show',
    http: { method: 'get', path: '/evidence/{pack}' },
    right: 'controllers:read',
    summary: 'An evidence pack: whether it is made, and its hashes',
    input: z.strictObject({ pack: packNumber }),
    output: z.object({
      id: z.int(),
      from: time,
      to: time,
      createdAt: time,
      rows: z.int().nullable(),
      sha256: z.string().nullable().describe('Of the signed document; null while it is made'),
      printSha256: z.string().nullable(),
      error: z.string().nullable(),
    }),
    run: ({ patches, jobs }, { pack: id }) => {
      const pack = patches.evidence.get(id);
      const run = pack.job === null ? undefined : jobs.get(pack.job);
      return {
        id,
        from: pack.from,
        to: pack.to,
        createdAt: pack.createdAt,
        rows: pack.rows,
        sha256: pack.jsonSha256,
        printSha256: pack.pdfSha256,
        error: run?.state === 'failed' ? (run.error?.code ?? 'INTERNAL') : null,
      };
    },
  }),
  download({
    name: 'evidence.file',
    http: { method: 'get', path: '/evidence/{pack}/{file}' },
    right: 'controllers:read',
    summary: 'A file of an evidence pack: `json`, `pdf`, `signature`',
    file: 'application/octet-stream',
    input: z.strictObject({ pack: packNumber, file: z.enum(['json', 'pdf', 'signature']) }),
    run: ({ patches }, { pack, file }) => {
      const { name, bytes } = patches.evidence.file(pack, file);
      return { name, body: bytes };
    },
  }),
];
