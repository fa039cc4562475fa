import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { readRight } from '../../engine/inventory/types.ts';
import { type Actor, requireRight, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { comment, deviceId, deviceReference, givenDay, numberPaging, search, time } from '../../platform/shapes.ts';
import { itemToWire } from '../../server/api/values.ts';
import { type Caller, operationsOver } from '../../server/operations/operation.ts';
import { deviceModel } from '../devices/view.ts';
import { readableCollections } from './readable.ts';
import type { BaselineService } from './service.ts';
import { acceptanceSchema, baselineEdit, baselineEntry, baselineSchema } from './types.ts';
import { baselineViews } from './view.ts';

// Baselines: what a device or a group is expected to hold.

type Needs = Parameters<typeof deviceModel>[0] & Parameters<typeof baselineViews>[0];
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'group' });

/** A command looks at what waits itself; the server does so in its own rhythm. */
export const upToDate = ({ baselines, request }: { baselines: BaselineService } & Pick<Caller, 'request'>) => {
  if (request === undefined) baselines.recomputePending();
  return baselines;
};

export const baselineId = z.string().min(1).max(512).describe('`device:<id>` or `group:<id>`');

export const baselineSchemas = { Baseline: baselineSchema };

const entries = z.object({
  total: z.int(),
  rows: z.array(baselineEntry),
});

type Asked = { baseline: string; collection: string; device: string | undefined; search: string; limit: number };

const entriesOf = ({ baselines, inventory, actor }: Needs & { actor: Actor }, asked: Asked) => {
  const collection = inventory.collection(asked.collection);
  requireRight(actor, readRight(collection));
  const { device, ...query } = { device: asked.device, search: asked.search, limit: asked.limit };
  const page =
    device === undefined
      ? baselines.entries(asked.baseline, collection.name, query)
      : baselines.offered(asked.baseline, collection.name, { ...query, device });
  return {
    total: page.total,
    rows: page.rows.map(({ key, title, values }) => ({
      key,
      title,
      values: itemToWire(collection.fields, values) ?? {},
    })),
  };
};

const entryText = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

const revisionLine = (made: z.output<typeof baselineSchema>): string =>
  `${made.id}, revision ${made.revision}, ${made.deviations} deviations`;

const one = z.strictObject({ baseline: baselineId });
/** Of a collection, for people; the API asks with a limit. */
const maxListed = 10_000;

export const baselineOperations = [
  operation({
    name: 'baseline.list',
    http: { method: 'get', path: '/baselines' },
    right: 'devices:read',
    summary: 'The baselines, with how much differs from each',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(baselineSchema) }),
    run: (context) => {
      const scope = scopeOf(context.actor, 'devices:read');
      const readable = readableCollections(context.inventory, context.actor, scope);
      return { rows: upToDate(context).list(scope, readable) };
    },
    command: {
      example: 'sallyport baseline list --data /var/lib/sallyport --json',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'NAME', 'REVISION', 'APPROVED', 'DEVIATIONS', 'DEVICES'],
          rows.map((row) => [row.id, row.name, row.revision, row.approvedAt, row.deviations, row.deviating]),
        ),
      json: ({ rows }) => rows,
    },
  }),
  operation({
    name: 'baseline.show',
    http: { method: 'get', path: '/baselines/{baseline}' },
    right: 'devices:read',
    summary: 'A baseline: its revisions, what was accepted, the devices under it',
    input: one,
    output: baselineSchema.extend({
      devices: z.array(
        z.object({ device: deviceReference, checkedAt: time.nullable(), late: z.boolean(), deviations: z.int() }),
      ),
      revisions: z.array(z.object({ revision: z.int(), at: time, actor: z.string(), comment: z.string().nullable() })),
      acceptances: z.array(acceptanceSchema).describe('Of collections that may be read'),
    }),
    run: (context, { baseline: id }) => {
      const baselines = upToDate(context);
      const { actor, inventory, objects } = context;
      const scope = scopeOf(actor, 'devices:read');
      const readable = readableCollections(inventory, actor, scope);
      return {
        ...baselines.get(id, scope),
        devices: baselineViews(context, deviceModel(context))
          .detail(id, scope)
          .coverage.map(({ checkedAt, ...row }) => ({ ...row, checkedAt: checkedAt as number | null })),
        revisions: objects.revisions('baseline', id),
        acceptances: baselines.acceptances(id).filter(({ collection }) => readable.includes(collection)),
      };
    },
    command: {
      positionals: ['baseline'],
      example: 'sallyport baseline show device:k3v9… --data /var/lib/sallyport',
      print: (out, shown) => {
        out.line(`${shown.name}: ${shown.id}, revision ${shown.revision}`);
        for (const [collection, count] of Object.entries(shown.counts)) out.line(`${collection}: ${count}`);
        out.line(`hash: ${shown.contentHash}`);
        for (const line of shown.allowed) out.line(`allowed: ${line}`);
        out.line('');
        out.table(
          ['REVISION', 'AT', 'WHO', 'WHY'],
          shown.revisions.map((row) => [row.revision, row.at, row.actor, row.comment]),
        );
        out.line('');
        out.table(
          ['ACCEPTED', 'SECTION', 'AT', 'WHO', 'UNTIL', 'WHY'],
          shown.acceptances.map((row) => [row.title, row.collection, row.at, row.actor, row.expiresAt, row.reason]),
        );
        out.line('');
        out.table(
          ['DEVICE', 'LAST COMPARED', 'DEVIATIONS'],
          shown.devices.map((row) => [row.device.id, row.checkedAt, row.deviations]),
        );
      },
      json: ({ devices, ...shown }) => ({
        ...shown,
        coverage: devices.map(({ device, ...row }) => ({ ...row, device: device.id })),
      }),
    },
  }),
  operation({
    name: 'baseline.approve',
    http: { method: 'post', path: '/baselines' },
    right: 'devices:write',
    summary: 'Approves what a device holds now, for itself or as what a group is expected to hold',
    input: z.strictObject({
      device: deviceId.optional().describe('The device; with a group its reference'),
      group: z.string().max(64).optional().describe('A group; without a device its content stays and the rest changes'),
      reference: deviceId.optional().describe("With a group: whose content is taken; without, the group's stays"),
      collections: z.array(z.string().max(64)).min(1).max(100).describe('A section to compare; may repeat'),
      allowed: z.array(z.string().max(300)).max(500).optional().describe('An exception: "software vim*"; may repeat'),
      expiresAt: givenDay.optional().describe('When it should be reviewed: 2027-01-31'),
      comment: comment.optional(),
    }),
    output: baselineSchema,
    run: (context, { device, group, reference, collections, allowed, expiresAt, comment: why }) => {
      const { baselines, actor, request } = context;
      const options = {
        collections,
        ...defined({ allowed, comment: why }),
        expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
      };
      if (request === undefined && device === undefined && group === undefined)
        throw new AppError('USAGE', 'give a device, a group or both');
      const { id } =
        device !== undefined && group === undefined
          ? baselines.approveDevice(actor, device, options)
          : baselines.approveGroup(actor, group ?? '', { ...options, ...defined({ reference: reference ?? device }) });
      return upToDate(context).get(id, scopeOf(context.actor, 'devices:read'));
    },
    command: {
      flags: {
        device: { value: 'ID' },
        group: { value: 'ID' },
        reference: false,
        collections: { name: 'collection', value: 'NAME' },
        allowed: { name: 'allow', value: 'RULE' },
        expiresAt: { name: 'expires', value: 'DAY' },
      },
      example:
        'sallyport baseline approve --device k3v9… --collection software --comment "commissioning" --data /var/lib/sallyport',
      print: (out, made) => out.line(revisionLine(made)),
    },
  }),
  operation({
    name: 'baseline.entries',
    http: { method: 'get', path: '/baselines/{baseline}/entries' },
    right: 'devices:read',
    summary: 'What a baseline expects of a collection; with a device, what that one reports beyond it',
    input: one.extend({
      collection: z.string().max(64),
      device: deviceId.optional(),
      search: search.default(''),
      limit: numberPaging.limit,
    }),
    output: entries,
    run: (context, { device, ...asked }) => entriesOf(context, { ...asked, device }),
  }),
  operation({
    name: 'baseline.change',
    http: { method: 'post', path: '/baselines/{baseline}/edit' },
    right: 'devices:write',
    summary: 'Expects more, less or other things of a collection, as a new revision',
    description:
      'Nothing is typed in: what is added is an item of the site (`addItems`) or a row as a device reports it (`addRows`).',
    input: one.extend(baselineEdit.shape),
    output: baselineSchema,
    run: ({ baselines, actor }, { baseline: id, ...edit }) =>
      baselines.get(baselines.edit(actor, id, edit).id, scopeOf(actor, 'devices:read')),
  }),
  operation({
    name: 'baseline.edit',
    right: 'devices:write',
    summary: 'Shows what a baseline expects of a collection, and adds or removes entries, as a new revision',
    input: one.extend({
      collection: z.string().describe('Software, accounts, …'),
      from: deviceId
        .optional()
        .describe('A device: shows what it reports beyond the baseline; entries to add come from it'),
      search: search.default('').describe('Only entries with this in their title'),
      add: z.array(z.string()).default([]).describe('An entry, as the list has it; may repeat'),
      remove: z.array(z.string()).default([]).describe('An entry of the baseline; may repeat'),
      comment: comment.default('').describe('Why; needed to add or remove'),
    }),
    output: z.union([entries, baselineSchema]),
    run: (context, { baseline: id, from: device, add, remove, ...rest }) => {
      const { baselines, inventory, actor } = context;
      const { name: collection, mode } = inventory.collection(rest.collection);
      if (add.length + remove.length === 0)
        return entriesOf(context, { baseline: id, collection, device, search: rest.search, limit: maxListed });
      const isShared = mode === 'shared';
      if (!isShared && add.length > 0 && device === undefined)
        throw new AppError('USAGE', '--from names the device whose rows are added');
      baselines.edit(actor, id, {
        collection,
        remove,
        addItems: isShared ? add.map((key) => Number(key.replace(/^#/, ''))) : [],
        addRows: isShared ? [] : add.map((key) => ({ device: device ?? '', key })),
        comment: rest.comment,
      });
      return upToDate(context).get(id, scopeOf(context.actor, 'devices:read'));
    },
    command: {
      positionals: ['baseline'],
      flags: { collection: { value: 'NAME' }, from: { value: 'ID' }, add: { value: 'KEY' }, remove: { value: 'KEY' } },
      example:
        'sallyport baseline edit group:0123456789abcdef0123456789abcdef --collection software --remove "#17" --comment "tool retired"',
      print: (out, answer) => {
        if ('rows' in answer)
          out.table(
            ['KEY', 'TITLE', 'VALUES'],
            answer.rows.map(({ key, title, values }) => [key, title, entryText(values)]),
          );
        else out.line(revisionLine(answer));
      },
    },
  }),
  operation({
    name: 'baseline.remove',
    http: { method: 'delete', path: '/baselines/{baseline}' },
    right: 'devices:write',
    summary: 'Removes a baseline; its revisions stay',
    input: one,
    output: z.void(),
    run: ({ baselines, actor }, { baseline: id }) => baselines.remove(actor, id),
  }),
];
