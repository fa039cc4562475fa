import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { jobIdOf } from './job-id.ts';
import type { IdentificationJob, IdentificationService } from './service.ts';
import { type Approval, jobSchema, type PacketRow, type Plan, planSize, SWITCHES, sentSchema } from './types.ts';

// Identification of controllers: the switch, dry runs, approvals, runs, packets. Jobs are objects of kind
// controller-identification. What is approved, and whether anything may be sent, the service decides.

const { operation } = operationsOver<{ identification: IdentificationService; objects: ObjectService }>({
  area: 'controllers',
  bound: 'zone',
});

const readable = (actor: Actor): Scope => scopeOf(actor, 'controllers:read');

const anId = z.string().min(1).max(512);
const jobInput = anId.describe('The identification job: its id, or its name as it was entered');
const jobFlag = { id: { name: 'job', value: 'NAME' } };
const maxRows = 1_000;

const packetSchema = z.object({
  kind: z.enum(['tcp', 'udp']),
  port: z.int(),
  hex: z.string(),
  meaning: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  when: z.enum(['always', 'more', 'refused', 'silent']),
  open: z.array(z.string()).describe('Names of the open fields'),
  fields: z
    .array(
      z.object({
        name: z.string(),
        at: z.int().describe('Offset in the bytes as they are shown'),
        length: z.int(),
        source: z
          .enum(['chance', 'clock', 'answer', 'count', 'proof', 'secret'])
          .describe('Where its value comes from; every other byte leaves as it is shown, before anything is hidden'),
      }),
    )
    .describe('What of the packet is open'),
});

const planSchema = z.object({
  from: time,
  until: time,
  repeat: z.object({ everyDays: z.int(), until: time }).nullable().describe('Whether the window comes again'),
  agent: z.string().nullable().describe('Name of the device whose agent asks; null: the appliance'),
  approvedBy: z.string().nullable(),
  digest: z.string().describe('SHA-256 of all that would leave; an approval names it'),
  packets: z.int(),
  seconds: z.int(),
  targets: z.array(
    z.object({
      controller: z.string(),
      label: z.string(),
      zone: z.string(),
      address: z.string(),
      gapMs: z.int(),
      known: z.array(z.object({ field: z.string(), value: z.string(), source: z.string() })),
      missing: z.array(z.string()),
      packets: z.array(packetSchema),
    }),
  ),
  leftOut: z.array(z.object({ controller: z.string(), label: z.string(), why: z.string() })),
});

const statedSchema = z.object({ value: z.string(), from: z.string().describe('Whose word it is') });
const policySchema = z.object({
  controller: z.string(),
  level: statedSchema,
  switches: z.record(z.string(), statedSchema),
  gapMs: z.int(),
  prefixes: z.array(z.string()),
  hindrance: z.string().nullable().describe('Why it is not asked'),
});

const jobOf = ({ job, state, approval, run, next }: IdentificationJob): z.input<typeof jobSchema> => ({
  id: job.id,
  name: String(job.body['name']),
  state,
  from: String(job.body['from']),
  until: String(job.body['until']),
  nextFrom: next?.from ?? null,
  agent: typeof job.body['agent'] === 'string' ? job.body['agent'] : null,
  approvedBy: approval?.by ?? null,
  approvedAt: approval?.at ?? null,
  run: run?.id ?? null,
  code: run?.code ?? null,
  detail: run?.detail ?? null,
});

const planBody = (plan: Plan, approval: Approval | undefined) => ({
  from: plan.from,
  until: plan.until,
  repeat: plan.repeat ?? null,
  agent: plan.where.by === 'agent' ? plan.where.name : null,
  approvedBy: approval?.by ?? null,
  digest: plan.digest,
  ...planSize(plan),
  targets: plan.targets.map(({ zoneName, host, asks, ...target }) => ({
    ...target,
    zone: zoneName,
    address: host,
    packets: asks.flatMap(({ packets }) =>
      packets.map(({ meaning, ...packet }) => ({ ...packet, meaning: meaning.key, params: meaning.params })),
    ),
  })),
  leftOut: plan.leftOut,
});

const sentOf = ({ host, meaning, ...row }: PacketRow): z.input<typeof sentSchema> => ({
  ...row,
  address: host,
  meaning: meaning?.key ?? null,
});

export const identificationSchemas = {
  IdentificationJob: jobSchema,
  IdentificationPlan: planSchema,
  IdentificationPacket: sentSchema,
  QueryPolicy: policySchema,
};

const paramsText = (params: Readonly<Record<string, string | number>>): string =>
  Object.entries(params)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');

export const identificationOperations = [
  operation({
    name: 'controller.identification.list',
    scoped: true,
    http: { method: 'get', path: '/identification' },
    right: 'controllers:read',
    summary: 'Whether controllers may be asked, halted zones, jobs',
    input: z.strictObject({}),
    output: z.object({
      on: z.boolean(),
      halts: z.array(
        z.object({
          zone: z.string(),
          name: z.string(),
          run: z.int(),
          controller: z.string(),
          label: z.string().describe('Name of the controller'),
          code: z.string(),
          detail: z.string(),
          at: time,
        }),
      ),
      jobs: z.array(jobSchema),
    }),
    run: ({ identification, actor }) => ({
      on: identification.isOn(),
      halts: identification.halts(readable(actor)).map(({ zoneName, ...halt }) => ({
        ...halt,
        name: zoneName,
        label: identification.labelOf(halt.controller, readable(actor)),
      })),
      jobs: identification.list(readable(actor)).map(jobOf),
    }),
    command: {
      example: 'sallyport controller identification list --data /var/lib/sallyport',
      print: (out, { on, halts, jobs }) => {
        out.line(`identification ${on ? 'may run where a job is approved' : 'is off for the site'}`);
        for (const { name, label, code, detail } of halts)
          out.line(`zone ${name} is halted: ${label}, ${code} ${detail}`);
        for (const { name, state, from, until, approvedBy, code } of jobs)
          out.line([name, state, `${from} to ${until}`, approvedBy ?? 'not approved', code ?? ''].join('  '));
      },
      json: ({ halts, ...rest }) => ({ ...rest, halts: halts.map((halt) => ({ ...halt, zoneName: halt.name })) }),
    },
  }),
  operation({
    name: 'controller.identification.switch',
    bound: 'site',
    http: { method: 'post', path: '/identification/switch' },
    right: 'controllers:write',
    summary: 'Ends identification at once, also at agents; only a person who is signed in allows it again',
    input: z.strictObject({ on: z.boolean() }),
    output: z.object({ on: z.boolean(), stopped: z.int().describe('Runs that were ended') }),
    run: ({ identification, actor }, { on }) => {
      if (!on) return { on, stopped: identification.switchOff(actor) };
      identification.switchOn(actor);
      return { on, stopped: 0 };
    },
  }),
  operation({
    name: 'controller.identification.release',
    bound: 'site',
    http: { method: 'post', path: '/identification/zones/{id}/release' },
    right: 'controllers:write',
    summary: 'Lets a halted zone be asked again',
    input: z.strictObject({ id: anId, reason: z.string().min(1).max(500) }),
    output: z.object({ released: z.boolean() }),
    run: ({ identification, actor }, { id, reason }) => {
      identification.releaseZone(actor, id, reason);
      return { released: true };
    },
  }),
  operation({
    name: 'controller.identification.policy',
    scoped: true,
    http: { method: 'get', path: '/identification/policy/{id}' },
    right: 'controllers:read',
    summary: 'What may be asked of a controller, each part with whose word it is',
    input: z.strictObject({ id: anId }),
    output: policySchema,
    run: ({ identification, actor }, { id }) => {
      const { controller, policy, hindrance } = identification.policy(id, readable(actor));
      return {
        controller: controller.publicId,
        level: policy.level,
        switches: Object.fromEntries(SWITCHES.map((name) => [name, policy.switches[name]])),
        gapMs: policy.gapMs.value,
        prefixes: policy.prefixes,
        hindrance: hindrance ?? null,
      };
    },
  }),
  operation({
    name: 'controller.identification.show',
    scoped: true,
    http: { method: 'get', path: '/identification/jobs/{id}' },
    right: 'controllers:read',
    summary: 'How a job stands',
    input: z.strictObject({ id: jobInput }),
    output: jobSchema,
    run: ({ identification, objects, actor }, { id }) =>
      jobOf(identification.get(jobIdOf(objects, id), readable(actor))),
  }),
  operation({
    name: 'controller.identification.plan',
    scoped: true,
    http: { method: 'get', path: '/identification/jobs/{id}/plan' },
    right: 'controllers:read',
    summary: 'Every packet that the job would send, or what was approved; sends nothing',
    input: z.strictObject({ id: jobInput }),
    output: planSchema,
    run: ({ identification, objects, actor }, { id }) => {
      const { plan, approval } = identification.plan(actor, jobIdOf(objects, id));
      return planBody(plan, approval);
    },
    command: {
      flags: jobFlag,
      example: 'sallyport controller identification plan --job "Cell 3" --data /var/lib/sallyport',
      print: (out, plan) => {
        out.line(`window    ${plan.from} to ${plan.until}`);
        if (plan.repeat !== null) out.line(`again     every ${plan.repeat.everyDays} days until ${plan.repeat.until}`);
        out.line(`from      ${plan.agent === null ? 'this appliance' : `the agent on ${plan.agent}`}`);
        out.line(`packets   at most ${plan.packets}, at least ${plan.seconds} s`);
        for (const { address, label, zone, missing, packets } of plan.targets) {
          out.line(`${address}  ${label}, zone ${zone}; missing: ${missing.join(', ') || 'nothing'}`);
          for (const { kind, port, when, meaning, params, hex } of packets)
            out.line(`  ${kind}/${port}  ${when.padEnd(7)}  ${meaning}${paramsText(params)}  ${hex}`);
        }
        for (const { label, why } of plan.leftOut) out.line(`not asked ${label}: ${why}`);
        const approved = plan.approvedBy === null ? ', not approved' : `, approved by ${plan.approvedBy}`;
        out.line(`digest    ${plan.digest}${approved}`);
      },
      json: (_answer, { id }, { identification, objects, actor }) => {
        const { plan, approval } = identification.plan(actor, jobIdOf(objects, id));
        return { ...plan, ...planSize(plan), approval: approval ?? null };
      },
    },
  }),
  operation({
    name: 'controller.identification.approve',
    scoped: true,
    http: { method: 'post', path: '/identification/jobs/{id}/approve' },
    person: 'always',
    right: 'controllers:approve',
    summary: 'A second person approves exactly one plan, with its number of controllers',
    input: z.strictObject({
      id: jobInput,
      digest: z.string().length(64).describe('Of the plan that you have looked at'),
      targets: z.int().min(0).describe('How many controllers it asks'),
    }),
    output: jobSchema,
    run: ({ identification, objects, actor }, { id: wanted, ...plan }) => {
      const id = jobIdOf(objects, wanted);
      identification.approve(actor, id, plan);
      return jobOf(identification.get(id, readable(actor)));
    },
    command: {
      flags: { ...jobFlag, digest: { value: 'SHA256' }, targets: { name: 'controllers' } },
      example:
        'sallyport controller identification approve --job "Cell 3" --digest 3f1c…e9 --controllers 4 --data /var/lib/sallyport',
      print: (out, { approvedBy }) => out.line(`approved by ${approvedBy ?? ''}`),
      json: (answer, _input, { identification, actor }) => identification.get(answer.id, readable(actor)).approval,
    },
  }),
  operation({
    name: 'controller.identification.start',
    scoped: true,
    http: { method: 'post', path: '/identification/jobs/{id}/start' },
    right: 'controllers:write',
    summary: 'Starts an approved job within its window; the server does the work',
    input: z.strictObject({ id: jobInput }),
    output: z.object({ run: z.int(), state: z.string() }),
    run: ({ identification, objects, actor }, { id }) => {
      const { id: run, state } = identification.start(actor, jobIdOf(objects, id));
      return { run, state };
    },
    command: {
      flags: jobFlag,
      example: 'sallyport controller identification start --job "Cell 3" --data /var/lib/sallyport',
      print: (out, { run, state }) => out.line(`run ${run} ${state}`),
      json: ({ run }, _input, { identification, actor }) => identification.run(run, readable(actor)),
    },
  }),
  operation({
    name: 'controller.identification.end',
    scoped: true,
    http: { method: 'post', path: '/identification/jobs/{id}/stop' },
    right: 'controllers:write',
    summary: 'Ends the run of a job before its next packet',
    input: z.strictObject({ id: jobInput }),
    output: z.object({ stopping: z.boolean() }),
    run: ({ identification, objects, actor }, { id }) => {
      identification.stop(actor, jobIdOf(objects, id));
      return { stopping: true };
    },
  }),
  operation({
    name: 'controller.identification.packets',
    scoped: true,
    http: { method: 'get', path: '/identification/runs/{id}/packets' },
    right: 'controllers:read',
    summary: 'Packets of a run, in the order in which they left',
    input: z.strictObject({
      id: z.int().min(1),
      after: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('Id of the last packet that was read'),
      limit: z.int().min(1).max(maxRows).default(200),
    }),
    output: z.object({ rows: z.array(sentSchema) }),
    run: ({ identification, actor }, { id, after, limit }) => ({
      rows: identification.packets(identification.run(id, readable(actor)).id, after, limit).map(sentOf),
    }),
  }),
];
