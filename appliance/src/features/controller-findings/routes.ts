import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { anyOf, pageOf, paging, present, search, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { decisionSchema, severitySchema } from '../vulnerabilities/routes.ts';
import { type ControllerFinding, JUSTIFICATIONS } from './types.ts';

const verdicts = ['affected', 'not-affected', 'review'] as const;
const decisions = ['act', 'attend', 'track-star', 'track'] as const;
const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
const fixStates = ['available', 'planned', 'none-planned', 'none', 'mitigation'] as const;
const exploitations = ['active', 'poc', 'none', 'unknown'] as const;
const levels = ['M1', 'M2', 'M3', 'M4', 'M5'] as const;

const saying = {
  verdict: z.enum(verdicts),
  reason: z.string().describe('Why it is for review; empty where it is certain'),
  level: z.enum(levels).describe('Order number, CIP tuple, vendor and model, family, likeness'),
  path: z.array(z.string()).describe('Names on the way to the leaf of the document'),
  versionText: z.string().describe('As the document writes it'),
};

const otherSchema = z.object({ document: z.string(), leaf: z.string(), ...saying });

const controllerFindingSchema = z.object({
  id: z.string(),
  vulnerability: z.string(),
  product: z.string(),
  vendor: z.string(),
  family: z.string(),
  firmware: z.string(),
  firmwareSide: z.enum(['observed', 'configured', '']),
  ...saying,
  matched: z.enum(verdicts).describe('What comparing alone gave, where a person has answered'),
  confidence: z.number(),
  decision: decisionSchema,
  exploitation: z
    .enum(exploitations)
    .describe('Whether attacks are known: from catalogues, and the vector of the document'),
  exploitedSince: z
    .string()
    .describe('Day on which it came into the catalogue of known exploited ones; empty where it is not in it'),
  severity: severitySchema,
  score: z.number().nullable(),
  fixState: z.enum(fixStates),
  fixedVersion: z.string(),
  advisory: z.string().describe('Namespace of the publisher and id of the document that decided'),
  publisher: z.string(),
  status: z.string(),
  title: z.string(),
  leaf: z.string(),
  others: z.array(otherSchema).describe('What other documents say of the same'),
  answer: z.string().describe('Id of the answer in force'),
  former: z.string().describe('Id of an answer about another revision or version'),
  controllers: z.int(),
  held: z.int().describe('On how many of them an accepted risk or a mitigation holds it back'),
  heldBy: z.array(
    z.object({ kind: z.enum(['risk-acceptance', 'mitigation']), measure: z.string(), name: z.string(), until: time }),
  ),
  since: time,
  until: time.nullable(),
});

const whySchema = z.object({
  finding: controllerFindingSchema,
  identity: z.record(z.string(), z.string()).describe('What was compared'),
  documents: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      publisher: z.string(),
      category: z.enum(['vendor', 'coordinator', 'other']),
      revision: z.string(),
      status: z.enum(['draft', 'interim', 'final']),
      modified: time,
      feed: z.string(),
      disclaimer: z.string().optional(),
      says: z.object(saying),
      remediations: z.array(
        z.object({
          category: z.string(),
          details: z.string(),
          url: z.string().optional(),
          date: z.string().optional(),
        }),
      ),
      cvss: z.string().optional(),
      score: z.number().optional(),
    }),
  ),
  rule: z.string(),
  threat: z.record(z.string(), z.string()).describe('What the priority was made from'),
  exploited: z
    .object({ since: z.string(), due: z.string().nullable(), ransomware: z.boolean() })
    .nullable()
    .describe('Its entry in the catalogue of known exploited vulnerabilities'),
  answer: z
    .object({
      id: z.string(),
      verdict: z.enum(['affected', 'not-affected']),
      justification: z.string().describe('Class of the reason, as in OpenVEX; empty for answers to questions'),
      reason: z.string(),
      evidence: z.string(),
      who: z.string(),
      at: time,
    })
    .nullable()
    .describe('What a person said of it, and holds'),
  contexts: z.array(z.record(z.string(), z.string())),
  controllers: z.array(z.object({ id: z.string(), name: z.string(), part: z.string(), since: time })),
});

const partFindingSchema = controllerFindingSchema.extend({ part: z.string(), firstSeen: time });

const questionSchema = z.object({
  id: z.string(),
  question: z.enum(['names', 'version']),
  reason: z.string(),
  label: z.string(),
  vendor: z.string(),
  firmware: z.string(),
  name: z.string(),
  means: z.string(),
  findings: z.int(),
  documents: z.int(),
  controllers: z.int(),
  decision: decisionSchema,
  isReopened: z.boolean(),
});

const controllerId = z.string().min(1).max(64).describe('Public id of a controller');
const findingParams = z.strictObject({ finding: z.string().regex(/^\d{1,15}\.[\x21-\x7e]{1,200}$/) });
const questionId = z.string().regex(/^[0-9a-f]{24}$/);

/** What advisories say of controllers, and the answers of people where comparing could not tell. */
export const controllerFindingRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { controllerFindings, controllers } = parts;
  names.add(controllerFindingSchema, { id: 'ControllerFinding' });
  names.add(whySchema, { id: 'ControllerFindingWhy' });
  names.add(questionSchema, { id: 'ControllerQuestion' });
  const tag = 'vulnerabilities' as const;
  const right = 'vulnerabilities:read' as const;

  const toWire = <F extends Pick<ControllerFinding, 'since' | 'until' | 'heldBy'>>(finding: F) => ({
    ...finding,
    heldBy: finding.heldBy.map((one) => ({ ...one, until: timeOf(one.until) })),
    since: timeOf(finding.since),
    until: timeOrNull(finding.until),
  });

  return [
    jsonRoute({
      method: 'get',
      path: '/controller-findings',
      tag,
      right,
      summary:
        'Lists what advisories say of controllers: a vulnerability in a product and version, with how many have it',
      query: z.strictObject({
        search: search.optional(),
        verdict: anyOf(verdicts),
        decision: anyOf(decisions),
        severity: anyOf(severities),
        fixState: anyOf(fixStates),
        exploitation: anyOf(exploitations),
        held: z
          .enum(['only', 'all'])
          .optional()
          .describe('Without it, what is held back on every controller is left out'),
        vendor: z.string().max(300).optional(),
        family: z.string().max(300).optional(),
        vulnerability: z.string().max(200).optional(),
        sort: z
          .enum(['decision', 'vulnerability', 'product', 'controllers', 'severity', 'since', 'exploitation'])
          .default('decision'),
        descending: z.boolean().default(false),
        ...paging,
      }),
      response: pageOf(controllerFindingSchema),
      handle: ({ query: { limit, sort, descending, ...rest } }) => {
        const page = controllerFindings.list({ limit, sort, descending, ...present(rest) });
        return { rows: page.rows.map(toWire), total: page.total, next: page.next ?? null };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-findings/counts',
      tag,
      right,
      summary: 'How many findings on controllers there are, by decision and remedy',
      response: z.object({
        affected: z.int(),
        review: z.int(),
        held: z.int().describe('Held back on every controller that has them'),
        controllers: z.int(),
        matrix: z.record(decisionSchema, z.record(z.enum(['available', 'none', 'undetermined']), z.int())),
      }),
      handle: () => controllerFindings.counts(),
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-findings/{finding}',
      tag,
      right,
      summary: 'Why a finding on a controller is one: what was read, what each document says, the remedies',
      params: findingParams,
      response: whySchema,
      handle: ({ params: { finding } }) => {
        const { bearers, identity, threat, known, answer, contexts, ...why } = controllerFindings.why(finding);
        return {
          ...why,
          finding: toWire(why.finding),
          identity: { ...identity },
          answer: answer === undefined ? null : { ...answer, at: timeOf(answer.at) },
          threat: { ...threat },
          exploited:
            known?.exploitedSince == null
              ? null
              : { since: known.exploitedSince, due: known.exploitedDue, ransomware: known.ransomware === 1 },
          contexts: contexts.map((context) => ({ ...context })),
          documents: why.documents.map(({ remediations, ...document }) => ({
            ...document,
            remediations: [...remediations],
            says: { ...document.says, path: [...document.says.path] },
          })),
          controllers: bearers.slice(0, 1_000).map(({ controller, part_key, since }) => ({
            id: controllers.byId(controller)?.publicId ?? '',
            name: controllers.label(controller),
            part: part_key,
            since: timeOf(since),
          })),
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-findings/{finding}/dispute',
      tag,
      right: 'vulnerabilities:write',
      summary:
        'Says that a product in one version is not affected and why; it holds until the advisory or the version changes',
      params: findingParams,
      body: z.strictObject({
        justification: z.enum(JUSTIFICATIONS),
        reason: z.string().min(1).max(2_000),
        evidence: z.string().max(4_000).optional(),
      }),
      response: z.object({ answer: z.string().describe('Id of the object that keeps it') }),
      handle: ({ actor, params: { finding }, body: { evidence, ...given } }) => ({
        answer: controllerFindings.dispute(actor, finding, { ...given, ...present({ evidence }) }),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-findings/{finding}/retract',
      tag,
      right: 'vulnerabilities:write',
      summary: 'Takes the answer about a finding back: what comparing gave holds again',
      params: findingParams,
      response: z.object({ verdict: z.enum(verdicts) }),
      handle: ({ actor, params: { finding } }) => {
        controllerFindings.retract(actor, finding);
        return { verdict: controllerFindings.why(finding).finding.verdict };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/{controller}/findings',
      tag,
      right,
      summary: 'What advisories say of a controller and its modules, and what newer readings closed',
      params: z.strictObject({ controller: controllerId }),
      response: z.object({
        rows: z.array(partFindingSchema),
        closed: z.array(z.object({ vulnerability: z.string(), product: z.string(), firmware: z.string(), at: time })),
        waiting: z.int().describe('Parts that were not compared yet'),
      }),
      handle: ({ params: { controller } }) => {
        const { id } = controllers.get(controller);
        return {
          rows: controllerFindings.forController(id).map(({ firstSeen, partKey, ...finding }) => ({
            ...toWire(finding),
            part: partKey,
            firstSeen: timeOf(firstSeen),
          })),
          closed: controllerFindings.closedOf(id).map(({ vulnerability, product, firmware, closedAt }) => ({
            vulnerability,
            product,
            firmware,
            at: timeOf(closedAt),
          })),
          waiting: controllerFindings.loads([id]).get(id)?.waiting ?? 0,
        };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-review',
      tag,
      right,
      summary: 'Uncertain matches, grouped so that one answer settles many; most urgent first',
      response: z.object({ rows: z.array(questionSchema), findings: z.int() }),
      handle: () => ({ rows: controllerFindings.review.groups(), findings: controllerFindings.review.open() }),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-review/{question}',
      tag,
      right: 'vulnerabilities:write',
      summary: 'Answers a question: affected or not and why, or whether two names mean one product',
      params: z.strictObject({ question: questionId }),
      body: z.union([
        z.strictObject({
          verdict: z.enum(['affected', 'not-affected']),
          reason: z.string().min(1).max(2_000),
          documents: z.array(z.string().max(1_000)).max(2_000).optional().describe('Only these advisories'),
        }),
        z.strictObject({ same: z.boolean(), reason: z.string().max(2_000).optional() }),
      ]),
      response: z.object({ answer: z.string().describe('Id of the object that keeps it') }),
      handle: ({ actor, params, body }) => {
        const answer =
          'same' in body
            ? { same: body.same, ...present({ reason: body.reason }) }
            : { verdict: body.verdict, reason: body.reason, ...present({ documents: body.documents }) };
        return { answer: controllerFindings.review.decide(actor, params.question, answer) };
      },
    }),
  ];
};
