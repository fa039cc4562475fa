import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { anyOf, comment, deviceId, deviceReference, pageOf, paging, search, where } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceList, DeviceQueries } from '../devices/types.ts';
import { COVERAGE_STATES, type Coverage } from '../vulnerabilities/types.ts';
import type { UpdateService } from './service.ts';
import {
  APPROVALS,
  type DeviceUpdate,
  deviceUpdateSchema,
  type FollowedSystem,
  followedSystemSchema,
  SUPPLIES,
  toFollowed,
  type UpdateCounts,
  type UpdateItem,
  updateSchema,
} from './types.ts';

// Updates: approval decided here, supply and installation as derived.

const { operation } = operationsOver<{
  updates: UpdateService;
  deviceList: Pick<DeviceList, 'coverageCounts'>;
  deviceQueries: DeviceQueries;
}>({ area: 'updates', bound: 'catalog' });

export const updateSchemas = { Update: updateSchema, DeviceUpdate: deviceUpdateSchema };

const updateId = z.string().min(1).max(64);
const ids = z.array(updateId).min(1).max(1_000).describe('Ids of updates; all are decided or none');
const acceptLicences = z
  .array(z.string().regex(/^[0-9a-f]{64}$/))
  .max(1_000)
  .optional()
  .describe('SHA-256 of licence texts that a person has read and accepts');

const filter = {
  search: search.optional(),
  approval: anyOf(APPROVALS),
  supply: anyOf(SUPPLIES),
  security: z.boolean().optional().describe('Security updates alone'),
  deployable: z.boolean().optional().describe('Approved, arrived and needed by a device'),
  where,
};

const sentSystem = (system: FollowedSystem) => ({ ...toFollowed(system), devices: system.devices });

const decide = (action: 'decline' | 'clear', summary: string) =>
  operation({
    name: `update.${action}`,
    http: { method: 'post', path: `/updates/${action}` },
    right: 'updates:write',
    summary,
    input: z.strictObject({ ids, comment: comment.optional() }),
    output: z.object({ rows: z.array(updateSchema) }),
    run: ({ updates, actor }, { ids: wanted, comment: note }) => {
      updates[action](actor, wanted, defined({ comment: note }));
      const scope = scopeOf(actor, 'updates:read');
      return { rows: wanted.map((id) => updates.get(id, scope)) };
    },
  });

const judged = {
  catalogue: z.boolean().describe('Whether a bundle brought a catalogue of updates; without one the need is unknown'),
  notLookedAt: z
    .int()
    .describe(
      'Devices that wait for a look since they or the catalogue changed: what is said of them may be of before',
    ),
  covered: z.record(z.enum(COVERAGE_STATES), z.int()).describe('Devices by how much of them is judged'),
};

const judgedOf = (parts: { updates: UpdateService; deviceList: Pick<DeviceList, 'coverageCounts'>; actor: Actor }) => ({
  catalogue: parts.updates.hasCatalogue(),
  notLookedAt: parts.updates.notLookedAt(scopeOf(parts.actor, 'updates:read')),
  covered: parts.deviceList.coverageCounts(scopeOf(parts.actor, 'updates:read')),
});

type Listed =
  | { total: number; catalogue: boolean; coverage: Omit<Coverage, 'system'>; updates: readonly DeviceUpdate[] }
  | ({ total: number; counts: UpdateCounts; updates: readonly UpdateItem[] } & ReturnType<typeof judgedOf>);

type Decided = { licences: { id: string; licence: string | null }[] } | { word: string; ids: string[] };

export const updateOperations = [
  operation({
    name: 'update.page',
    http: { method: 'get', path: '/updates' },
    scoped: true,
    right: 'updates:read',
    summary: 'Lists updates of the catalogue and those that are needed',
    input: z.strictObject({
      ...filter,
      sort: z.enum(['decision', 'name', 'devices', 'supply', 'size', 'since']).default('decision'),
      descending: z.boolean().default(false),
      ...paging,
    }),
    output: pageOf(updateSchema).extend(judged),
    run: ({ updates, deviceList, actor }, { limit, sort, descending, after, search: q, ...asked }) => {
      const found = updates.language.read(termsIn({ q, ...asked }));
      const page = updates.list({
        scope: scopeOf(actor, 'updates:read'),
        filter: found,
        limit,
        sort,
        descending,
        after,
      });
      return { ...page, ...judgedOf({ updates, deviceList, actor }), next: page.next ?? null };
    },
  }),
  operation({
    name: 'update.list',
    scoped: true,
    right: 'updates:read',
    summary: 'The updates that this site needs, has asked for, has got',
    input: z.strictObject({
      ...filter,
      device: deviceId.optional().describe('What one device lacks or was ordered'),
      limit: z.int().min(1).max(100_000).default(100).describe('At most so many (100)'),
    }),
    output: z.custom<Listed>(),
    run: ({ updates, deviceList, deviceQueries, actor }, { device, limit, search: q, ...asked }) => {
      const scope = scopeOf(actor, 'updates:read');
      if (device === undefined) {
        const { rows, total } = updates.list({ scope, filter: updates.language.read(termsIn({ q, ...asked })), limit });
        return { total, counts: updates.counts(scope), ...judgedOf({ updates, deviceList, actor }), updates: rows };
      }
      const row = deviceQueries.byPublicId(device, scope);
      if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such device');
      const { id, coverage } = row;
      const all = updates.forDevice(id, scope);
      return { total: all.length, catalogue: updates.hasCatalogue(), coverage, updates: all.slice(0, limit) };
    },
    command: {
      example: 'sallyport update list --supply arrived --approval undefined --data /var/lib/sallyport --json',
      print: (out, answer) => {
        if ('counts' in answer)
          out.table(
            ['ID', 'NAME', 'VERSION', 'SECURITY', 'APPROVAL', 'SUPPLY', 'DEVICES', 'FINDINGS', 'BYTES'],
            answer.updates.map((row) => [
              row.id,
              row.name,
              row.version,
              row.security ? 'yes' : 'no',
              row.approval,
              [row.supply, row.reason && `(${row.reason})`, row.asOf && `as of ${row.asOf}`].filter(Boolean).join(' '),
              row.devices,
              row.findings,
              row.sizeBytes,
            ]),
          );
        else
          out.table(
            ['ID', 'NAME', 'INSTALLED', 'UPDATE', 'SECURITY', 'APPROVAL', 'SUPPLY', 'INSTALLATION'],
            answer.updates.map(({ update, installedVersion, installation }) => [
              update.id,
              update.name,
              installedVersion ?? null,
              update.version,
              update.security ? 'yes' : 'no',
              update.approval,
              [update.supply, update.asOf && `as of ${update.asOf}`].filter(Boolean).join(' '),
              installation ?? null,
            ]),
          );
        const more = answer.total - answer.updates.length;
        if (more > 0) out.note(`${more} more; see --limit`);
        if (!answer.catalogue)
          out.line('not judged: no catalogue of updates is here; write a request and import its bundle');
        if ('coverage' in answer) {
          if (answer.coverage.state !== 'judged')
            out.line(`${answer.coverage.state}: sallyport device list --json says why`);
          return;
        }
        if (answer.notLookedAt > 0)
          out.line(
            `${answer.notLookedAt} devices were not looked at yet since they or the catalogue changed: what they need may be missing; ask again in some minutes`,
          );
        const open = answer.covered['not-judged'] + answer.covered.partly;
        if (open > 0) out.line(`${open} devices are not judged, or only in part: sallyport device list`);
      },
    },
  }),
  operation({
    name: 'update.counts',
    http: { method: 'get', path: '/updates/counts' },
    scoped: true,
    right: 'updates:read',
    summary: 'How many updates there are in each state',
    input: z.strictObject({}),
    output: z.object({
      ...Object.fromEntries(SUPPLIES.map((supply) => [supply, z.int()])),
      undecided: z.int(),
      deployable: z.int(),
      ...judged,
    }),
    run: ({ updates, deviceList, actor }) => ({
      ...updates.counts(scopeOf(actor, 'updates:read')),
      ...judgedOf({ updates, deviceList, actor }),
    }),
  }),
  operation({
    name: 'update.followed',
    http: { method: 'get', path: '/updates/followed' },
    scoped: true,
    right: 'updates:read',
    summary: 'What the systems of the site take their packages from',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(followedSystemSchema) }),
    run: ({ updates, actor }) => ({ rows: updates.followedSystems(scopeOf(actor, 'updates:read')).map(sentSystem) }),
    command: {
      example: 'sallyport update followed --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['SYSTEM', 'ARCH', 'DEVICES', 'FOLLOWS', 'BY', 'OWN SOURCES ADD'],
          rows.map((row) => [
            row.system,
            row.arch,
            row.devices,
            row.suites.join(' '),
            row.by,
            row.own.join(' ') || null,
          ]),
        ),
    },
  }),
  operation({
    name: 'update.follow',
    http: { method: 'post', path: '/updates/followed' },
    right: 'updates:write',
    summary: 'Decides what the devices of a system take their packages from',
    input: z.strictObject({
      system: z.string().min(1).max(100).describe('As advisories name it: Debian:13'),
      suites: z
        .array(z.string().min(1).max(128))
        .max(64)
        .default([])
        .describe("Its suites; `*` is all that the host's sources have for its release"),
      withoutOwn: z.boolean().default(false).describe('Leave out what the own sources of its devices add'),
      default: z
        .boolean()
        .default(false)
        .describe('Follow what the distribution itself sets up, as before any decision'),
    }),
    output: z.object({ rows: z.array(followedSystemSchema) }),
    run: ({ updates, actor }, { system, suites, withoutOwn, default: back }) => {
      if (back === suites.length > 0) throw new AppError('USAGE', 'give suites, or --default');
      updates.follow(actor, system, back ? undefined : { suites, ownSources: !withoutOwn });
      const rows = updates
        .followedSystems(scopeOf(actor, 'updates:write'))
        .filter(({ ecosystem }) => ecosystem === system);
      return { rows: rows.map(sentSystem) };
    },
    command: {
      positionals: ['system'],
      flags: { suites: { name: 'suite', value: 'SUITE' } },
      example: 'sallyport update follow Debian:13 --suite trixie --suite trixie-security --data /var/lib/sallyport',
      print: (out, { rows }) => {
        for (const row of rows) out.line(`${row.system} ${row.arch} follows ${[...row.suites, ...row.own].join(' ')}`);
        if (rows.length === 0) out.note('no device of this system has reported');
      },
    },
  }),
  operation({
    name: 'update.accept',
    http: { method: 'post', path: '/updates/approve' },
    right: 'updates:write',
    summary: 'Approves updates',
    input: z.strictObject({ ids, comment: comment.optional(), acceptLicences }),
    output: z.object({ rows: z.array(updateSchema) }),
    run: ({ updates, actor }, { ids: wanted, ...options }) => {
      updates.approve(actor, wanted, defined(options));
      const scope = scopeOf(actor, 'updates:read');
      return { rows: wanted.map((id) => updates.get(id, scope)) };
    },
  }),
  decide('decline', 'Declines updates: they are not asked for any more'),
  decide('clear', 'Takes decisions back'),
  operation({
    name: 'update.approve',
    right: 'updates:write',
    summary: 'Approves updates, or declines them, or takes a decision back',
    input: z.strictObject({
      ids: z.array(updateId).default([]),
      all: z.boolean().default(false).describe('Every update that is here and undecided'),
      decline: z.boolean().default(false).describe('Decline instead'),
      clear: z.boolean().default(false).describe('Take the decision back'),
      comment: comment.optional(),
      acceptLicences,
      showLicence: z.boolean().default(false).describe('Print the licence text of the update, decide nothing'),
    }),
    output: z.custom<Decided>(),
    run: ({ updates, actor }, { ids: given, all, decline, clear, showLicence, acceptLicences: accepted, ...note }) => {
      if (decline && clear) throw new AppError('USAGE', '--decline and --clear exclude each other');
      if (given.length === 0 && !all) throw new AppError('USAGE', 'give the ids of updates, or --all');
      const undecided = updates.language.read(termsIn({ approval: 'undefined', supply: 'arrived' }));
      const wanted = all
        ? updates
            .list({ scope: scopeOf(actor, 'updates:write'), filter: undecided, limit: 100_000 })
            .rows.map(({ id }) => id)
        : given;
      if (showLicence) return { licences: wanted.map((id) => ({ id, licence: updates.licenceText(id) ?? null })) };
      if (decline) updates.decline(actor, wanted, defined(note));
      else if (clear) updates.clear(actor, wanted, defined(note));
      else updates.approve(actor, wanted, defined({ ...note, acceptLicences: accepted }));
      return { word: decline ? 'declined' : clear ? 'undecided' : 'approved', ids: wanted };
    },
    command: {
      positionals: ['ids'],
      flags: { acceptLicences: { name: 'accept-licence', value: 'SHA256' } },
      example: 'sallyport update approve 1f0c… --comment "tested on line 3" --data /var/lib/sallyport',
      print: (out, answer) => {
        if ('ids' in answer) out.line(`${answer.ids.length} ${answer.word}`);
        else for (const { id, licence } of answer.licences) out.line(licence ?? `${id}: no licence text is here`);
      },
      json: (answer) => ('ids' in answer ? { [answer.word]: answer.ids } : answer.licences),
    },
  }),
  operation({
    name: 'update.show',
    http: { method: 'get', path: '/updates/{update}' },
    scoped: true,
    right: 'updates:read',
    summary: 'One update with the devices that need it or have an order for it',
    input: z.strictObject({ update: updateId }),
    output: updateSchema.extend({
      licenceText: z.string().nullable(),
      notLookedAt: judged.notLookedAt,
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
    run: ({ updates, deviceQueries, actor }, { update }) => {
      const scope = scopeOf(actor, 'updates:read');
      const rows = updates.devicesOf(update, scope);
      const named = deviceQueries.names(rows.map(({ device }) => device));
      return {
        ...updates.get(update, scope),
        notLookedAt: updates.notLookedAt(scope),
        licenceText: updates.licenceText(update) ?? null,
        onDevices: rows.flatMap(({ device, installedVersion, task }) => {
          const reference = named.get(device);
          if (reference === undefined) return [];
          return {
            device: reference,
            installedVersion: installedVersion ?? null,
            state: task?.state ?? null,
            deployment: task?.deployment ?? null,
            reason: task?.reason ?? null,
          };
        }),
      };
    },
  }),
];
