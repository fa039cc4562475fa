import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { comment, deviceReference, pageOf, paging, search, textTime } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceFilters, DeviceList, DeviceQueries } from '../devices/types.ts';
import type { ListViewService } from '../list-views/service.ts';
import type { DeploymentService } from './service.ts';
import { deploymentTargets } from './targets.ts';
import {
  askedDeployment,
  consentSchema,
  type DeployConsents,
  deploymentSchema,
  gateFields,
  type Held,
  HOLDS,
  holdSchema,
  type NewDeployment,
  ringSchema,
  TASK_STATES,
} from './types.ts';

// Orders to install approved updates, and what came of them.

type Needs = {
  deployConsents: DeployConsents;
  deployments: DeploymentService;
  deviceQueries: DeviceQueries;
  deviceFilters: Pick<DeviceFilters, 'groups' | 'within' | 'parameters'>;
  deviceList: Pick<DeviceList, 'all'>;
  listViews: Pick<ListViewService, 'of'>;
  objects: ObjectService;
};
const { operation } = operationsOver<Needs>({ area: 'deployments', bound: 'device', scoped: true });
/** Consents are no orders: they take the right over the whole site. */
const ofSite = operationsOver<Needs>({ area: 'deployments', bound: 'group' });

const task = z.object({
  id: z.string(),
  device: deviceReference,
  update: z.string(),
  state: z.enum(TASK_STATES).describe('`verified`: the next inventory shows it; `installed`: the installer reports it'),
  reason: z.string().nullable(),
  attempt: z.int(),
  ring: z.int().describe('Of its rollout, from 1; 0: all at once'),
  queuedAt: textTime,
  startedAt: textTime.nullable(),
  finishedAt: textTime.nullable(),
  verifiedAt: textTime.nullable(),
  actingAt: textTime
    .nullable()
    .describe('When the change was permitted, or the order handed to an agent that asks no permit; null: not begun'),
  asksPermit: z
    .boolean()
    .nullable()
    .describe('Whether the agent asks before it changes the computer; null: not handed out'),
  hold: holdSchema.nullable().describe('What holds it back; null: nothing, or it was begun'),
  steps: z.array(
    z.object({
      name: z.string(),
      exit: z.int().nullable(),
      output: z.string().nullable(),
      ms: z.int().nullable(),
    }),
  ),
});

export const deploymentSchemas = {
  Deployment: deploymentSchema,
  Consent: consentSchema,
  Task: task,
  NewDeployment: askedDeployment,
};

/** A group in reach by its id or its name, if one alone has it; what is neither is for the service to refuse. */
const wantedOf = (
  context: Needs & { actor: Actor },
  { updates, group, where, view, ...rest }: z.output<typeof askedDeployment>,
  scope: Scope,
): NewDeployment => {
  const targets = defined({ devices: rest.devices, group, where, view });
  const [, second] = Object.keys(targets);
  if (second !== undefined) throw invalid({ [second]: { key: 'validation.oneTarget' } });
  const wanted = { updates, ...defined(rest) };
  const find = deploymentTargets(context);
  if (group !== undefined) return { ...wanted, group: context.deviceFilters.groups(scope).find(group) ?? group };
  if (where !== undefined) return { ...wanted, devices: find.matching([['where', where]], 'where', scope) };
  return view === undefined ? wanted : { ...wanted, devices: find.inView(context.actor, view, scope) };
};

/** With the device's id and name for its number. */
const named = <T extends { device: number; updateId: string }>({ deviceQueries }: Needs, tasks: readonly T[]) => {
  const names = deviceQueries.names([...new Set(tasks.map(({ device }) => device))]);
  return tasks.map(({ updateId, ...rest }) => ({
    ...rest,
    device: names.get(rest.device) ?? { id: String(rest.device), name: `#${rest.device}` },
    update: updateId,
  }));
};

/** Tasks that a preview lists. */
const previewedTasks = 1_000;

const one = z.strictObject({ deployment: z.string().min(1).max(64) });
/** A rollout is held and goes on for a reason. */
const reason = comment.min(1);
const flags = {
  updates: { name: 'update', value: 'ID' },
  devices: { name: 'device', value: 'ID' },
  rings: { name: 'ring', value: 'RING' },
};
const percentText = (percent: number): string => `${percent} %`;

const heldText: Readonly<Record<(typeof HOLDS)[number], string>> = {
  NO_WINDOW: 'no window is meant for them (make one for computers on the page Maintenance windows)',
  CLOCK_HELD: 'the clock was set lately and has to go evenly for 10 minutes',
  RING_CLOSED: 'their ring is not open, or the rollout is held',
  BY_HAND:
    'they stand in for other computers and their agents ask no permit: upgrade these agents, or change them by hand',
  PAIR_DOWN: 'too few other members of their redundancy groups are healthy',
  PAIR_ORDER: 'a member of their redundancy groups that goes before them waits for its order',
  PAIR_BUSY: 'another member of their redundancy groups is being worked on, or still watched',
  WINDOW_CLOSED: 'their window is closed',
  WINDOW_SHORT: 'too little of their window is left',
};

/** Says what nothing will happen for yet. */
const noteHeld = (out: { note: (text: string) => void }, held: Held['held']): void => {
  for (const code of HOLDS)
    if ((held[code] ?? 0) > 0) out.note(`${code}: ${held[code]} devices wait, ${heldText[code]}`);
};

const preview = operation({
  name: 'deployment.preview',
  http: { method: 'post', path: '/deployments/preview' },
  right: 'deployments:read',
  summary: 'What a deployment would do; nothing is ordered',
  input: askedDeployment,
  output: z.object({
    devices: z.int().describe('How many would get an order'),
    orders: z.int(),
    excluded: z.int().describe('Devices whose group does not take a package of it: no order'),
    byHand: z
      .int()
      .describe('Devices that stand in for others and whose agent asks no permit: changed by hand, no order'),
    rings: z
      .array(z.object({ members: z.int(), powerPercent: z.int() }))
      .describe(
        'Of a plan with rings: devices of each, and how surely it is held by an update that silences 5 % of them',
      ),
    ...gateFields,
    digest: z.string().describe('Of all orders and of what is left out; an order that has it gives just these'),
    tasks: z
      .array(
        z.object({ device: deviceReference, update: z.string(), skipped: z.string().nullable().describe('Why not') }),
      )
      .describe(`The first ${previewedTasks}`),
    more: z.int().describe('How many tasks follow'),
  }),
  run: (context, input) => {
    const scope = scopeOf(context.actor, 'deployments:read');
    const { tasks, ...counts } = context.deployments.preview(wantedOf(context, input, scope), scope);
    const first = tasks.slice(0, previewedTasks);
    return {
      ...counts,
      tasks: named(context, first).map(({ skipped = null, ...rest }) => ({ ...rest, skipped })),
      more: tasks.length - first.length,
    };
  },
  command: {
    flags,
    example: 'sallyport deployment preview --update 1f0c… --where "os = debian" --data /var/lib/sallyport',
    print: (out, { orders, devices, digest, rings, held, expectedMinutes, byHand, excluded }) => {
      out.line(`${orders} orders to ${devices} devices, digest ${digest}`);
      if (excluded > 0) out.note(`EXCLUDED: ${excluded} devices get no order, their group does not take the package`);
      if (byHand > 0) out.note(`BY_HAND: ${byHand} devices get no order, ${heldText.BY_HAND}`);
      out.line(`each order is expected to take ${expectedMinutes} min of its window`);
      rings.forEach(({ members, powerPercent }, index) => {
        out.line(
          `ring ${index + 1}: ${members} devices; notices an update that silences 5 % with ${percentText(powerPercent)}`,
        );
      });
      noteHeld(out, held);
    },
  },
});

export const deploymentOperations = [
  operation({
    name: 'deployment.list',
    http: { method: 'get', path: '/deployments' },
    right: 'deployments:read',
    summary: 'Lists deployments, the newest first',
    input: z.strictObject({ search: search.optional(), ...paging }),
    output: pageOf(deploymentSchema),
    run: ({ deployments, actor }, { limit, ...rest }) => {
      const page = deployments.list({ scope: scopeOf(actor, 'deployments:read'), limit, ...defined(rest) });
      return { ...page, next: page.next ?? null };
    },
    command: {
      rows: 200,
      example: 'sallyport deployment list --data /var/lib/sallyport --json',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'NAME', 'STATE', 'QUEUED', 'RUNNING', 'INSTALLED', 'VERIFIED', 'FAILED', 'SKIPPED'],
          rows.map(({ id, name, state, counts }) => [
            id,
            name,
            state,
            counts.queued,
            counts.running,
            counts.installed,
            counts.verified,
            counts.failed,
            counts.skipped,
          ]),
        ),
      json: ({ rows }) => rows,
    },
  }),
  preview,
  operation({
    name: 'deployment.create',
    http: { method: 'post', path: '/deployments', status: 201 },
    right: 'deployments:write',
    summary: 'Orders approved updates to devices',
    input: askedDeployment,
    output: deploymentSchema.extend(gateFields),
    run: async (context, input) => {
      const scope = scopeOf(context.actor, 'deployments:write');
      const made = await context.deployments.create(context.actor, wantedOf(context, input, scope));
      return { ...made, ...context.deployments.held(made.id, scope) };
    },
    command: {
      flags,
      instead: { show: preview },
      example:
        'sallyport deployment create --update 1f0c… --where "os = debian" --digest 9yU… --data /var/lib/sallyport',
      print: (out, { id, counts, held }) => {
        out.line(`deployment ${id}: ${counts.queued} orders, ${counts.skipped} skipped`);
        noteHeld(out, held);
      },
    },
  }),
  operation({
    name: 'deployment.get',
    http: { method: 'get', path: '/deployments/{deployment}' },
    right: 'deployments:read',
    summary: 'One deployment with the order of each device',
    input: one,
    output: deploymentSchema.extend({ ...gateFields, rings: z.array(ringSchema), tasks: z.array(task) }),
    run: (context, { deployment: id }) => {
      const scope = scopeOf(context.actor, 'deployments:read');
      const holdOf = context.deployments.holds();
      const orders = context.deployments.tasks(id, scope).map((one) => ({ ...one, hold: holdOf(one) }));
      const tasks = named(context, orders);
      return {
        ...context.deployments.get(id, scope),
        rings: context.deployments.rollouts.of(id, scope),
        ...context.deployments.held(id, scope),
        tasks: tasks.map((row) => ({ ...row, steps: row.result?.steps ?? [] })),
      };
    },
  }),
  operation({
    name: 'deployment.cancel',
    http: { method: 'post', path: '/deployments/{deployment}/cancel' },
    right: 'deployments:write',
    summary: 'Takes back the orders that no device has begun',
    input: one,
    output: deploymentSchema,
    run: ({ deployments, actor }, { deployment: id }) => deployments.cancel(actor, id),
  }),
  operation({
    name: 'deployment.rings',
    http: { method: 'get', path: '/deployments/{deployment}/rings' },
    right: 'deployments:read',
    summary: 'The rings of a rollout: how far each is, and what holds it',
    input: one,
    output: z.object({ rings: z.array(ringSchema) }),
    run: ({ deployments, actor }, { deployment: id }) => {
      const scope = scopeOf(actor, 'deployments:read');
      deployments.get(id, scope);
      return { rings: deployments.rollouts.of(id, scope) };
    },
    command: {
      example: 'sallyport deployment rings --deployment 1f0c… --data /var/lib/sallyport',
      print: (out, { rings }) =>
        out.table(
          ['RING', 'STATE', 'WHY', 'DEVICES', 'REACHED', 'VERIFIED', 'FAILED', 'LOST', 'NOTICES'],
          rings.map((ring) => [
            ring.ring,
            ring.state,
            ring.reason ?? '',
            ring.members,
            ring.reached,
            ring.verified,
            ring.failed,
            ring.lost,
            percentText(ring.powerPercent),
          ]),
        ),
      json: ({ rings }) => rings,
    },
  }),
  operation({
    name: 'deployment.hold',
    http: { method: 'post', path: '/deployments/{deployment}/hold' },
    right: 'deployments:write',
    summary: 'Holds a rollout: no device begins until another person than its author resumes it',
    input: one.extend({ comment: reason }),
    output: deploymentSchema,
    run: ({ deployments, actor }, { deployment: id, comment: why }) => {
      deployments.rollouts.hold(actor, id, why);
      return deployments.get(id, scopeOf(actor, 'deployments:read'));
    },
    command: {
      example: 'sallyport deployment hold --deployment 1f0c… --comment "line 3 reports errors"',
      print: (out, { name }) => out.line(`held  ${name}`),
    },
  }),
  operation({
    name: 'deployment.continue',
    http: { method: 'post', path: '/deployments/{deployment}/continue' },
    person: 'always',
    decides: true,
    right: 'deployments:write',
    summary: 'Another person than its author resumes a rollout that is held, or takes its ring for passed',
    input: one.extend({
      comment: reason,
      pass: z.boolean().default(false).describe('The ring is taken for passed; without it, it goes on'),
      again: z
        .boolean()
        .default(false)
        .describe('What failed is ordered again; without it, it leaves the numbers of its ring'),
    }),
    output: deploymentSchema,
    run: ({ deployments, actor }, { deployment: id, comment: why, pass, again }) => {
      if (pass && again)
        throw new AppError('MALFORMED', 'a ring is taken for passed, or its devices are ordered again');
      if (pass) deployments.rollouts.pass(actor, id, why);
      else deployments.rollouts.resume(actor, id, why, again);
      return deployments.get(id, scopeOf(actor, 'deployments:read'));
    },
    command: {
      example: 'sallyport deployment continue --deployment 1f0c… --comment "the cause is mended"',
      print: (out, { name, state }) => out.line(`${state}  ${name}`),
    },
  }),
  ofSite.operation({
    name: 'deployment.consents',
    http: { method: 'get', path: '/deployment-consents' },
    right: 'deployments:read',
    summary: 'Consents to packages by agents that cannot verify them, and which of them are in force',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(consentSchema) }),
    run: ({ deployConsents }) => ({ rows: deployConsents.list() }),
    command: {
      example: 'sallyport deployment consents --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'NAME', 'GROUP', 'SAVED BY', 'AT', 'STATE'],
          rows.map(({ id, name, group, by, at, agreedBy }) => [
            id,
            name,
            group,
            by,
            at,
            agreedBy === null ? 'waits for a second person' : `in force, agreed by ${agreedBy}`,
          ]),
        ),
      json: ({ rows }) => rows,
    },
  }),
  ofSite.operation({
    name: 'deployment.consent',
    http: { method: 'post', path: '/deployment-consents/{consent}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'deployments:write',
    summary: 'A second person agrees to packages by agents that cannot verify them, or the consent is given up',
    input: z.strictObject({
      consent: z.string().min(1).max(512),
      agree: z.boolean().default(false).describe('Without it the consent is given up'),
    }),
    output: z.object({ consent: z.string(), inForce: z.boolean() }),
    run: ({ deployConsents, actor }, { consent, agree }) => {
      if (agree) deployConsents.agree(actor, consent);
      else deployConsents.refuse(actor, consent);
      return { consent, inForce: agree };
    },
    command: {
      example: 'sallyport deployment consent --consent 1f0c… --agree',
      print: (out, { consent, inForce }) => out.line(`consent ${consent} ${inForce ? 'is in force' : 'was given up'}`),
    },
  }),
];
