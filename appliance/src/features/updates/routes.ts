import { z } from 'zod';
import type { Actor } from '../../engine/objects/types.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { anyOf, comment, deviceReference, pageOf, paging, present, search, time } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { decisionSchema, severitySchema } from '../vulnerabilities/routes.ts';
import type { DeviceUpdate } from './types.ts';

const approvals = ['undefined', 'approved', 'declined'] as const;
const supplies = ['needed', 'requested', 'unfulfilled', 'arrived', 'superseded'] as const;
const installations = ['queued', 'running', 'failed', 'installed', 'verified', 'cancelled'] as const;

const updateSchema = z.object({
  id: z.string(),
  kind: z.enum(['catalog', 'need']).describe('`need`: findings ask for it and no catalogue has it yet'),
  name: z.string(),
  version: z.string(),
  title: z.string().optional(),
  purl: z.string(),
  arch: z.string(),
  ecosystem: z.string(),
  source: z.string(),
  sourceVersion: z.string(),
  suites: z.array(z.string()),
  security: z.boolean(),
  signer: z.string(),
  licence: z.string().optional().describe('SHA-256 of the licence text'),
  licenceAccepted: z.boolean(),
  depends: z.array(z.string()),
  supersedes: z.array(z.string()),
  supersededBy: z.string().optional(),
  files: z.array(z.object({ sha256: z.string(), sizeBytes: z.int() })),
  sizeBytes: z.int(),
  approval: z.enum(approvals),
  supply: z.enum(supplies),
  reason: z.string().optional().describe('Why the host could not bring it'),
  devices: z.int().describe('Devices whose newest inventory has an older version'),
  installation: z.partialRecord(z.enum(installations), z.int()).describe('Devices per state of installation'),
  findings: z.int(),
  decision: decisionSchema.optional(),
  severity: severitySchema.optional(),
  firstSeenAt: z.string(),
});

export const deviceUpdateSchema = z.object({
  update: updateSchema,
  installedVersion: z.string().nullable(),
  needed: z.boolean(),
  installation: z.enum(installations).nullable(),
  deployment: z.string().nullable(),
  code: z.string().nullable().describe('Why it failed'),
  at: time.nullable(),
});

/** An update as a device sees it, as it is sent. */
export const toDeviceUpdate = (row: DeviceUpdate) => ({
  update: row.update,
  installedVersion: row.installedVersion ?? null,
  needed: row.isNeeded,
  installation: row.installation ?? null,
  deployment: row.deployment ?? null,
  code: row.code ?? null,
  at: row.at ?? null,
});

const updateId = z.string().min(1).max(64);

/** Updates: approval decided here, supply and installation as derived. */
export const updateRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { updates, deviceQueries } = parts;
  names.add(updateSchema, { id: 'Update' });
  names.add(deviceUpdateSchema, { id: 'DeviceUpdate' });
  const tag = 'updates' as const;
  const right = 'updates:read' as const;
  const decided = z.object({ rows: z.array(updateSchema) });
  const ids = z.array(updateId).min(1).max(1_000).describe('Ids of updates; all are decided or none');

  const decide = (
    action: 'decline' | 'clear',
    summary: string,
    apply: (actor: Actor, wanted: readonly string[], options: { comment?: string }) => void,
  ): ApiRoute =>
    jsonRoute({
      method: 'post',
      path: `/updates/${action}`,
      tag,
      right: 'updates:write',
      summary,
      body: z.strictObject({ ids, comment: comment.optional() }),
      response: decided,
      handle: ({ actor, body }) => {
        apply(actor, body.ids, present({ comment: body.comment }));
        return { rows: body.ids.map((id) => updates.get(id)) };
      },
    });

  return [
    jsonRoute({
      method: 'get',
      path: '/updates',
      tag,
      right,
      summary: 'Lists updates of the catalogue and those that are needed',
      query: z.strictObject({
        search: search.optional(),
        approval: anyOf(approvals),
        supply: anyOf(supplies),
        security: z.boolean().optional(),
        deployable: z.boolean().optional().describe('Approved, arrived and needed by a device'),
        sort: z.enum(['decision', 'name', 'devices', 'supply', 'size', 'since']).default('decision'),
        descending: z.boolean().default(false),
        ...paging,
      }),
      response: pageOf(updateSchema),
      handle: ({ query: { limit, sort, descending, ...rest } }) => {
        const page = updates.list({ limit, sort, descending, ...present(rest) });
        return { ...page, next: page.next ?? null };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/updates/counts',
      tag,
      right,
      summary: 'How many updates there are in each state',
      response: z.object({
        ...Object.fromEntries(supplies.map((supply) => [supply, z.int()])),
        undecided: z.int(),
        deployable: z.int(),
      }),
      handle: () => updates.counts(),
    }),
    jsonRoute({
      method: 'post',
      path: '/updates/approve',
      tag,
      right: 'updates:write',
      summary: 'Approves updates',
      body: z.strictObject({
        ids,
        comment: comment.optional(),
        acceptLicences: z
          .array(z.string().regex(/^[0-9a-f]{64}$/))
          .max(1_000)
          .optional()
          .describe('SHA-256 of licence texts that a person has read and accepts'),
      }),
      response: decided,
      handle: ({ actor, body }) => {
        updates.approve(actor, body.ids, present({ comment: body.comment, acceptLicences: body.acceptLicences }));
        return { rows: body.ids.map((id) => updates.get(id)) };
      },
    }),
    decide('decline', 'Declines updates: they are not asked for any more', updates.decline),
    decide('clear', 'Takes decisions back', updates.clear),
    jsonRoute({
      method: 'get',
      path: '/updates/{update}',
      tag,
      right,
      summary: 'One update with the devices that need it or have an order for it',
      params: z.strictObject({ update: updateId }),
      response: updateSchema.extend({
        licenceText: z.string().nullable(),
        onDevices: z.array(
          z.object({
            device: deviceReference,
            installedVersion: z.string().nullable(),
            state: z.string().nullable().describe('State of the order, if there is one'),
            deployment: z.string().nullable(),
            reason: z.string().nullable(),
          }),
        ),
      }),
      handle: ({ params: { update } }) => {
        const rows = updates.devicesOf(update);
        const named = deviceQueries.names(rows.map(({ device }) => device));
        return {
          ...updates.get(update),
          licenceText: updates.licenceText(update) ?? null,
          onDevices: rows.flatMap(({ device, installedVersion, task }) => {
            const reference = named.get(device);
            return reference === undefined
              ? []
              : [
                  {
                    device: reference,
                    installedVersion: installedVersion ?? null,
                    state: task?.state ?? null,
                    deployment: task?.deployment ?? null,
                    reason: task?.reason ?? null,
                  },
                ];
          }),
        };
      },
    }),
  ];
};
