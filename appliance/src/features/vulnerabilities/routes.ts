import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { anyOf, deviceId, deviceReference, pageOf, paging, present, search, time } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';

const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
const decisions = ['act', 'attend', 'track-star', 'track'] as const;
const fixStates = ['available', 'none', 'undetermined'] as const;
const workStates = ['open', 'planned', 'fixed'] as const;

export const severitySchema = z.enum(severities);
export const decisionSchema = z.enum(decisions);

export const findingSchema = z.object({
  id: z.string(),
  advisory: z.string(),
  aliases: z.array(z.string()),
  feed: z.string(),
  summary: z.string(),
  severity: severitySchema,
  cvss: z.string().optional(),
  decision: decisionSchema,
  exploited: z.boolean().describe('Attacks that use it are known'),
  verdict: z.enum(['affected', 'review']).describe('`review`: it could not be compared, so a person must look'),
  fixState: z.enum(fixStates),
  state: z.enum(workStates),
  ecosystem: z.string(),
  package: z.string(),
  version: z.string(),
  fixed: z.string().optional().describe('The version that fixes it'),
  devices: z.int(),
  since: time,
  until: time.optional(),
});

const whySchema = z.object({
  finding: findingSchema,
  document: z.unknown().describe('The advisory as it was imported'),
  key: z.string().optional().describe('Comparison key of the version, hex'),
  ranges: z.array(
    z.object({
      lo: z.string(),
      hi: z.string(),
      fixed: z.string().optional(),
      covers: z.boolean(),
      qualifier: z
        .object({ arch: z.string().optional(), module: z.string().optional(), channel: z.string().optional() })
        .optional(),
    }),
  ),
  exact: z.boolean(),
  review: z.array(z.object({ introduced: z.string(), fixed: z.string(), lastAffected: z.string() })),
  source: z.object({ name: z.string(), newest: time.optional(), importedAt: time.optional() }),
  inputs: z.unknown().describe('What the decision was made from'),
  confidence: z.enum(['high', 'low']),
  devices: z.array(z.object({ device: deviceReference, firstSeen: time })),
});

const countsSchema = z.object({
  open: z.int(),
  affected: z.int(),
  review: z.int(),
  fixAvailable: z.int(),
  devices: z.int(),
  bySeverity: z.record(severitySchema, z.int()),
  matrix: z.record(decisionSchema, z.record(z.enum(fixStates), z.int())),
});

/** Findings, and why each is one. */
export const vulnerabilityRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { vulnerabilities, devices, deviceQueries } = parts;
  names.add(findingSchema, { id: 'Finding' });
  names.add(whySchema, { id: 'FindingWhy' });
  const tag = 'vulnerabilities' as const;
  const right = 'vulnerabilities:read' as const;

  return [
    jsonRoute({
      method: 'get',
      path: '/findings',
      tag,
      right,
      summary: 'Lists findings: an advisory on a package and version, with how many devices have it',
      query: z.strictObject({
        search: search.optional(),
        severity: anyOf(severities),
        decision: anyOf(decisions),
        fixState: anyOf(fixStates),
        verdict: z.enum(['affected', 'review']).optional(),
        state: z.enum(workStates).optional(),
        device: deviceId.optional(),
        sort: z.enum(['decision', 'severity', 'package', 'advisory', 'devices', 'since']).default('decision'),
        descending: z.boolean().default(false),
        ...paging,
      }),
      response: pageOf(findingSchema),
      handle: ({ query: { limit, sort, descending, device, ...rest } }) => {
        const page = vulnerabilities.list({
          limit,
          sort,
          descending,
          ...(device === undefined ? {} : { device: devices.byPublicId(device).id }),
          ...present(rest),
        });
        return { ...page, next: page.next ?? null };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/findings/counts',
      tag,
      right,
      summary: 'How many findings there are, by severity, decision and state of the fix',
      response: countsSchema,
      handle: () => vulnerabilities.counts(),
    }),
    jsonRoute({
      method: 'get',
      path: '/findings/{finding}',
      tag,
      right,
      summary: 'Why a finding is one: the record, the ranges, the keys, the source, the devices',
      params: z.strictObject({ finding: z.string().regex(/^\d{1,15}\.\d{1,16}$/) }),
      response: whySchema,
      handle: ({ params: { finding } }) => {
        const why = vulnerabilities.why(finding);
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
};
