import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';
import { time, timeOrNull } from '../../server/api/schemas.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DiscoveryRun, DiscoveryService } from './service.ts';

// Directories and address ranges: how they went, what would be sent, starting and stopping. Entries are objects.

type Needs = { discovery: DiscoveryService; objects: ObjectService };
const { operation } = operationsOver<Needs>();

const run = z.object({
  id: z.string(),
  name: z.string(),
  lastAt: time.nullable(),
  okAt: time.nullable().describe('The last run that went well: the content is of then'),
  code: z.string().nullable().describe('Why the last run failed; null when it went well'),
  message: z.string().nullable(),
  counts: z.record(z.string(), z.int()).describe('What the last run that went well found').nullable(),
  job: z.int().nullable().describe('The run that waits or works'),
});

const plan = z.object({
  addresses: z.int(),
  excluded: z.int().describe('Left out because controllers live there'),
  ports: z.array(z.int()),
  ping: z.boolean(),
  probes: z.int(),
  ratePerSecond: z.int(),
  seconds: z.int(),
  examples: z.array(z.string()),
  digest: z.string().describe('Says exactly this plan; a confirmation names it'),
  hindrance: z.enum(['controllers', 'disabled', 'nothing', 'unconfirmed', 'hours']).nullable(),
});

export const discoverySchemas = { DiscoveryRun: run, ScanPlan: plan };

const rowOf = ({ id, name, last, running }: DiscoveryRun<unknown>): z.infer<typeof run> => ({
  id,
  name,
  lastAt: timeOrNull(last.at),
  okAt: timeOrNull(last.okAt),
  code: last.code,
  message: last.message,
  counts: last.summary as Record<string, number> | null,
  job: running?.id ?? null,
});

/** The id of a range by its id or its name. NOT_FOUND. */
const rangeOf = ({ objects }: Needs, wanted: string): string => {
  const found = objects.find('address-range', wanted) ?? objects.findBy('address-range', 'name', wanted);
  if (found === undefined) throw new AppError('NOT_FOUND', `there is no address range ${wanted}`);
  return found.id;
};

const area = 'devices';
const one = z.strictObject({ id: z.string().min(1).max(512).describe('Its id or its name') });
const job = z.object({ job: z.int() });

export const discoveryOperations = [
  operation({
    name: 'directory.list',
    http: { method: 'get', path: '/discovery/directories' },
    area,
    right: 'devices:read',
    summary: 'Directories and how each was read last',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(run) }),
    run: ({ discovery }) => ({ rows: discovery.directories().map(rowOf) }),
  }),
  operation({
    name: 'directory.test',
    http: { method: 'post', path: '/discovery/directories/{id}/test' },
    area,
    right: 'devices:write',
    summary: 'Connects, logs in and looks at the base names; keeps nothing',
    input: one,
    output: z.object({ vendor: z.string(), bases: z.array(z.string()) }),
    run: ({ discovery, actor }, { id }) => discovery.testDirectory(actor, id),
  }),
  operation({
    name: 'directory.start',
    http: { method: 'post', path: '/discovery/directories/{id}/poll' },
    area,
    right: 'devices:write',
    summary: 'Reads a directory now',
    input: one,
    output: job,
    run: ({ discovery, actor }, { id }) => ({ job: discovery.start(actor, 'poll', id) }),
  }),
  operation({
    name: 'range.list',
    http: { method: 'get', path: '/discovery/ranges' },
    area,
    right: 'devices:read',
    summary: 'Address ranges and how each was asked last',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(run) }),
    run: ({ discovery }) => ({ rows: discovery.ranges().map(rowOf) }),
  }),
  operation({
    name: 'range.plan',
    http: { method: 'get', path: '/discovery/ranges/{id}/plan' },
    area,
    right: 'devices:read',
    summary: 'What asking a range would send; sends nothing',
    input: one,
    output: plan,
    run: (context, { id: wanted }) => {
      const { discovery, actor } = context;
      const id = rangeOf(context, wanted);
      const hindrance = (discovery.hindrance(id) ?? null) as z.infer<typeof plan>['hindrance'];
      return { ...discovery.plan(actor, id), hindrance };
    },
    command: {
      flags: { id: { name: 'range', value: 'NAME', help: 'the address range, as it was entered' } },
      example: 'sallyport range plan --range Offices --data /var/lib/sallyport',
      print: (out, { addresses, excluded, probes, ports, ping, ratePerSecond, seconds, examples, hindrance }) => {
        out.line(`addresses   ${addresses}, ${excluded} left out because controllers live there`);
        out.line(`questions   ${probes}: ports ${ports.join(', ') || 'none'}${ping ? ', ping' : ''}`);
        out.line(`rate        ${ratePerSecond} a second, ${seconds} s at least`);
        out.line(`first       ${examples.join(', ')}`);
        out.line(`may run     ${hindrance === null ? 'yes' : `no: ${hindrance}`}`);
      },
    },
  }),
  operation({
    name: 'range.confirm',
    http: { method: 'post', path: '/discovery/ranges/{id}/confirm' },
    area,
    right: 'devices:write',
    summary: 'Confirms exactly one plan, with its number of addresses',
    input: one.extend({ digest: z.string().length(64), addresses: z.int().min(0) }),
    output: z.object({ confirmed: z.boolean() }),
    run: ({ discovery, actor }, { id, ...confirmed }) => {
      discovery.confirm(actor, id, confirmed);
      return { confirmed: true };
    },
  }),
  operation({
    name: 'range.start',
    http: { method: 'post', path: '/discovery/ranges/{id}/scan' },
    area,
    right: 'devices:write',
    summary: 'Asks a confirmed range now',
    input: one,
    output: job,
    run: ({ discovery, actor }, { id }) => ({ job: discovery.start(actor, 'scan', id) }),
  }),
  operation({
    name: 'range.stop',
    http: { method: 'post', path: '/discovery/ranges/{id}/stop' },
    area,
    right: 'devices:write',
    summary: 'Ends the run of a range',
    input: one,
    output: z.object({ stopping: z.boolean() }),
    run: ({ discovery, actor }, { id }) => {
      discovery.stop(actor, 'scan', id);
      return { stopping: true };
    },
  }),
];
