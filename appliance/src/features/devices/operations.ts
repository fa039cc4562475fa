import { hexOfWords } from '@sallyport/bundle-tools/fingerprint/words';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Message } from '@sallyport/ui/model';
import { z } from 'zod';
import type { Output } from '../../cli/command.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { textFilter } from '../../platform/filter/types.ts';
import {
  anyOf,
  comment,
  deviceId,
  deviceReference,
  pageOf,
  paging,
  search,
  time,
  where,
} from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { Reason } from '../rules/types.ts';
import { deviceUpdateSchema, followedSchema, toDeviceUpdate, toFollowed } from '../updates/types.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { COVERAGE_STATES, coverageSchema, findingSchema } from '../vulnerabilities/types.ts';
import { deviceListing, listedDevice } from './listing.ts';
import { contacts, type DeviceFilters, deviceSorts, deviceStates } from './types.ts';
import { deviceIn, deviceModel, type ListedDevice } from './view.ts';

// Devices: lists, one with everything that is known about it, approval, revocation, decisions.

type Needs = Parameters<typeof deviceModel>[0] & {
  db: Database;
  inventory: InventoryService;
  vulnerabilities: VulnerabilityService;
  deviceFilters: DeviceFilters;
};
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'device' });

const levels = ['critical', 'warning', 'waiting', 'not-visible', 'info', 'ok'] as const;
const anyText = (max: number) => z.array(z.string().min(1).max(max)).max(50).optional();

const device = z.object({
  id: z.string(),
  name: z.string(),
  hostname: z.string(),
  state: z.enum(deviceStates),
  status: z.string().describe(levels.join(', ')),
  reasons: z
    .array(
      z.object({
        key: z.string().describe('Key of the catalogue'),
        params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
        since: time.nullable().describe('When a look first found it; null where it is not known'),
      }),
    )
    .describe('Why it has this status, the worst first'),
  group: deviceReference.nullable(),
  os: z.string(),
  arch: z.string().nullable(),
  address: z.string().nullable(),
  dnsName: z.string().nullable(),
  reenrolling: z.boolean().describe('It asks again to come in, by a new client'),
  certificateEnded: z.boolean().describe('The last certificate of its agent ended: it is refused'),
  certificateEndsAt: time.nullable().describe('When the last certificate of its agent ends, or ended'),
  heldReason: z.string().nullable(),
  restartPending: z.boolean(),
  findings: z.int().describe('Open findings; what none is worth, `coverage` says'),
  coverage: coverageSchema,
  createdAt: time,
  lastSeenAt: time.nullable(),
});

const deviceDetail = device.extend({
  agentVersion: z.string(),
  resembles: deviceReference.nullable(),
  approvedAt: time.nullable(),
  enrolledAt: time.nullable(),
  revokedAt: time.nullable(),
  asking: z
    .array(
      z.object({
        source: z.string(),
        client: z.string().describe('Names it in `device.approve`; of our own agent the digest of its key'),
        words: z.array(z.string()).describe('Of that digest, as the agent says them'),
        byCertificate: z.boolean().describe('It has the key of a certificate of this device; a hint, no proof'),
        from: z.string(),
        since: time,
        claim: z
          .object({ hostname: z.string(), serial: z.string(), macs: z.array(z.string()) })
          .optional()
          .describe('What it says of itself; nothing of it is proved'),
      }),
    )
    .describe('Clients that wait for a person'),
  decision: z
    .object({
      revision: z.int().describe('0: nothing was decided yet'),
      displayName: z.string().nullable(),
      description: z.string().nullable(),
      group: z.string().nullable(),
    })
    .describe('What administrators say about it'),
});

export const deviceSchemas = { Device: device, DeviceDetail: deviceDetail };

const toDevice = (listed: ListedDevice) => ({
  ...listed,
  id: listed.publicId,
  status: listed.level,
  reasons: (listed.reasons as readonly (Message & Partial<Reason>)[]).map(({ key, params, since }) => ({
    key,
    since: since ?? null,
    ...(params === undefined ? {} : { params: params as Record<string, string | number> }),
  })),
  group: listed.group === null || listed.groupName === null ? null : { id: listed.group, name: listed.groupName },
  os: listed.osText,
});

type Decided = z.infer<typeof deviceDetail>;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const detail = (needs: Needs & { actor: Actor }, publicId: string) => {
  const scope = scopeOf(needs.actor, 'devices:read');
  const model = deviceModel(needs);
  const listed = model.get(publicId, scope);
  const found = needs.devices.byId(listed.id);
  const decided = needs.objects.find('device-decision', publicId);
  return {
    ...toDevice(listed),
    agentVersion: found.agentVersion,
    resembles: model.toHead(listed, scope).resembles ?? null,
    approvedAt: found.approvedAt,
    enrolledAt: found.enrolledAt,
    revokedAt: found.revokedAt,
    asking: needs.devices.asking(listed.id).map(({ clientId, words, claim, ...one }) => ({
      ...one,
      client: clientId,
      words: [...words],
      ...(claim === undefined ? {} : { claim: { ...claim, macs: [...claim.macs] } }),
    })),
    decision: {
      revision: decided?.revision ?? 0,
      displayName: textOrNull(decided?.body['displayName']),
      description: textOrNull(decided?.body['description']),
      group: textOrNull(decided?.body['group']),
    },
  };
};

const one = z.strictObject({ device: deviceId });

/** The name of a client: as it is, or by the 24 words of our own agent's key. USAGE for words that are none. */
const clientNamed = (text: string): string =>
  /\s/.test(text.trim()) ? hexOfWords(text.trim().toLowerCase().split(/\s+/)) : text.trim();

const decisionCommand = (action: 'approve' | 'revoke') =>
  ({
    positionals: ['device'],
    each: 'device',
    example: `sallyport device ${action} 0123456789abcdef0123456789abcdef`,
    print: (out: Pick<Output, 'line'>, { id, hostname, state }: Decided) => out.line(`${id} ${hostname} ${state}`),
    json: ({ id, hostname, state }: Decided) => ({ id, name: hostname, state }),
  }) as const;

const toDecide = ({ deviceQueries, actor }: Needs & { actor: Actor }, id: string): number =>
  deviceIn(deviceQueries, id, scopeOf(actor, 'devices:write'));

export const deviceOperations = [
  operation({
    name: 'device.search',
    scoped: true,
    http: { method: 'get', path: '/devices' },
    right: 'devices:read',
    summary: 'Lists devices with their status',
    description: 'Revoked devices are listed when `state` asks for them.',
    input: z.strictObject({
      search: search.optional(),
      state: anyOf(deviceStates),
      status: anyOf(levels),
      group: anyText(512).describe('Ids of groups, or parts of their names; the groups below them count'),
      tag: anyText(200).describe('Tags'),
      software: anyText(600).describe('`name` or `name/version` of an installed package'),
      user: anyText(256).describe('The whole name of an account, or of somebody who worked on it'),
      cve: anyText(200).describe('The id of an advisory, or one of its aliases, that an open finding has'),
      coverage: anyOf(COVERAGE_STATES).describe('By what they are judged'),
      contact: anyOf(contacts).describe('Online, or not heard for so many days'),
      os: z.string().max(100).optional().describe('Part of the system and its release'),
      address: z.string().max(45).optional().describe('Begin of the address'),
      where,
      sort: z.enum(deviceSorts).default('status'),
      descending: z.boolean().default(false),
      ...paging,
    }),
    output: pageOf(device),
    run: (context, { search: q, sort, descending, limit, after, ...asked }) => {
      const scope = scopeOf(context.actor, 'devices:read');
      const page = deviceModel(context).page({
        scope,
        filter: context.deviceFilters.within(scope).read(termsIn({ q, ...asked })),
        sort,
        descending,
        limit,
        ...defined({ after }),
      });
      return { rows: page.rows.map(toDevice), total: page.total, next: page.next ?? null };
    },
  }),
  operation({
    name: 'device.list',
    right: 'devices:read',
    summary: 'The devices, their states, who reports them and how much software they have',
    input: z.strictObject({ state: z.enum(deviceStates).optional().describe('Only these') }),
    output: z.object({ items: z.array(listedDevice) }),
    run: (context, { state }) => ({
      items: deviceListing(context).filter((listed) => state === undefined || listed.state === state),
    }),
    command: {
      flags: { state: { value: 'STATE' } },
      example: 'sallyport device list --data /var/lib/sallyport --json',
      print: (out, { items }) =>
        out.table(
          ['ID', 'NAME', 'OS', 'STATE', 'JUDGED', 'SOURCES', 'SOFTWARE', 'LAST SEEN'],
          items.map(({ id, name, os, state, coverage, sources, counts, lastSeen }) => [
            id,
            name,
            os,
            state,
            coverage.state,
            sources.join(' '),
            counts.software,
            lastSeen,
          ]),
        ),
    },
  }),
  operation({
    name: 'device.get',
    scoped: true,
    http: { method: 'get', path: '/devices/{device}' },
    right: 'devices:read',
    summary: 'One device',
    input: one,
    output: deviceDetail,
    run: (context, input) => detail(context, input.device),
  }),
  operation({
    name: 'device.approve',
    scoped: true,
    http: { method: 'post', path: '/devices/{device}/approve' },
    right: 'devices:write',
    summary: 'Lets a device in, or lets on one that asks again',
    description:
      'A device that was let in before and asks with a new key is let on only where `client` names the key whose words a person compared with those that the agent says: COMPARE_KEY without it.',
    input: one.extend({
      client: z
        .string()
        .min(1)
        .max(512)
        .optional()
        .describe('What was compared: `client` of what is `asking`, or the 24 words of its key'),
    }),
    output: deviceDetail,
    find: (context, input) => toDecide(context, input.device),
    run: (context, { device: id, client }) => {
      const named = client === undefined ? undefined : clientNamed(client);
      context.devices.approve(context.actor, toDecide(context, id), named);
      return detail(context, id);
    },
    command: {
      ...decisionCommand('approve'),
      flags: { client: { name: 'key', value: 'WORDS' } },
    },
  }),
  operation({
    name: 'device.revoke',
    scoped: true,
    http: { method: 'post', path: '/devices/{device}/revoke' },
    right: 'devices:write',
    summary: 'Revokes a device: it is refused from the next request on',
    input: one,
    output: deviceDetail,
    find: (context, input) => toDecide(context, input.device),
    run: (context, input) => {
      context.devices.revoke(context.actor, toDecide(context, input.device));
      return detail(context, input.device);
    },
    command: decisionCommand('revoke'),
  }),
  operation({
    name: 'device.decide',
    scoped: true,
    http: { method: 'patch', path: '/devices/{device}/decision' },
    right: 'devices:write',
    summary: 'Sets the name, description or group of a device',
    input: one.extend({
      displayName: z.string().max(200).nullable().optional(),
      description: z.string().max(2_000).nullable().optional(),
      group: z.string().max(512).nullable().optional().describe('Id of a group'),
      expectedRevision: z.int().min(0).describe('The revision that was read; CONFLICT when there is a newer one'),
      comment: comment.optional(),
    }),
    output: deviceDetail,
    run: (context, { device: id, expectedRevision, comment: note, ...patch }) => {
      const { db, objects, devices, deviceQueries, actor } = context;
      const { publicId } = devices.byId(deviceIn(deviceQueries, id, scopeOf(actor, 'devices:write')));
      immediate(db, () => {
        const revision = objects.find('device-decision', publicId)?.revision ?? 0;
        if (revision !== expectedRevision)
          throw new AppError('CONFLICT', `the decision is at revision ${revision}, not ${expectedRevision}`, {
            revision,
          });
        objects.put(actor, 'device-decision', publicId, defined(patch), defined({ comment: note }));
      });
      return detail(context, publicId);
    },
  }),
  operation({
    name: 'device.sections',
    scoped: true,
    http: { method: 'get', path: '/devices/{device}/sections' },
    right: 'devices:read',
    summary: 'Which collections the device reports',
    input: one,
    output: z.object({ rows: z.array(z.object({ collection: z.string(), hash: z.string() })) }),
    run: ({ deviceQueries, inventory, actor }, input) => ({
      rows: Object.entries(inventory.hashes(deviceIn(deviceQueries, input.device, scopeOf(actor, 'devices:read')))).map(
        ([collection, hash]) => ({
          collection,
          hash,
        }),
      ),
    }),
  }),
  operation({
    name: 'device.findings',
    scoped: true,
    http: { method: 'get', path: '/devices/{device}/findings' },
    area: 'vulnerabilities',
    right: 'vulnerabilities:read',
    summary: 'Open findings on a device, the worst first',
    input: one.extend({ search: search.optional(), ...paging }),
    output: pageOf(findingSchema).extend({ coverage: coverageSchema }),
    run: (context, { device: id, limit, after, search: text = '' }) => {
      const scope = scopeOf(context.actor, 'vulnerabilities:read');
      const listed = deviceModel(context).get(id, scope);
      const page = context.vulnerabilities.list({ scope, device: listed.id, filter: textFilter(text), limit, after });
      return { ...page, coverage: listed.coverage, next: page.next ?? null };
    },
  }),
  operation({
    name: 'device.unjudged',
    scoped: true,
    http: { method: 'get', path: '/devices/{device}/unjudged' },
    area: 'vulnerabilities',
    right: 'vulnerabilities:read',
    summary:
      'Packages of a device that are not judged: the source package that advisories are written about is unknown',
    input: one,
    output: z.object({
      total: z.int(),
      rows: z.array(z.object({ item: z.int(), name: z.string(), version: z.string() })),
      coverage: coverageSchema,
    }),
    run: (context, input) => {
      const { id, coverage } = deviceModel(context).get(input.device, scopeOf(context.actor, 'vulnerabilities:read'));
      const rows = context.vulnerabilities.unjudged(id);
      return { total: rows.length, rows, coverage };
    },
  }),
  operation({
    name: 'device.updates',
    scoped: true,
    http: { method: 'get', path: '/devices/{device}/updates' },
    area: 'updates',
    right: 'updates:read',
    summary: 'Updates that a device needs or that were ordered for it',
    input: one,
    output: z.object({
      rows: z.array(deviceUpdateSchema),
      catalogue: z
        .boolean()
        .describe('Whether a bundle brought a catalogue of updates; without one its need is unknown'),
      coverage: coverageSchema,
      followed: followedSchema.nullable().describe('What the device takes its packages from'),
    }),
    run: (context, input) => {
      const scope = scopeOf(context.actor, 'updates:read');
      const { id, coverage } = deviceModel(context).get(input.device, scope);
      const { updates, inventory } = context;
      const followed = updates.followed()(inventory.section(id, 'platform')[0]);
      return {
        rows: updates.forDevice(id, scope).map(toDeviceUpdate),
        catalogue: updates.hasCatalogue(),
        coverage,
        followed: followed === undefined ? null : toFollowed(followed),
      };
    },
  }),
];
