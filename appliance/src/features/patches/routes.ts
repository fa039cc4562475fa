import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import {
  anyOf,
  givenTime,
  numberPageOf,
  numberPaging,
  present,
  search,
  time,
  timeOf,
  timeOrNull,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import {
  evidenceText,
  patchNumber,
  patchSchema,
  saidEvidence,
  sha256,
  slotSchema,
  state,
  tag,
  toPatch,
} from './route-schemas.ts';
import { PATCH_STATES } from './types.ts';

/** Patches of controllers: where they stand, and what each brings. */
export const patchRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { patches } = parts;
  names.add(patchSchema, { id: 'ControllerPatch' });
  const params = z.strictObject({ patch: patchNumber });
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
        const page = patches.list({ limit, ...present({ ...rest, controller: controller }) });
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
            evidence: saidEvidence,
          }),
        ),
      }),
      handle: ({ params: { patch: id } }) => ({
        ...detail(id),
        next: patches.options(id).map(({ to, possible, gates, evidence, slots }) => ({
          to,
          possible,
          closed: gates.flatMap(({ gate, open, reason, controllers = [] }) =>
            open ? [] : [{ gate, reason: reason ?? '', controllers: [...controllers] }],
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
          list: one.verdict?.list ?? null,
          open: one.open.map((slot) => ({ ...slot })),
        })),
        controllers: patches.targets(id).map((one) => ({
          controller: one.controller,
          name: one.record?.name ?? one.controller,
          firmware: one.record?.firmware ?? null,
          readAt: timeOrNull(one.record?.readAt),
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
  ];
};
