import { z } from 'zod';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { deviceId, deviceReference, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { deviceStates, type MergeReport } from './types.ts';
import { deviceIn, deviceModel } from './view.ts';

// Records of devices: clients, duplicates, merging and its undo, removal.

type Needs = Parameters<typeof deviceModel>[0];
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'device', scoped: true });

const source = z.object({
  door: z.string(),
  clientId: z.string().describe('What the client calls itself; of the own agent the digest of its key'),
  state: z.enum(['pending', 'approved', 'held', 'replaced', 'revoked']),
  agent: z.string(),
  address: z.string().nullable(),
  firstSeenAt: time,
  lastSeenAt: time.nullable(),
});

const record = deviceReference.extend({ state: z.enum(deviceStates) });

const moves = z.object({
  doors: z.array(z.object({ door: z.string(), agent: z.string(), letIn: z.boolean() })),
  sections: z.array(
    z.object({
      collection: z.string(),
      door: z.string(),
      from: z.enum(['other', 'both']),
      kept: z.enum(['keep', 'other']).describe('Whose section stays'),
    }),
  ),
  changes: z.int().describe('Of its history'),
  decision: z.record(z.string(), z.unknown()).describe('Decisions only about the other record'),
  rows: z.record(z.string(), z.object({ moved: z.int(), aside: z.int() })).describe('Of other tables'),
});

const merge = z.object({
  merge: z.int(),
  keep: deviceReference,
  other: deviceReference,
  at: time,
  actor: z.string(),
});
const merges = z.object({ rows: z.array(merge) });
const undone = z.object({ merge: z.int(), keep: deviceReference, other: deviceReference });
const mergeNumber = z.int().min(1);

/** A report of a merge under the names that the API has. */
const movesOf = ({
  sources,
  sections,
  ...rest
}: MergeReport): z.infer<typeof moves> & Pick<MergeReport, 'keep' | 'other'> => ({
  ...rest,
  doors: sources.map(({ source: door, ...one }) => ({ ...one, door })),
  sections: sections.map(({ source: door, ...one }) => ({ ...one, door })),
});

export const deviceRecordSchemas = { DeviceDoor: source, DeviceMerge: merge };

const mergesOf = (needs: Needs & { actor: Actor }): z.input<typeof merges> => {
  const model = deviceModel(needs);
  return {
    rows: needs.devices.merges(scopeOf(needs.actor, 'devices:read')).map((one) => ({
      merge: one.id,
      keep: model.reference(one.keep),
      other: { id: one.otherPublicId, name: one.otherName },
      at: one.at,
      actor: one.actor,
    })),
  };
};

const undo = (needs: Needs & { actor: Actor }, number: number) => {
  const { keep, other } = needs.devices.undoMerge(needs.actor, number);
  const model = deviceModel(needs);
  return { merge: number, keep: model.reference(keep), other: model.reference(other) };
};

/** A device that the caller may write; NOT_FOUND. */
const written = ({ deviceQueries, actor }: Pick<Needs, 'deviceQueries'> & { actor: Actor }, device: string): number =>
  deviceIn(deviceQueries, device, scopeOf(actor, 'devices:write'));

const pair = (context: Needs & { actor: Actor }, device: string, other: string): [number, number] => [
  written(context, device),
  written(context, other),
];

const one = z.strictObject({ device: deviceId });
const two = one.extend({ other: deviceId });

export const deviceRecordOperations = [
  operation({
    name: 'device.doors',
    http: { method: 'get', path: '/devices/{device}/doors' },
    right: 'devices:read',
    summary: 'The clients of a device, those in use first',
    input: one,
    output: z.object({ rows: z.array(source) }),
    run: ({ devices, deviceQueries, actor }, { device }) => ({
      rows: devices
        .sourcesOf(deviceIn(deviceQueries, device, scopeOf(actor, 'devices:read')))
        .map(({ from, source: door, ...rest }) => ({
          ...rest,
          door,
          address: from,
        })),
    }),
  }),
  operation({
    name: 'device.duplicates',
    http: { method: 'get', path: '/device-duplicates' },
    right: 'devices:read',
    summary: 'Pairs of records that may be one device, the likeliest first, and what they share',
    input: z.strictObject({}),
    output: z.object({
      rows: z.array(
        z.object({
          one: record,
          two: record,
          why: z.array(
            z.object({ reason: z.enum(['uuid', 'serial', 'mac', 'dns', 'resembles']), values: z.array(z.string()) }),
          ),
        }),
      ),
    }),
    run: (needs) => {
      const pairs = needs.devices.duplicates(scopeOf(needs.actor, 'devices:read'));
      const references = deviceModel(needs).references(pairs.flatMap((found) => [found.one, found.two]));
      const recordOf = (id: number) => ({
        ...(references.get(id) ?? { id: String(id), name: `#${id}` }),
        state: needs.devices.byId(id).state,
      });
      return { rows: pairs.map(({ why, ...found }) => ({ one: recordOf(found.one), two: recordOf(found.two), why })) };
    },
    command: {
      example: 'sallyport device duplicates --json',
      print: (out, { rows }) =>
        out.table(
          ['ONE', 'NAME', 'STATE', 'TWO', 'NAME', 'STATE', 'SHARED'],
          rows.map(({ why, ...found }) => [
            ...[found.one, found.two].flatMap(({ id, name, state }) => [id, name, state]),
            why.map(({ reason, values }) => [reason, ...values].join(' ')).join('; '),
          ]),
        ),
      json: ({ rows }) => ({ items: rows }),
    },
  }),
  operation({
    name: 'device.merge.preview',
    http: { method: 'get', path: '/devices/{device}/merge' },
    right: 'devices:write',
    summary: 'What would move if another record became part of this device',
    input: two,
    output: moves,
    run: (context, { device, other }) =>
      movesOf(context.devices.previewMerge(context.actor, ...pair(context, device, other))),
  }),
  operation({
    name: 'device.merge',
    http: { method: 'post', path: '/devices/{device}/merge' },
    right: 'devices:write',
    summary: 'Makes another record part of this device; it can be undone',
    input: two.extend({ preview: z.boolean().default(false).describe('Says what would move and changes nothing') }),
    output: z.object({ merge: z.int().nullable(), keep: z.string(), other: z.string(), moves }),
    run: (context, { device, other, preview }) => {
      const { devices, actor } = context;
      const ids = pair(context, device, other);
      const report = movesOf(devices.previewMerge(actor, ...ids));
      return { merge: preview ? null : devices.merge(actor, ...ids), keep: device, other, moves: report };
    },
    command: {
      positionals: ['device', 'other'],
      example: 'sallyport device merge 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210 --preview',
      print: (out, { merge: number, moves: { doors: sources, sections, changes } }) => {
        for (const { door: by, agent, letIn } of sources) out.line(`client ${by} ${agent}${letIn ? ', let in' : ''}`);
        for (const { collection, door: by, from, kept } of sections)
          out.line(`section ${collection} ${by}${from === 'both' ? `, both have it: that of ${kept} stays` : ''}`);
        out.line(`${changes} changes of its history`);
        if (number !== null) out.line(`merge ${number}; back with: sallyport device unmerge ${number}`);
      },
    },
  }),
  operation({
    name: 'device.distinct',
    http: { method: 'post', path: '/devices/{device}/distinct', status: 204 },
    right: 'devices:write',
    summary: 'Two records are two devices, whatever they share',
    input: two,
    output: z.object({ one: z.string(), two: z.string() }),
    run: (context, { device, other }) => {
      context.devices.setDistinct(context.actor, ...pair(context, device, other));
      return { one: device, two: other };
    },
    command: {
      positionals: ['device', 'other'],
      example: 'sallyport device distinct 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210',
      print: (out, answer) => out.line(`${answer.one} ${answer.two} are two devices`),
    },
  }),
  operation({
    name: 'device.forget',
    http: { method: 'delete', path: '/devices/{device}', status: 204 },
    right: 'devices:write',
    summary: 'Removes the record of a device that may not come in, with all that is known of it',
    input: one,
    output: deviceReference,
    find: (context, { device }) => written(context, device),
    run: (context, { device }) => {
      const { id, publicId, hostname } = context.devices.byId(written(context, device));
      context.devices.forget(context.actor, id);
      return { id: publicId, name: hostname };
    },
    command: {
      positionals: ['device'],
      each: 'device',
      example: 'sallyport device forget 0123456789abcdef0123456789abcdef',
      print: (out, { id, name }) => out.line(`${id} ${name} forgotten`),
    },
  }),
  operation({
    name: 'device.merges',
    http: { method: 'get', path: '/device-merges' },
    right: 'devices:read',
    summary: 'Merges that can be undone, the newest first',
    input: z.strictObject({}),
    output: merges,
    run: mergesOf,
  }),
  operation({
    name: 'device.merge.undo',
    http: { method: 'post', path: '/device-merges/{merge}/undo' },
    right: 'devices:write',
    summary: 'Two records again',
    description: 'CONFLICT unless it is the newest merge of its device.',
    input: z.strictObject({ merge: mergeNumber }),
    output: undone,
    run: (context, { merge: number }) => undo(context, number),
  }),
  operation({
    name: 'device.unmerge',
    right: 'devices:write',
    summary: 'Takes a merge back: two records again; without a number, the merges that can be',
    input: z.strictObject({ merge: mergeNumber.optional() }),
    output: z.union([merges, undone]),
    run: (context, { merge: number }) => (number === undefined ? mergesOf(context) : undo(context, number)),
    command: {
      positionals: ['merge'],
      example: 'sallyport device unmerge 12',
      print: (out, answer) => {
        if ('rows' in answer)
          out.table(
            ['MERGE', 'KEPT', 'OTHER', 'NAME', 'AT', 'BY'],
            answer.rows.map(({ merge: number, keep, other, at, actor }) => [
              number,
              keep.id,
              other.id,
              other.name,
              at,
              actor,
            ]),
          );
        else out.line(`two records again: ${answer.keep.id} ${answer.other.id}`);
      },
      json: (answer) =>
        'rows' in answer
          ? {
              items: answer.rows.map(({ keep, other, ...rest }) => ({
                ...rest,
                keep: keep.id,
                other: other.id,
                otherName: other.name,
              })),
            }
          : { merge: answer.merge, keep: answer.keep.id, other: answer.other.id },
    },
  }),
];
