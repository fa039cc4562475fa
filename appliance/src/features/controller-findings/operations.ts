import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { invalid } from '../../platform/errors.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import type { Scope } from '../../platform/scope.ts';
import { anyOf, pageOf, paging, search, time, where } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ControllerService } from '../controllers/service.ts';
import { DECISIONS, SEVERITIES } from '../vulnerabilities/types.ts';
import type { ControllerFindings } from './service.ts';
import {
  controllerCoverageSchema,
  controllerFindingSchema,
  controllerFixStates,
  controllerVerdicts,
  exploitations,
  heldAnswer,
  JUSTIFICATIONS,
  questionSchema,
  whyDocument,
} from './types.ts';

// What advisories say of controllers, and the answers of people where comparing could not tell. Beside a running server its
// job compares what waits; without one a command does it first.

type Parts = { controllerFindings: ControllerFindings; controllers: ControllerService };
const { operation } = operationsOver<Parts>({ area: 'vulnerabilities', bound: 'zone' });

const readable = (actor: Actor): Scope => scopeOf(actor, 'vulnerabilities:read');

const whySchema = z.object({
  finding: controllerFindingSchema,
  identity: z.record(z.string(), z.string()).describe('What was compared'),
  documents: z.array(whyDocument),
  rule: z.string(),
  threat: z.record(z.string(), z.string()).describe('What the priority was made from'),
  exploited: z
    .object({ since: z.string(), due: z.string().nullable(), ransomware: z.boolean() })
    .nullable()
    .describe('Its entry in the catalogue of known exploited vulnerabilities'),
  answer: heldAnswer.nullable().describe('The answer of a person in force'),
  contexts: z.array(z.record(z.string(), z.string())),
  controllers: z.array(z.object({ id: z.string(), name: z.string(), part: z.string(), since: time })),
});

const partFindingSchema = controllerFindingSchema.extend({ part: z.string(), firstSeen: time });

const controllerId = z.string().min(1).max(64).describe('Public id of a controller');
const findingId = z
  .string()
  .regex(/^\d{1,15}\.[\x21-\x7e]{1,200}$/)
  .describe('Id of a finding, as the list has it');
const questionId = z
  .string()
  .regex(/^[0-9a-f]{24}$/)
  .describe('Id of a question, as the list has it');

export const controllerFindingSchemas = {
  ControllerFinding: controllerFindingSchema,
  ControllerFindingWhy: whySchema,
  ControllerQuestion: questionSchema,
};

const recomputeFirst = ({ controllerFindings, request }: Parts & { request?: Request }): void => {
  if (request === undefined && controllerFindings.isDue()) controllerFindings.recomputePending();
};

/** Zero findings without a feed are no answer. */
const judgedBy = z
  .array(z.string())
  .describe('Feeds with advisories about controllers, in force; without one no controller is judged');

export const controllerFindingOperations = [
  operation({
    name: 'controller.findings',
    scoped: true,
    http: { method: 'get', path: '/controller-findings' },
    right: 'vulnerabilities:read',
    summary:
      'Lists what advisories say of controllers: a vulnerability in a product and version, with how many have it',
    input: z.strictObject({
      search: search.optional(),
      controller: controllerId.optional(),
      verdict: anyOf(controllerVerdicts),
      decision: anyOf(DECISIONS),
      severity: anyOf(SEVERITIES),
      fixState: anyOf(controllerFixStates),
      exploitation: anyOf(exploitations),
      held: z
        .enum(['only', 'all'])
        .optional()
        .describe('Without it, what is held back on every controller is left out'),
      vendor: z.string().max(300).optional(),
      family: z.string().max(300).optional(),
      vulnerability: z.string().max(200).optional(),
      where,
      sort: z
        .enum(['decision', 'vulnerability', 'product', 'controllers', 'severity', 'since', 'exploitation'])
        .default('decision'),
      descending: z.boolean().default(false),
      ...paging,
    }),
    output: pageOf(controllerFindingSchema).extend({ judgedBy }),
    run: (context, { limit, sort, descending, after, search: q, ...asked }) => {
      const { controllerFindings, controllers } = context;
      const scope = readable(context.actor);
      recomputeFirst(context);
      if (asked.controller !== undefined) controllers.get(asked.controller, scope);
      const filter = controllerFindings.language(scope).read(termsIn({ q, ...asked }));
      const page = controllerFindings.list({ scope, filter, limit, sort, descending, after });
      return {
        rows: page.rows,
        total: page.total,
        next: page.next ?? null,
        judgedBy: [...controllerFindings.feeds()],
      };
    },
    command: {
      flags: {
        held: {
          means: 'only',
          help: 'only what an accepted risk or a mitigation holds back; else these are left out',
        },
        exploitation: { name: 'exploited', means: ['active'], help: 'only what is known to be exploited' },
      },
      example: 'sallyport controller findings --decision act --data /var/lib/sallyport --json',
      print: (out, { rows, judgedBy: feeds }) => {
        out.table(
          [
            'ID',
            'DECISION',
            'VERDICT',
            'VULNERABILITY',
            'EXPLOITED',
            'PRODUCT',
            'FIRMWARE',
            'FIXED IN',
            'ADVISORY',
            'CONTROLLERS',
            'HELD BY',
          ],
          rows.map((row) => [
            row.id,
            row.decision,
            row.reason === '' ? row.verdict : `${row.verdict} (${row.reason})`,
            row.vulnerability,
            row.exploitedSince || (row.exploitation === 'active' ? 'yes' : null),
            row.product,
            row.firmware || null,
            row.fixedVersion || null,
            row.advisory,
            row.controllers,
            row.heldBy.map(({ name }) => name).join(', ') || null,
          ]),
        );
        if (feeds.length === 0) out.line('no controller is judged: no bundle brought advisories about controllers');
      },
      json: ({ total, rows, judgedBy: feeds }, _input, { controllerFindings, actor }) => ({
        total,
        judgedBy: feeds,
        counts: controllerFindings.counts(readable(actor)),
        findings: rows,
      }),
    },
  }),
  operation({
    name: 'controller.finding.counts',
    scoped: true,
    http: { method: 'get', path: '/controller-findings/counts' },
    right: 'vulnerabilities:read',
    summary: 'How many findings on controllers there are, by decision and remedy',
    input: z.strictObject({}),
    output: z.object({
      affected: z.int(),
      review: z.int(),
      held: z.int().describe('Held back on every controller that has them'),
      controllers: z.int(),
      judgedBy,
      matrix: z.record(z.enum(DECISIONS), z.record(z.enum(['available', 'none', 'undetermined']), z.int())),
    }),
    run: ({ controllerFindings, actor }) => ({
      ...controllerFindings.counts(readable(actor)),
      judgedBy: [...controllerFindings.feeds()],
    }),
  }),
  operation({
    name: 'controller.finding.show',
    scoped: true,
    http: { method: 'get', path: '/controller-findings/{finding}' },
    right: 'vulnerabilities:read',
    summary: 'Why a finding on a controller is one: what was read, what each document says, the remedies',
    input: z.strictObject({ finding: findingId }),
    output: whySchema,
    run: ({ controllerFindings, controllers, actor }, { finding }) => {
      const scope = readable(actor);
      const { parts, known, answer, ...why } = controllerFindings.why(finding, scope);
      return {
        ...why,
        answer: answer ?? null,
        exploited:
          known?.exploitedSince == null
            ? null
            : { since: known.exploitedSince, due: known.exploitedDue, ransomware: known.ransomware === 1 },
        controllers: parts.slice(0, 1_000).map(({ controller, part_key, since }) => ({
          id: controllers.byId(controller, scope)?.publicId ?? '',
          name: controllers.label(controller),
          part: part_key,
          since,
        })),
      };
    },
  }),
  operation({
    name: 'controller.finding.dispute',
    http: { method: 'post', path: '/controller-findings/{finding}/dispute' },
    right: 'vulnerabilities:write',
    summary:
      'Says that a product in one version is not affected and why; it holds until the advisory or the version changes',
    input: z.strictObject({
      finding: findingId,
      justification: z.enum(JUSTIFICATIONS).describe('Class of the reason'),
      reason: z.string().min(1).max(2_000).describe('Why, in words'),
      evidence: z.string().max(4_000).optional().describe('What shows it: a document, a test, a work order'),
    }),
    output: z.object({ answer: z.string().describe('Id of the object that keeps it') }),
    run: ({ controllerFindings, actor }, { finding, evidence, ...given }) => ({
      answer: controllerFindings.dispute(actor, finding, { ...given, ...defined({ evidence }) }),
    }),
    command: {
      positionals: ['finding'],
      flags: { justification: { name: 'because', value: 'CLASS' } },
      example:
        'sallyport controller finding dispute 12.CVE-2024-0001 --because component-not-present --reason "no web server" --data /var/lib/sallyport',
      print: (out, { answer }, { finding }) => out.line(`${finding}: not affected; answer ${answer}`),
    },
  }),
  operation({
    name: 'controller.finding.retract',
    http: { method: 'post', path: '/controller-findings/{finding}/retract' },
    right: 'vulnerabilities:write',
    summary: 'Takes the answer about a finding back: what comparing gave holds again',
    input: z.strictObject({ finding: findingId }),
    output: z.object({ verdict: z.enum(controllerVerdicts) }),
    run: ({ controllerFindings, actor }, { finding }) => {
      controllerFindings.retract(actor, finding);
      return { verdict: controllerFindings.why(finding, readable(actor)).finding.verdict };
    },
    command: {
      positionals: ['finding'],
      example: 'sallyport controller finding retract 12.CVE-2024-0001 --data /var/lib/sallyport',
      print: (out, { verdict }, { finding }) => out.line(`${finding}: ${verdict}`),
    },
  }),
  operation({
    name: 'controller.finding.list',
    scoped: true,
    http: { method: 'get', path: '/controllers/{controller}/findings' },
    right: 'vulnerabilities:read',
    summary: 'What advisories say of a controller and its modules, and what newer readings closed',
    input: z.strictObject({ controller: controllerId }),
    output: z.object({
      rows: z.array(partFindingSchema),
      closed: z.array(z.object({ vulnerability: z.string(), product: z.string(), firmware: z.string(), at: time })),
      waiting: z.int().describe('Parts that were not compared yet'),
      coverage: controllerCoverageSchema,
    }),
    run: ({ controllerFindings, controllers, actor }, { controller }) => {
      const scope = readable(actor);
      const { id } = controllers.get(controller, scope);
      return {
        rows: controllerFindings.forController(id, scope).map(({ firstSeen, partKey, ...finding }) => ({
          ...finding,
          part: partKey,
          firstSeen,
        })),
        closed: controllerFindings.closedOf(id).map(({ closedAt, ...finding }) => ({
          ...finding,
          at: closedAt,
        })),
        waiting: controllerFindings.loads([id]).get(id)?.waiting ?? 0,
        coverage: controllerFindings.coverage(id),
      };
    },
  }),
  operation({
    name: 'controller.review.list',
    bound: 'site',
    http: { method: 'get', path: '/controller-review' },
    right: 'vulnerabilities:read',
    summary: 'Uncertain matches, grouped so that one answer settles many; most urgent first',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(questionSchema), findings: z.int() }),
    run: (context) => {
      recomputeFirst(context);
      const { review } = context.controllerFindings;
      return { rows: review.groups(), findings: review.open() };
    },
    command: {
      example: 'sallyport controller review list --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'DECISION', 'QUESTION', 'PRODUCT', 'FIRMWARE', 'REASON', 'FINDINGS', 'CONTROLLERS'],
          rows.map((group) => [
            group.id,
            group.decision,
            group.question === 'names' ? `is it "${group.means}"?` : 'is it affected?',
            group.label,
            group.firmware || null,
            group.reason,
            group.findings,
            group.controllers,
          ]),
        ),
      json: ({ rows, findings }) => ({ questions: rows, findings }),
    },
  }),
  operation({
    name: 'controller.review.decide',
    bound: 'site',
    http: { method: 'post', path: '/controller-review/{question}' },
    right: 'vulnerabilities:write',
    summary: 'Answers a question: affected or not and why, or whether two names mean one product',
    input: z.strictObject({
      question: questionId,
      verdict: z
        .enum(['affected', 'not-affected', 'same', 'other'])
        .optional()
        .describe('The first two with a reason; the others of two names, as `same` is'),
      same: z.boolean().optional().describe('Whether the two names mean one product'),
      reason: z.string().max(2_000).optional().describe('Why; needed for affected and not-affected'),
      documents: z.array(z.string().max(1_000)).max(2_000).optional().describe('Only these advisories'),
    }),
    output: z.object({
      answer: z.string().describe('Id of the object that keeps it'),
      open: z.int().describe('Findings that are left to review'),
    }),
    run: ({ controllerFindings, actor, request }, { question, verdict, same, reason, documents }) => {
      const { review, recomputePending } = controllerFindings;
      if ((verdict === undefined) === (same === undefined)) throw invalid({ verdict: { key: 'validation.choice' } });
      const answer =
        verdict === 'affected' || verdict === 'not-affected'
          ? review.decide(actor, question, { verdict, reason: reason ?? '', ...defined({ documents }) })
          : review.decide(actor, question, { same: same ?? verdict === 'same', ...defined({ reason }) });
      if (request === undefined) recomputePending();
      return { answer, open: review.open() };
    },
    command: {
      positionals: ['question'],
      flags: {
        verdict: { name: 'answer', value: 'A', required: true },
        same: false,
        documents: { name: 'advisory', value: 'KEY' },
      },
      example:
        'sallyport controller review decide 0123456789abcdef01234567 --answer not-affected --reason "no web server" --data /var/lib/sallyport',
      print: (out, { open }) => out.line(`answered; ${open} findings are left to review`),
    },
  }),
];
