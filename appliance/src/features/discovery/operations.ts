import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DiscoveryRun, DiscoveryService } from './service.ts';
import { type DirectorySummary, directorySummary, scanPlan, scanSummary } from './types.ts';

// Directories and address ranges: how they went, what would be sent, starting and stopping. Entries are objects.

type Needs = { discovery: DiscoveryService; objects: ObjectService };
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'site' });

const quietMs = 2_000;

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

export const discoverySchemas = { DiscoveryRun: run, ScanPlan: scanPlan };

const rowOf = ({ id, name, last, running }: DiscoveryRun<unknown>): z.input<typeof run> => ({
  id,
  name,
  lastAt: last.at,
  okAt: last.okAt,
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

/** The id of a directory by its id or its name; NOT_FOUND names those that there are. */
export function directoryOf({ objects }: Pick<Needs, 'objects'>, wanted: string): string {
  const found = objects.find('directory-source', wanted) ?? objects.findBy('directory-source', 'name', wanted);
  if (found !== undefined) return found.id;
  const names = objects.list({ kind: 'directory-source', limit: 50 }).rows.map(({ body }) => String(body['name']));
  throw new AppError(
    'NOT_FOUND',
    `there is no directory ${wanted}; ${names.length === 0 ? 'enter it in the console, Discovery, Directories' : `there are: ${names.join(', ')}`}`,
  );
}

/** What a read of a directory found, for people. */
export function directoryLines(summary: DirectorySummary): string[] {
  return [
    `domains     ${summary.domains}`,
    `units       ${summary.units}`,
    `users       ${summary.users}`,
    `groups      ${summary.groups}, ${summary.members} memberships`,
    `computers   ${summary.computers}`,
    `changes     ${summary.added} added, ${summary.removed} removed, ${summary.changed} changed`,
    ...(summary.skipped === 0 ? [] : [`left out    ${summary.skipped} entries of other kinds`]),
  ];
}

/** Passes a line on unless one was passed in the two seconds before. */
const nowAndThen = (note: (text: string) => void): ((text: string) => void) => {
  let notedAt = steadyMs();
  return (text) => {
    if (steadyMs() - notedAt < quietMs) return;
    notedAt = steadyMs();
    note(text);
  };
};

const directoryFlag = { name: 'source', value: 'NAME', help: 'the directory, as it was entered' };
const rangeFlag = { name: 'range', value: 'NAME', help: 'the address range, as it was entered' };
const one = z.strictObject({ id: z.string().min(1).max(512).describe('Its id or its name') });
const job = z.object({ job: z.int() });

const directoryTest = operation({
  name: 'directory.test',
  http: { method: 'post', path: '/discovery/directories/{id}/test' },
  right: 'devices:write',
  summary: 'Connects, logs in and looks at the base names; keeps nothing',
  input: one,
  output: z.object({ vendor: z.string(), bases: z.array(z.string()) }),
  run: (context, { id }) => context.discovery.testDirectory(context.actor, directoryOf(context, id)),
  command: {
    flags: { id: directoryFlag },
    example: 'sallyport directory test --source Plant --data /var/lib/sallyport',
    print: (out, { vendor, bases }) => out.line(`${vendor}: ${bases.join('; ')}`),
  },
});

export const discoveryOperations = [
  operation({
    name: 'directory.list',
    http: { method: 'get', path: '/discovery/directories' },
    right: 'devices:read',
    summary: 'Directories and how each was read last',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(run) }),
    run: ({ discovery }) => ({ rows: discovery.directories().map(rowOf) }),
  }),
  directoryTest,
  operation({
    name: 'directory.poll',
    right: 'devices:write',
    summary: 'Reads a directory over LDAP now',
    input: one,
    output: directorySummary,
    run: (context, { id }) => {
      const note = nowAndThen(context.note);
      return context.discovery.poll(directoryOf(context, id), context.actor, {
        onProgress: ({ step, entries }) => note(`${step}: ${entries} entries`),
      });
    },
    command: {
      flags: { id: directoryFlag },
      instead: { test: directoryTest },
      example: 'sallyport directory poll --source Plant --data /var/lib/sallyport',
      print: (out, summary) => {
        for (const line of directoryLines(summary)) out.line(line);
      },
    },
  }),
  operation({
    name: 'directory.start',
    http: { method: 'post', path: '/discovery/directories/{id}/poll' },
    right: 'devices:write',
    summary: 'Reads a directory now',
    input: one,
    output: job,
    run: ({ discovery, actor }, { id }) => ({ job: discovery.start(actor, 'poll', id) }),
  }),
  operation({
    name: 'range.list',
    http: { method: 'get', path: '/discovery/ranges' },
    right: 'devices:read',
    summary: 'Address ranges and how each was asked last',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(run) }),
    run: ({ discovery }) => ({ rows: discovery.ranges().map(rowOf) }),
  }),
  operation({
    name: 'range.plan',
    http: { method: 'get', path: '/discovery/ranges/{id}/plan' },
    right: 'devices:read',
    summary: 'What asking a range would send; sends nothing',
    input: one,
    output: scanPlan,
    run: (context, { id: wanted }) => {
      const { discovery, actor } = context;
      const id = rangeOf(context, wanted);
      const hindrance = (discovery.hindrance(id) ?? null) as z.infer<typeof scanPlan>['hindrance'];
      return { ...discovery.plan(actor, id), hindrance };
    },
    command: {
      flags: { id: rangeFlag },
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
    person: 'always',
    decides: true,
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
    right: 'devices:write',
    summary: 'Asks a confirmed range now',
    input: one,
    output: job,
    run: ({ discovery, actor }, { id }) => ({ job: discovery.start(actor, 'scan', id) }),
  }),
  operation({
    name: 'range.scan',
    right: 'devices:write',
    summary: 'Asks the addresses of a range that was confirmed; Ctrl-C ends it',
    input: one,
    output: scanSummary,
    run: (context, { id }) => {
      const note = nowAndThen(context.note);
      return context.discovery.scan(rangeOf(context, id), context.actor, {
        ...defined({ signal: context.signal }),
        onProgress: ({ done, total, found }) => note(`${done} of ${total} questions, ${found} answered`),
      });
    },
    command: {
      flags: { id: rangeFlag },
      stoppable: true,
      example: 'sallyport range scan --range Offices --data /var/lib/sallyport',
      print: (out, { found, asked, created }) => out.line(`${found} of ${asked} addresses answered, ${created} new`),
    },
  }),
  operation({
    name: 'range.stop',
    http: { method: 'post', path: '/discovery/ranges/{id}/stop' },
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
