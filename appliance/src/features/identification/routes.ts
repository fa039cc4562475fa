import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { IdentificationJob } from './service.ts';
import { type PacketRow, type Plan, planSize, SWITCHES } from './types.ts';

const idOf = z.strictObject({ id: z.string().min(1).max(512) });
const maxRows = 1_000;

const jobSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['unapproved', 'approved', 'waiting', 'running', 'done', 'stopped', 'anomaly', 'failed', 'missed']),
  from: time,
  until: time,
  nextFrom: time.nullable().describe('Of a job that repeats: beginning of the window that is now or comes next'),
  agent: z.string().nullable().describe('Device whose agent asks; null: the appliance'),
  approvedBy: z.string().nullable(),
  approvedAt: time.nullable(),
  run: z.int().nullable().describe('Number of the newest run'),
  code: z.string().nullable().describe('Why the newest run ended before its end'),
  detail: z.string().nullable(),
});

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

const sentSchema = z.object({
  id: z.int(),
  at: time,
  controller: z.string(),
  protocol: z.string(),
  address: z.string(),
  kind: z.string(),
  port: z.int(),
  what: z.string().describe('`connect` or `send`'),
  attempt: z.int(),
  hex: z.string().nullable(),
  sha256: z.string(),
  meaning: z.string().nullable(),
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

const jobOf = ({ job, state, approval, run, next }: IdentificationJob): z.infer<typeof jobSchema> => ({
  id: job.id,
  name: String(job.body['name']),
  state,
  from: String(job.body['from']),
  until: String(job.body['until']),
  nextFrom: next === undefined ? null : timeOf(next.from),
  agent: typeof job.body['agent'] === 'string' ? job.body['agent'] : null,
  approvedBy: approval?.by ?? null,
  approvedAt: approval === undefined ? null : timeOf(approval.at),
  run: run?.id ?? null,
  code: run?.code ?? null,
  detail: run?.detail ?? null,
});

const planBody = (plan: Plan): z.infer<typeof planSchema> => ({
  digest: plan.digest,
  ...planSize(plan),
  targets: plan.targets.map(({ controller, label, zoneName, host, gapMs, known, missing, asks }) => ({
    controller: controller,
    label,
    zone: zoneName,
    address: host,
    gapMs,
    known: [...known],
    missing: [...missing],
    packets: asks.flatMap(({ packets }) =>
      packets.map(({ kind, port, hex, meaning, when, open, fields }) => ({
        kind,
        port,
        hex,
        meaning: meaning.key,
        params: { ...meaning.params },
        when,
        open: [...open],
        fields: [...fields],
      })),
    ),
  })),
  leftOut: plan.leftOut.map(({ controller, label, why }) => ({ controller: controller, label, why })),
});

const sentOf = (row: PacketRow): z.infer<typeof sentSchema> => ({
  id: row.id,
  at: timeOf(row.at),
  controller: row.controller,
  protocol: row.protocol,
  address: row.host,
  kind: row.kind,
  port: row.port,
  what: row.what,
  attempt: row.attempt,
  hex: row.hex,
  sha256: row.sha256,
  meaning: row.meaning?.key ?? null,
});

/** Identification of controllers: the switch, dry runs, approvals, runs, packets. Jobs are objects of kind controller-identification. */
export const identificationRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { identification } = parts;
  names.add(jobSchema, { id: 'IdentificationJob' });
  names.add(planSchema, { id: 'IdentificationPlan' });
  names.add(sentSchema, { id: 'IdentificationPacket' });
  names.add(policySchema, { id: 'QueryPolicy' });
  const tag = 'devices';
  const [read, write] = ['devices:read', 'devices:write'] as const;
  const base = '/identification';
  return [
    jsonRoute({
      method: 'get',
      path: base,
      tag,
      right: read,
      summary: 'Whether controllers may be asked, halted zones, jobs',
      response: z.object({
        on: z.boolean(),
        halts: z.array(
          z.object({ zone: z.string(), name: z.string(), controller: z.string(), code: z.string(), at: time }),
        ),
        jobs: z.array(jobSchema),
      }),
      handle: () => ({
        on: identification.isOn(),
        halts: identification.halts().map(({ zone, zoneName, controller, code, at }) => ({
          zone,
          name: zoneName,
          controller: controller,
          code,
          at: timeOf(at),
        })),
        jobs: identification.list().map(jobOf),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: `${base}/switch`,
      tag,
      right: write,
      summary: 'Ends identification at once, also at agents; only a person who is signed in allows it again',
      body: z.strictObject({ on: z.boolean() }),
      response: z.object({ on: z.boolean(), stopped: z.int().describe('Runs that were ended') }),
      handle: ({ actor, body }) => {
        if (!body.on) return { on: false, stopped: identification.switchOff(actor) };
        identification.switchOn(actor);
        return { on: true, stopped: 0 };
      },
    }),
    jsonRoute({
      method: 'post',
      path: `${base}/zones/{id}/release`,
      tag,
      right: write,
      summary: 'Lets a halted zone be asked again',
      params: idOf,
      body: z.strictObject({ reason: z.string().min(1).max(500) }),
      response: z.object({ released: z.boolean() }),
      handle: ({ actor, params, body }) => {
        identification.releaseZone(actor, params.id, body.reason);
        return { released: true };
      },
    }),
    jsonRoute({
      method: 'get',
      path: `${base}/policy/{id}`,
      tag,
      right: read,
      summary: 'What may be asked of a controller, each part with whose word it is',
      params: idOf,
      response: policySchema,
      handle: ({ params }) => {
        const { controller, policy, hindrance } = identification.policy(params.id);
        return {
          controller: controller.publicId,
          level: { ...policy.level },
          switches: Object.fromEntries(SWITCHES.map((name) => [name, { ...policy.switches[name] }])),
          gapMs: policy.gapMs.value,
          prefixes: [...policy.prefixes],
          hindrance: hindrance ?? null,
        };
      },
    }),
    jsonRoute({
      method: 'get',
      path: `${base}/jobs/{id}`,
      tag,
      right: read,
      summary: 'How a job stands',
      params: idOf,
      response: jobSchema,
      handle: ({ params }) => jobOf(identification.get(params.id)),
    }),
    jsonRoute({
      method: 'get',
      path: `${base}/jobs/{id}/plan`,
      tag,
      right: read,
      summary: 'Every packet that the job would send, or what was approved; sends nothing',
      params: idOf,
      response: planSchema,
      handle: ({ actor, params }) => planBody(identification.plan(actor, params.id).plan),
    }),
    jsonRoute({
      method: 'post',
      path: `${base}/jobs/{id}/approve`,
      tag,
      right: write,
      summary: 'A second person approves exactly one plan, with its number of controllers',
      params: idOf,
      body: z.strictObject({ digest: z.string().length(64), targets: z.int().min(0) }),
      response: jobSchema,
      handle: ({ actor, params, body }) => {
        identification.approve(actor, params.id, body);
        return jobOf(identification.get(params.id));
      },
    }),
    jsonRoute({
      method: 'post',
      path: `${base}/jobs/{id}/start`,
      tag,
      right: write,
      summary: 'Starts an approved job within its window',
      params: idOf,
      response: z.object({ run: z.int() }),
      handle: ({ actor, params }) => ({ run: identification.start(actor, params.id).id }),
    }),
    jsonRoute({
      method: 'post',
      path: `${base}/jobs/{id}/stop`,
      tag,
      right: write,
      summary: 'Ends the run of a job before its next packet',
      params: idOf,
      response: z.object({ stopping: z.boolean() }),
      handle: ({ actor, params }) => {
        identification.stop(actor, params.id);
        return { stopping: true };
      },
    }),
    jsonRoute({
      method: 'get',
      path: `${base}/runs/{id}/packets`,
      tag,
      right: read,
      summary: 'Packets of a run, in the order in which they left',
      params: z.strictObject({ id: z.coerce.number().int().min(1) }),
      query: z.strictObject({
        after: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('Id of the last packet that was read'),
        limit: z.int().min(1).max(maxRows).default(200),
      }),
      response: z.object({ rows: z.array(sentSchema) }),
      handle: ({ params, query }) => {
        const run = identification.run(params.id);
        return { rows: identification.packets(run.id, query.after, query.limit).map(sentOf) };
      },
    }),
  ];
};
