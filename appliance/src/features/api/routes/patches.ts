import { z } from 'zod';
import { APPROVAL_PRESETS } from '../../plcs/patches/approval-presets.ts';
import { maxListBytes } from '../../plcs/patches/approval-rows.ts';
import type { ApprovalResult } from '../../plcs/patches/approvals.ts';
import { ANSWERS, CHECK_ITEMS } from '../../plcs/patches/checklist.ts';
import { CLOCKS } from '../../plcs/patches/clocks.ts';
import type { MoveEvidence } from '../../plcs/patches/evidence.ts';
import { moveEvidenceSchema, TESTED_ON } from '../../plcs/patches/evidence.ts';
import { PATCH_STATES } from '../../plcs/patches/states.ts';
import type { PatchSummary } from '../../plcs/patches/types.ts';
import type { SchemaNames } from '../openapi.ts';
import { readAllBytes } from '../read-all-bytes.ts';
import { type ApiRoute, emptyRoute, fileRoute, jsonRoute } from '../route.ts';
import { anyOf, givenTime, numberPageOf, numberPaging, present, search, time, timeOf, timeOrNull } from '../schemas.ts';
import type { ApiParts } from '../types.ts';

const tag = 'devices' as const;
const patchId = z.int().min(1).describe('Number of a patch');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const state = z.enum(PATCH_STATES);

const clockSchema = z.object({
  clock: z.enum(CLOCKS),
  from: time.nullable(),
  limit: time.nullable(),
  doneAt: time.nullable(),
  overdue: z.boolean(),
  extended: z.boolean(),
});

const patchSchema = z.object({
  id: z.int(),
  patchId: z.string(),
  vendor: z.string(),
  product: z.string(),
  productVersion: z.string(),
  targetVersion: z.string().nullable(),
  sha256: z.string().nullable(),
  supersedes: z.string().nullable(),
  vulnerabilities: z.array(z.string()),
  remarks: z.string().nullable(),
  site: z.string(),
  state,
  until: time.nullable(),
  fallback: state.nullable().describe('What it is again after `until`'),
  vendorSays: state,
  vendorSaysOn: time.nullable(),
  testedOn: z.enum(TESTED_ON).nullable(),
  vetoed: z.boolean(),
  window: z.object({ id: z.string(), from: time, until: time }).nullable(),
  clocks: z.array(clockSchema),
  targets: z.int(),
  waiting: z.int().describe('Requests that wait for a signature'),
});

/** Times in evidence are times here. */
const evidenceSchema = z.strictObject({
  ...moveEvidenceSchema.shape,
  until: givenTime.optional(),
  windowFrom: givenTime.optional(),
  installedAt: givenTime.optional(),
});

const saidEvidence = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const timeNames = ['until', 'windowFrom', 'installedAt'] as const;

const evidenceOf = (given: z.infer<typeof evidenceSchema>): MoveEvidence => ({
  ...(present(given) as Omit<MoveEvidence, 'until' | 'windowFrom' | 'installedAt'>),
  ...(Object.fromEntries(
    timeNames.flatMap((name) => (given[name] === undefined ? [] : [[name, Date.parse(given[name])]])),
  ) as MoveEvidence),
});

const evidenceText = (evidence: MoveEvidence): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => [name, typeof value === 'number' ? timeOf(value) : (value ?? '')]),
  );

const toPatch = (patch: PatchSummary) => ({
  id: patch.id,
  patchId: patch.patchId,
  vendor: patch.vendor,
  product: patch.product,
  productVersion: patch.productVersion,
  targetVersion: patch.targetVersion,
  sha256: patch.sha256,
  supersedes: patch.supersedes,
  vulnerabilities: patch.vulnerabilities,
  remarks: patch.remarks,
  site: patch.site,
  state: patch.state,
  until: timeOrNull(patch.until),
  fallback: patch.fallback,
  vendorSays: patch.verdict,
  vendorSaysOn: timeOrNull(patch.verdictOn),
  testedOn: patch.testedOn,
  vetoed: patch.vetoed,
  window: patch.window && {
    id: patch.window.id,
    from: timeOf(patch.window.from),
    until: timeOf(patch.window.until),
  },
  clocks: patch.clocks.map((one) => ({
    ...one,
    from: timeOrNull(one.from),
    limit: timeOrNull(one.limit),
    doneAt: timeOrNull(one.doneAt),
  })),
  targets: patch.targets,
  waiting: patch.waiting,
});

const slotSchema = z.object({ duty: z.string(), other: z.boolean().describe('Not the person who asks') });

const approvalSchema = z.object({
  import: z.int().nullable().describe('Null where nothing was changed'),
  changed: z.int(),
  rows: z.array(
    z.object({
      line: z.int(),
      patchId: z.string(),
      vendor: z.string(),
      product: z.string(),
      outcome: z.enum(['new', 'changed', 'pulls-back', 'unchanged', 'older']),
      before: state.nullable(),
      after: state,
    }),
  ),
  faults: z.array(z.object({ line: z.int(), field: z.string(), code: z.string() })),
});

const toApproval = ({ import: id, changed, rows, faults }: ApprovalResult) => ({
  import: id,
  changed,
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

/** Patches of controllers: where they stand, moving them, signing, vendors' lists, evidence. */
export const patchRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { patches, jobs } = parts;
  names.add(patchSchema, { id: 'ControllerPatch' });
  const params = z.strictObject({ patch: patchId });
  const detail = (id: number) => toPatch(patches.get(id));

  return [
    jsonRoute({
      method: 'get',
      path: '/controller-patches',
      tag,
      right: 'devices:read',
      summary: 'Patches of controllers with their states and clocks',
      query: z.strictObject({
        state: anyOf(PATCH_STATES),
        overdue: z.boolean().optional(),
        controller: z.string().max(64).optional().describe('Public id of a controller'),
        search: search.optional(),
        ...numberPaging,
      }),
      response: numberPageOf(patchSchema),
      handle: ({ query: { controller, limit, ...rest } }) => {
        const page = patches.list({ limit, ...present({ ...rest, plc: controller }) });
        return { rows: page.rows.map(toPatch), total: page.total, next: page.next ?? null };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-patches',
      tag,
      right: 'devices:write',
      status: 201,
      summary: 'Adds a patch by hand',
      body: z.strictObject({
        patchId: z.string().max(128),
        vendor: z.string().max(128),
        product: z.string().max(256),
        productVersion: z.string().max(128).default(''),
        targetVersion: z.string().max(128).optional(),
        sha256: sha256.optional(),
        supersedes: z.string().max(128).optional(),
        vulnerabilities: z.array(z.string().max(100)).max(500).optional(),
        publishedAt: givenTime.optional(),
        remarks: z.string().max(2_000).optional(),
      }),
      response: patchSchema,
      handle: ({ actor, body: { publishedAt, ...rest } }) =>
        detail(
          patches.create(actor, {
            patchId: rest.patchId,
            vendor: rest.vendor,
            product: rest.product,
            productVersion: rest.productVersion,
            ...present({
              targetVersion: rest.targetVersion,
              sha256: rest.sha256,
              supersedes: rest.supersedes,
              vulnerabilities: rest.vulnerabilities,
              remarks: rest.remarks,
              publishedAt: publishedAt === undefined ? undefined : Date.parse(publishedAt),
            }),
          }).id,
        ),
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-patches/{patch}',
      tag,
      right: 'devices:read',
      summary: 'A patch with what may come next, what waits for signatures, its controllers and its history',
      params,
      response: patchSchema.extend({
        next: z.array(
          z.object({
            to: state,
            possible: z.boolean(),
            closed: z.array(z.object({ gate: z.string(), reason: z.string(), controllers: z.array(z.string()) })),
            evidence: z.array(z.string()),
            signatures: z.array(slotSchema),
          }),
        ),
        requests: z.array(
          z.object({
            id: z.int(),
            sort: z.enum(['move', 'extension']),
            target: z.string(),
            askedAt: time,
            askedBy: z.string(),
            reason: z.string(),
            open: z.array(slotSchema),
          }),
        ),
        controllers: z.array(
          z.object({
            controller: z.string(),
            name: z.string(),
            firmware: z.string().nullable(),
            readAt: time.nullable(),
            installedAt: time.nullable(),
            verifiedAt: time.nullable(),
            openChecks: z.array(z.string()),
          }),
        ),
        history: z.array(
          z.object({
            at: time,
            sort: z.string(),
            from: state,
            to: z.string(),
            actor: z.string(),
            signed: z.array(z.object({ actor: z.string(), at: time, roles: z.array(z.string()) })),
            reason: z.string(),
            evidence: saidEvidence,
          }),
        ),
      }),
      handle: ({ params: { patch: id } }) => ({
        ...detail(id),
        next: patches.options(id).map(({ to, possible, gates, evidence, slots }) => ({
          to,
          possible,
          closed: gates.flatMap(({ gate, open, reason, plcs = [] }) =>
            open ? [] : [{ gate, reason: reason ?? '', controllers: [...plcs] }],
          ),
          evidence: [...evidence],
          signatures: slots.map((slot) => ({ ...slot })),
        })),
        requests: patches.requests(id).map((one) => ({
          id: one.id,
          sort: one.sort,
          target: one.target,
          askedAt: timeOf(one.askedAt),
          askedBy: one.askedBy,
          reason: one.reason,
          open: one.open.map((slot) => ({ ...slot })),
        })),
        controllers: patches.targets(id).map((one) => ({
          controller: one.plc,
          name: one.controller?.name ?? one.plc,
          firmware: one.controller?.firmware ?? null,
          readAt: timeOrNull(one.controller?.readAt),
          installedAt: timeOrNull(one.installedAt),
          verifiedAt: timeOrNull(one.verifiedAt),
          openChecks: one.checks.filter(({ fault }) => fault !== undefined).map(({ item }) => item),
        })),
        history: patches.history(id).map((one) => ({
          at: timeOf(one.at),
          sort: one.sort,
          from: one.from,
          to: one.to,
          actor: one.actor,
          signed: one.signed.map(({ actor, at, duties }) => ({ actor, at: timeOf(at), roles: [...duties] })),
          reason: one.reason,
          evidence: evidenceText(one.evidence),
        })),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-patches/{patch}/move',
      tag,
      right: 'devices:write',
      summary: 'Moves a patch, or asks for it where somebody else has to sign',
      params,
      body: z.strictObject({ to: state, reason: z.string().min(1).max(1_000), evidence: evidenceSchema.default({}) }),
      response: z.object({ state, request: z.int().nullable().describe('Number of the request that waits') }),
      handle: ({ actor, params: { patch: id }, body: { to, reason, evidence } }) => {
        const { patch, request } = patches.move(actor, id, { to, reason, evidence: evidenceOf(evidence) });
        return { state: patch.state, request };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-patches/{patch}/extend',
      tag,
      right: 'devices:write',
      summary: 'Asks for a later end of a clock; a senior approver signs',
      params,
      body: z.strictObject({ clock: z.enum(CLOCKS), until: givenTime, reason: z.string().min(1).max(1_000) }),
      response: z.object({ request: z.int().nullable() }),
      handle: ({ actor, params: { patch: id }, body: { clock, until, reason } }) => ({
        request: patches.extend(actor, id, { clock, until: Date.parse(until), reason }).request,
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-patches/requests/{request}/sign',
      tag,
      right: 'devices:write',
      summary: 'Signs for what somebody asked, or declines it',
      params: z.strictObject({ request: z.int().min(1) }),
      body: z.strictObject({ agrees: z.boolean(), comment: z.string().max(500).default('') }),
      response: z.object({ state, done: z.boolean() }),
      handle: ({ actor, params: { request }, body }) => {
        const { patch, done } = patches.sign(actor, request, body);
        return { state: patch.state, done };
      },
    }),
    jsonRoute({
      method: 'patch',
      path: '/controller-patches/{patch}',
      tag,
      right: 'devices:write',
      summary: 'Says what a patch brings',
      params,
      body: z.strictObject({
        targetVersion: z.string().max(128).optional(),
        sha256: sha256.optional(),
        vulnerabilities: z.array(z.string().max(100)).max(500).optional(),
      }),
      response: patchSchema,
      handle: ({ actor, params: { patch: id }, body }) => {
        patches.describe(actor, id, present(body));
        return detail(id);
      },
    }),
    emptyRoute({
      method: 'put',
      path: '/controller-patches/{patch}/controllers/{controller}',
      tag,
      right: 'devices:write',
      summary: 'The patch is for this controller',
      params: z.strictObject({ patch: patchId, controller: z.string().min(1).max(64) }),
      handle: ({ actor, params: { patch: id, controller } }) => patches.setTarget(actor, id, controller, true),
    }),
    emptyRoute({
      method: 'delete',
      path: '/controller-patches/{patch}/controllers/{controller}',
      tag,
      right: 'devices:write',
      summary: 'The patch is not for this controller',
      params: z.strictObject({ patch: patchId, controller: z.string().min(1).max(64) }),
      handle: ({ actor, params: { patch: id, controller } }) => patches.setTarget(actor, id, controller, false),
    }),
    emptyRoute({
      method: 'post',
      path: '/controller-patches/{patch}/controllers/{controller}/checks',
      tag,
      right: 'devices:write',
      summary: 'Answers an item of the checklist before an installation',
      params: z.strictObject({ patch: patchId, controller: z.string().min(1).max(64) }),
      body: z.strictObject({
        item: z.enum(CHECK_ITEMS),
        answer: z.enum(ANSWERS),
        note: z.string().max(500).default(''),
        value: z.string().max(200).nullable().default(null),
      }),
      handle: ({ actor, params: { patch: id, controller }, body }) => patches.answer(actor, id, controller, body),
    }),
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
      handle: async ({ actor, query, request }) =>
        toApproval(patches.approvals.importList(actor, await readAllBytes(request, maxListBytes), query)),
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
