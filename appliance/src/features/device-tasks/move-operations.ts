import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { numbersOf } from '../../platform/device-set.ts';
import { AppError } from '../../platform/errors.ts';
import { deviceId, deviceReference, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceService } from '../devices/service.ts';
import type { DeviceFilters, DeviceQueries } from '../devices/types.ts';
import type { DeviceTaskService } from './service.ts';
import type { MoveOrder } from './types.ts';

// One order that takes agents to another address of the appliance.

type Needs = {
  deviceTasks: DeviceTaskService;
  devices: DeviceService;
  deviceFilters: DeviceFilters;
  deviceQueries: DeviceQueries;
  objects: ObjectService;
};
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'site' });

const stateCount = z.int().optional();
const order = z.object({
  id: z.string().describe('Names the order'),
  askedAt: time,
  askedBy: z.string(),
  server: z.string().nullable(),
  reason: z.string().nullable(),
  answers: z
    .string()
    .nullable()
    .describe("`proven`: this site's own authority answered there when it was asked for; else what went wrong"),
  although: z.string().nullable().describe('Why it was asked for although nothing of this site answered there'),
  agreedAt: time.nullable(),
  agreedBy: z.string().nullable().describe('The second person'),
  first: z
    .object({ id: z.string(), name: z.string() })
    .nullable()
    .describe('The device that goes alone, and for which the others wait'),
  states: z
    .object({
      queued: stateCount,
      running: stateCount,
      completed: stateCount,
      failed: stateCount,
      'timed-out': stateCount,
      cancelled: stateCount,
      asked: stateCount,
      held: stateCount,
    })
    .describe(
      'Devices by state; `asked`: a second person is waited for; `held`: the first device is; `completed`: it was heard at the new address',
    ),
  open: z.array(
    z.object({
      task: z.string(),
      device: deviceReference,
      state: z.string(),
      code: z.string().nullable(),
      output: z.string().nullable().describe('What the agent says of it'),
    }),
  ),
});

export const agentMoveSchemas = { AgentMove: order };

const maxDevices = 100_000;

const statesLine = (states: z.infer<typeof order>['states']): string =>
  Object.entries(states)
    .map(([state, n]) => `${state} ${n}`)
    .join(', ');

/** The devices of a group and of all below it, by its id or its name. NOT_FOUND, also where several have the name. */
export function devicesOfGroup({ deviceFilters }: Pick<Needs, 'deviceFilters'>, given: string): number[] {
  const group = deviceFilters.groups().find(given);
  if (group === undefined)
    throw new AppError('NOT_FOUND', `no group, or not one alone, is called ${given}: name it by its id`);
  return numbersOf(deviceFilters.find({ field: 'group', op: 'in', value: group }));
}

/** All devices that a list shows. */
export const devicesOfSite = ({ deviceFilters }: Pick<Needs, 'deviceFilters'>): number[] =>
  numbersOf(deviceFilters.find({ all: [] }));

const asOrder = ({ deviceQueries }: Pick<Needs, 'deviceQueries'>, { askedAt, open, first, ...rest }: MoveOrder) => {
  const names = deviceQueries.names([...open.map(({ device }) => device), ...(first === null ? [] : [first])]);
  return {
    ...rest,
    askedAt,
    first: first === null ? null : (names.get(first) ?? { id: String(first), name: `#${first}` }),
    open: open.map(({ id, device, state, code, output }) => ({
      task: id,
      device: names.get(device) ?? { id: String(device), name: `#${device}` },
      state,
      code,
      output,
    })),
  };
};

const decide = (act: 'agree' | 'refuse', name: 'agree-move' | 'refuse-move', summary: string) =>
  operation({
    name: `device.${name}`,
    http: { method: 'post', path: `/agent-moves/{order}/${act}` },
    decides: true,
    ...(act === 'agree' ? { person: 'always' as const } : {}),
    right: 'devices:write',
    summary,
    input: z.strictObject({ order: z.string().regex(/^\d{1,16}$/) }),
    output: order,
    run: (needs, { order: id }) => asOrder(needs, needs.deviceTasks.moves[act](needs.actor, id)),
    command: {
      positionals: ['order'],
      example: `sallyport device ${name} 1764662400000`,
      print: (out, { id, states }) => out.line(`${id}: ${statesLine(states)}`),
    },
  });

export const agentMoveOperations = [
  operation({
    name: 'device.move',
    http: { method: 'post', path: '/agent-moves', status: 201 },
    right: 'devices:write',
    summary:
      'Asks for agents to be sent to another address of this appliance; a second person agrees, then one agent tries it',
    description:
      "The port is the one on which the appliance listens, or one of the setting `devices.agent-ports`; never one on which controllers speak, and never an address of theirs. The appliance looks whether the site's own authority answers there. The first agent goes alone; the others follow once it was heard from there; each keeps the old address until the new one has answered it. Agents that are switched off move when they come back within 14 days.",
    input: z.strictObject({
      devices: z.array(deviceId).max(maxDevices).optional().describe('These devices'),
      server: z.string().max(512).describe('https://HOST or https://HOST:PORT'),
      group: z.string().max(512).optional().describe('The devices of a group and of all below it (id or name)'),
      all: z.boolean().optional().describe('Every device'),
      reason: z.string().max(500).describe('Why; kept with the order'),
      although: z
        .string()
        .max(500)
        .optional()
        .describe('Why it is asked for where nothing of this site answers at the address'),
    }),
    output: z.object({ id: z.string(), askedAt: time, server: z.string(), ordered: z.int(), without: z.int() }),
    run: async (needs, { devices: given = [], server, group, all, reason, although }) => {
      const { deviceTasks, devices, actor } = needs;
      if ([given.length > 0, group !== undefined, all === true].filter(Boolean).length !== 1)
        throw new AppError('USAGE', 'give devices, or a group, or all');
      const ids =
        group !== undefined
          ? devicesOfGroup(needs, group)
          : all === true
            ? devicesOfSite(needs)
            : [...new Set(given)].map((id) => devices.byPublicId(id).id);
      const { askedAt, ...counts } = await deviceTasks.moves.order(actor, {
        server,
        devices: ids,
        reason,
        although,
      });
      return { askedAt, server, ...counts };
    },
    command: {
      positionals: ['devices'],
      flags: { server: { value: 'URL' }, group: { value: 'GROUP' } },
      example: 'sallyport device move --group "Line 3" --server https://10.20.0.6 --reason "new subnet"',
      print: (out, { id, ordered, without, server }) => {
        out.line(`${id}: ${ordered} agents are to move to ${server}`);
        if (without > 0) out.note(`${without} devices have no agent of Sallyport that takes orders`);
        out.note(`another person agrees: sallyport device agree-move ${id}`);
      },
    },
  }),
  decide(
    'agree',
    'agree-move',
    'Agrees to an order to move as the second person: one agent tries the address, the others wait for it',
  ),
  decide('refuse', 'refuse-move', 'Takes back an order to move: no agent that has not begun is sent'),
  operation({
    name: 'device.moves',
    http: { method: 'get', path: '/agent-moves' },
    right: 'devices:read',
    summary: 'Orders to move to another address, the newest first, with the devices that have not moved',
    input: z.strictObject({
      orders: z.int().min(1).max(100).default(10).describe('How many orders'),
      open: z.int().min(0).max(1_000).default(100).describe('How many devices of each that have not moved'),
    }),
    output: z.object({ rows: z.array(order) }),
    run: (needs, { orders, open }) => ({
      rows: needs.deviceTasks.moves.list({ limit: orders, open }).map((one) => asOrder(needs, one)),
    }),
    command: {
      example: 'sallyport device moves --orders 1',
      print: (out, { rows }) => {
        for (const { id, askedAt, server, states, open, answers, first } of rows) {
          out.line(`${id} ${askedAt} ${server ?? ''}`);
          out.line(`  ${statesLine(states)}`);
          if (answers !== null && answers !== 'proven') out.line(`  nothing of this site answered there: ${answers}`);
          if (first !== null) out.line(`  the others wait until ${first.id} is heard there`);
          if (states.asked !== undefined) out.line(`  waits for a second person: sallyport device agree-move ${id}`);
          out.table(
            ['  DEVICE', 'STATE', 'CODE', 'WHAT'],
            open.map(({ device, state, code, output }) => [`  ${device.id}`, state, code, output]),
          );
        }
        if (rows.length === 0) out.note('No agent was ordered to move. sallyport device move --help');
      },
    },
  }),
];
