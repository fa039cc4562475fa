import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { anyOf, givenTime, numberPageOf, numberPaging, search, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { evidenceOperations } from './evidence-operations.ts';
import { moveOperations } from './move-operations.ts';
import type { PatchService } from './service.ts';
import {
  evidenceShape,
  evidenceText,
  patchNumber,
  patchSchema,
  sha256,
  slotSchema,
  state,
  toPatch,
  toSlot,
} from './shapes.ts';
import { PATCH_STATES } from './types.ts';

// Patches of controllers: where they stand, and what each brings.

const { operation } = operationsOver<{ patches: PatchService }>({ area: 'controllers', bound: 'zone' });

const most = 10_000;

export const patchSchemas = { ControllerPatch: patchSchema };

const detailSchema = patchSchema.extend({
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
      sort: z.enum(['move', 'extension', 'verdict']),
      target: z.string(),
      askedAt: time,
      askedBy: z.string(),
      reason: z.string(),
      list: z.string().nullable().describe('The list that proposes what the vendor says'),
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
      evidence: evidenceShape,
    }),
  ),
});

type Reading = ReturnType<PatchService['within']>;

const reading = ({ patches, actor }: { patches: PatchService; actor: Actor }): Reading =>
  patches.within(scopeOf(actor, 'controllers:read'));

const detailOf = (patches: Reading, id: number) => ({
  ...toPatch(patches.get(id)),
  next: patches.options(id).map(({ to, possible, gates, evidence, slots }) => ({
    to,
    possible,
    closed: gates.flatMap(({ gate, open, reason, controllers = [] }) =>
      open ? [] : [{ gate, reason: reason ?? '', controllers: [...controllers] }],
    ),
    evidence: [...evidence],
    signatures: slots.map(toSlot),
  })),
  requests: patches.requests(id).map((one) => ({
    id: one.id,
    sort: one.type,
    target: one.target,
    askedAt: one.askedAt,
    askedBy: one.askedBy,
    reason: one.reason,
    list: one.verdict?.list ?? null,
    open: one.open.map(toSlot),
  })),
  controllers: patches.targets(id).map((one) => ({
    controller: one.controller,
    name: one.record?.name ?? one.controller,
    firmware: one.record?.firmware ?? null,
    readAt: one.record?.readAt ?? null,
    installedAt: one.installedAt,
    verifiedAt: one.verifiedAt,
    openChecks: one.checks.filter(({ fault }) => fault !== undefined).map(({ item }) => item),
  })),
  history: patches.history(id).map((one) => ({
    at: one.at,
    sort: one.type,
    from: one.from,
    to: one.to,
    actor: one.actor,
    signed: one.signed,
    reason: one.reason,
    evidence: evidenceText(one.evidence),
  })),
});

export const patchOperations = [
  operation({
    name: 'patch.list',
    scoped: true,
    http: { method: 'get', path: '/controller-patches' },
    right: 'controllers:read',
    summary: 'Patches of controllers with their states and deadlines',
    input: z.strictObject({
      state: anyOf(PATCH_STATES),
      overdue: z.boolean().optional().describe('Whether a deadline has passed'),
      controller: z.string().max(64).optional().describe('Public id of a controller'),
      search: search.optional(),
      ...numberPaging,
    }),
    output: numberPageOf(patchSchema),
    run: (context, { limit, ...rest }) => {
      const page = reading(context).list({ limit, ...defined(rest) });
      return { rows: page.rows.map(toPatch), total: page.total, next: page.next ?? null };
    },
    command: {
      rows: most,
      example: 'sallyport patch list --overdue --data /var/lib/sallyport --json',
      print: (out, { rows }) =>
        out.table(
          [
            'NUMBER',
            'PATCH',
            'VENDOR',
            'PRODUCT',
            'VERSION',
            'DECISION',
            'EXPLOITED',
            'STATE',
            'UNTIL',
            'OVERDUE',
            'WAITING',
          ],
          rows.map((row) => [
            row.id,
            row.patchId,
            row.vendor,
            row.product,
            row.productVersion || null,
            row.urgency.decision,
            row.urgency.exploited.length || null,
            row.state,
            row.until,
            row.clocks.flatMap(({ clock, overdue }) => (overdue ? [clock] : [])).join(',') || null,
            row.waiting,
          ]),
        ),
      json: ({ rows }, _input, context) => rows.map(({ id }) => reading(context).get(id)),
    },
  }),
  operation({
    name: 'patch.create',
    http: { method: 'post', path: '/controller-patches', status: 201 },
    right: 'controllers:write',
    summary: 'Adds a patch by hand',
    input: z.strictObject({
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
    output: patchSchema,
    run: (context, { patchId, vendor, product, productVersion, publishedAt, ...rest }) => {
      const published = publishedAt === undefined ? {} : { publishedAt: Date.parse(publishedAt) };
      const fields = { patchId, vendor, product, productVersion, ...defined(rest), ...published };
      return toPatch(reading(context).get(context.patches.create(context.actor, fields).id));
    },
  }),
  operation({
    name: 'patch.show',
    scoped: true,
    http: { method: 'get', path: '/controller-patches/{patch}' },
    right: 'controllers:read',
    summary: 'A patch with what may come next, what waits for signatures, its controllers and its history',
    input: z.strictObject({ patch: patchNumber }),
    output: detailSchema,
    run: (context, { patch }) => detailOf(reading(context), patch),
    command: {
      positionals: ['patch'],
      example: 'sallyport patch show 7 --data /var/lib/sallyport',
      print: (out, patch) => {
        out.line(`${patch.patchId}  ${patch.vendor}, ${patch.product} ${patch.productVersion}`);
        out.line(`state    ${patch.state}${patch.until === null ? '' : ` until ${patch.until}`}`);
        out.line(`vendor   ${patch.vendorSays}`);
        for (const { clock, limit, doneAt, overdue } of patch.clocks) {
          const end = doneAt === null ? (limit ?? 'not running') : `done ${doneAt}`;
          out.line(`clock    ${clock}: ${end}${overdue ? ', overdue' : ''}`);
        }
        for (const { to, closed, signatures } of patch.next) {
          const why = closed.length === 0 ? '' : `, closed: ${closed.map(({ reason }) => reason).join(', ')}`;
          const signs = signatures.length === 0 ? '' : `, signs: ${signatures.map(({ duty }) => duty).join(', ')}`;
          out.line(`next     ${to}${why}${signs}`);
        }
        for (const { id, target, list, open } of patch.requests)
          out.line(
            `waiting  ${id}: ${target}${list === null ? '' : `, proposed by the list ${list}`}, to sign: ${open.map(({ duty }) => duty).join(', ')}`,
          );
        for (const { at, from, to, actor, reason } of patch.history)
          out.line(`${at}  ${from} -> ${to}  ${actor}  ${reason}`);
      },
      json: (_answer, { patch }, context) => {
        const patches = reading(context);
        return {
          ...patches.get(patch),
          options: patches.options(patch),
          requests: patches.requests(patch),
          history: patches.history(patch),
        };
      },
    },
  }),
  operation({
    name: 'patch.edit',
    http: { method: 'patch', path: '/controller-patches/{patch}' },
    right: 'controllers:write',
    summary: 'Says what a patch brings',
    input: z.strictObject({
      patch: patchNumber,
      targetVersion: z.string().max(128).optional(),
      sha256: sha256.optional(),
      vulnerabilities: z.array(z.string().max(100)).max(500).optional(),
    }),
    output: patchSchema,
    run: (context, { patch: id, ...given }) => {
      context.patches.describe(context.actor, id, defined(given));
      return toPatch(reading(context).get(id));
    },
  }),
  ...moveOperations,
  ...evidenceOperations,
];
