import { EDITIONS } from '@sallyport/bundle-tools/versions/edition';
import { z } from 'zod';
import { scopeOf } from '../../engine/objects/types.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import type { Scope } from '../../platform/scope.ts';
import { anyOf, deviceId, pageOf, paging, search, where } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ControllerFindings } from '../controller-findings/service.ts';
import type { DeviceList, DeviceQueries } from '../devices/types.ts';
import { deviceIn } from '../devices/view.ts';
import { countsOf } from './counts.ts';
import { findingGroupSchema, findingGroups, groupLanguage, groupSorts } from './finding-groups.ts';
import type { VulnerabilityService } from './service.ts';
import {
  COVERAGE_STATES,
  countsSchema,
  DECISIONS,
  ecosystemKnowledgeSchema,
  FIX_STATES,
  findingSchema,
  findingWhy,
  SEVERITIES,
  WORK_STATES,
} from './types.ts';

// Findings, and why each is one.

const { operation } = operationsOver<{
  vulnerabilities: VulnerabilityService;
  controllerFindings: Pick<ControllerFindings, 'byZone'>;
  deviceQueries: DeviceQueries;
  deviceList: Pick<DeviceList, 'coverageCounts'>;
}>({ area: 'vulnerabilities', bound: 'device', scoped: true });

/** More than any device has. */
const mostOfDevice = 100_000;

const covered = z.record(z.enum(COVERAGE_STATES), z.int()).describe('Devices by how much of them is judged');

export const vulnerabilitySchemas = {
  Finding: findingSchema,
  FindingGroup: findingGroupSchema,
  FindingWhy: findingWhy,
  EcosystemKnowledge: ecosystemKnowledgeSchema,
};

/** What none found is worth. */
function tellUnjudged(
  out: { line(text: string): void },
  devices: Readonly<Record<(typeof COVERAGE_STATES)[number], number>>,
): void {
  const open = devices['not-judged'] + devices.partly;
  if (open + devices.judged === 0) out.line('no computer is judged: none is known yet: sallyport device list');
  if (open > 0) out.line(`${open} devices are not judged, or only in part: sallyport device list`);
}

type Reader = {
  readonly vulnerabilities: VulnerabilityService;
  readonly deviceQueries: DeviceQueries;
  readonly deviceList: Pick<DeviceList, 'coverageCounts'>;
};

/** How many devices are judged by how much: of what is in reach, or the one that is asked about. */
const coveredIn = (
  { vulnerabilities, deviceQueries, deviceList }: Reader,
  scope: Scope,
  device: string | undefined,
) => {
  if (device === undefined) return deviceList.coverageCounts(scope);
  const state = vulnerabilities
    .coverage([deviceIn(deviceQueries, device, scope)])
    .values()
    .next().value?.state;
  return { 'not-judged': 0, partly: 0, judged: 0, [state ?? 'not-judged']: 1 };
};

/** The figures of what is in reach, or of the one device that is asked about. */
const countsIn = ({ vulnerabilities, deviceQueries }: Reader, scope: Scope, device: string | undefined) =>
  device === undefined
    ? vulnerabilities.counts(scope)
    : countsOf(
        vulnerabilities.list({ scope, device: deviceIn(deviceQueries, device, scope), limit: mostOfDevice }).rows,
      );

export const vulnerabilityOperations = [
  operation({
    name: 'finding.list',
    http: { method: 'get', path: '/findings' },
    right: 'vulnerabilities:read',
    summary: 'Lists findings: an advisory on a package and version, with how many devices have it',
    input: z.strictObject({
      search: search.optional(),
      severity: anyOf(SEVERITIES),
      decision: anyOf(DECISIONS),
      fixState: anyOf(FIX_STATES),
      edition: z.enum(EDITIONS).optional().describe('Fixed only in an edition that is paid for'),
      verdict: z.enum(['affected', 'review']).optional(),
      state: z.enum(WORK_STATES).optional(),
      device: deviceId.optional(),
      where,
      sort: z.enum(['decision', 'severity', 'package', 'advisory', 'devices', 'since']).default('decision'),
      descending: z.boolean().default(false),
      ...paging,
    }),
    output: pageOf(findingSchema).extend({ covered }),
    run: (
      { vulnerabilities, deviceQueries, deviceList, actor },
      { limit, after, sort, descending, device, search: q, ...asked },
    ) => {
      const scope = scopeOf(actor, 'vulnerabilities:read');
      const page = vulnerabilities.list({
        scope,
        filter: vulnerabilities.language.read(termsIn({ q, ...asked })),
        limit,
        after,
        sort,
        descending,
        ...(device === undefined ? {} : { device: deviceIn(deviceQueries, device, scope) }),
      });
      return {
        ...page,
        covered: coveredIn({ vulnerabilities, deviceQueries, deviceList }, scope, device),
        next: page.next ?? null,
      };
    },
    command: {
      flags: { fixState: { name: 'fix' } },
      example: 'sallyport finding list --severity critical --severity high --data /var/lib/sallyport --json',
      print: (out, { rows, covered: devices }) => {
        out.table(
          ['DECISION', 'SEVERITY', 'ADVISORY', 'PACKAGE', 'VERSION', 'FIXED IN', 'STATE', 'DEVICES'],
          rows.map((row) => [
            row.verdict === 'review' ? 'review' : row.decision,
            row.severity,
            row.advisory,
            row.package,
            row.version,
            row.edition === undefined ? (row.fixed ?? null) : `${row.fixed} (${row.edition})`,
            row.state,
            row.devices,
          ]),
        );
        tellUnjudged(out, devices);
      },
      json: ({ rows, total, covered: devices }, { device }, context) => ({
        total,
        counts: countsIn(context, scopeOf(context.actor, 'vulnerabilities:read'), device),
        covered: devices,
        findings: rows,
      }),
    },
  }),
  operation({
    name: 'finding.groups',
    http: { method: 'get', path: '/findings/groups' },
    right: 'vulnerabilities:read',
    summary: 'Findings by what closes them: the update, else the advisory; on controllers by vulnerability and zone',
    input: z.strictObject({
      search: search.optional(),
      decision: anyOf(DECISIONS),
      severity: anyOf(SEVERITIES),
      where,
      sort: z.enum(groupSorts).default('decision'),
      descending: z.boolean().default(false),
      ...paging,
    }),
    output: pageOf(findingGroupSchema).extend({ covered }),
    run: (
      { vulnerabilities, controllerFindings, deviceList, actor },
      { search: q, decision, severity, where: asked, ...page },
    ) => {
      const scope = scopeOf(actor, 'vulnerabilities:read');
      const filter = groupLanguage.read(termsIn({ q, decision, severity, where: asked }));
      const found = findingGroups({ vulnerabilities, controllerFindings }, scope)({ filter, ...page });
      return { ...found, covered: deviceList.coverageCounts(scope), next: found.next ?? null };
    },
    command: {
      example: 'sallyport finding groups --decision act',
      print: (out, { rows, covered: devices }) => {
        out.table(
          ['DECISION', 'SEVERITY', 'BY', 'NAME', 'OF', 'FIXED IN', 'COUNT'],
          rows.map((row) => [row.decision, row.severity, row.by, row.name, row.of, row.fixed, row.count]),
        );
        tellUnjudged(out, devices);
      },
    },
  }),
  operation({
    name: 'finding.counts',
    http: { method: 'get', path: '/findings/counts' },
    right: 'vulnerabilities:read',
    summary: 'How many findings there are, by severity, decision and state of the fix',
    input: z.strictObject({}),
    output: countsSchema.extend({ covered }),
    run: ({ vulnerabilities, deviceList, actor }) => {
      const scope = scopeOf(actor, 'vulnerabilities:read');
      return { ...vulnerabilities.counts(scope), covered: deviceList.coverageCounts(scope) };
    },
  }),
  operation({
    name: 'finding.ecosystems',
    http: { method: 'get', path: '/findings/ecosystems' },
    bound: 'catalog',
    right: 'vulnerabilities:read',
    summary: 'How many records each feed has about each ecosystem, and when the newest changed',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(ecosystemKnowledgeSchema) }),
    run: ({ vulnerabilities }) => ({ rows: [...vulnerabilities.known()] }),
    command: {
      example: 'sallyport finding ecosystems --data /var/lib/sallyport',
      print: (out, { rows }) => {
        out.table(
          ['ECOSYSTEM', 'FEED', 'RECORDS', 'NEWEST'],
          rows.map(({ ecosystem, feed, records, newest }) => [ecosystem, feed, records, newest]),
        );
        if (rows.length === 0) out.note('nothing is known: import a bundle with advisories');
      },
    },
  }),
  operation({
    name: 'finding.show',
    http: { method: 'get', path: '/findings/{finding}' },
    right: 'vulnerabilities:read',
    summary: 'Why a finding is one: the record, the ranges, the keys, the source, the devices',
    input: z.strictObject({ finding: z.string().regex(/^\d{1,15}\.\d{1,16}$/) }),
    output: findingWhy,
    run: ({ vulnerabilities, deviceQueries, actor }, { finding }) => {
      const why = vulnerabilities.why(finding, scopeOf(actor, 'vulnerabilities:read'));
      const named = deviceQueries.names(why.devices.map(({ device }) => device));
      return {
        ...why,
        devices: why.devices.flatMap(({ device, firstSeen }) => {
          const reference = named.get(device);
          return reference === undefined ? [] : [{ device: reference, firstSeen }];
        }),
      };
    },
  }),
];
