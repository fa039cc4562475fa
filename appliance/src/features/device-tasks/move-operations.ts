import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { numbersOf } from '../../platform/device-set.ts';
import { AppError } from '../../platform/errors.ts';
import { deviceId, deviceReference, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceService } from '../devices/service.ts';
import type { DeviceFilters, DeviceQueries } from '../devices/types.ts';
import type { DeviceTaskService } from './service.ts';

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
  askedAt: time,
  askedBy: z.string(),
  server: z.string().nullable(),
  reason: z.string().nullable(),
  states: z
    .object({
      queued: stateCount,
      running: stateCount,
      completed: stateCount,
      failed: stateCount,
      'timed-out': stateCount,
      cancelled: stateCount,
      asked: stateCount,
    })
    .describe('Devices by state; `completed`: it was heard at the new address'),
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

const asOrder = (
  { deviceQueries }: Pick<Needs, 'deviceQueries'>,
  { askedAt, open, ...rest }: ReturnType<DeviceTaskService['moves']>[number],
) => {
  const names = deviceQueries.names(open.map(({ device }) => device));
  return {
    ...rest,
    askedAt,
    open: open.map(({ id, device, state, code, output }) => ({
      task: id,
      device: names.get(device) ?? { id: String(device), name: `#${device}` },
      state,
      code,
      output,
    })),
  };
};

export const agentMoveOperations = [
  operation({
    name: 'device.move',
    http: { method: 'post', path: '/agent-moves', status: 201 },
    right: 'devices:write',
    summary:
      'Orders agents to another address of this appliance; each keeps the old one until the new one has answered it',
    description:
      "The new address has to prove the site's own authority, and no certificate has to name it. Agents that are switched off move when they come back within 14 days.",
    input: z.strictObject({
      devices: z.array(deviceId).max(maxDevices).optional().describe('These devices'),
      server: z.string().max(512).describe('https://HOST or https://HOST:PORT'),
      group: z.string().max(512).optional().describe('The devices of a group and of all below it (id or name)'),
      all: z.boolean().optional().describe('Every device'),
      reason: z.string().max(500).describe('Why; kept with the order'),
    }),
    output: z.object({ askedAt: time, server: z.string(), ordered: z.int(), without: z.int() }),
    run: (needs, { devices: given = [], server, group, all, reason }) => {
      const { deviceTasks, devices, actor } = needs;
      if ([given.length > 0, group !== undefined, all === true].filter(Boolean).length !== 1)
        throw new AppError('USAGE', 'give devices, or a group, or all');
      const ids =
        group !== undefined
          ? devicesOfGroup(needs, group)
          : all === true
            ? devicesOfSite(needs)
            : [...new Set(given)].map((id) => devices.byPublicId(id).id);
      const { askedAt, ...counts } = deviceTasks.move(actor, { server, devices: ids, reason });
      return { askedAt, server, ...counts };
    },
    command: {
      positionals: ['devices'],
      flags: { server: { value: 'URL' }, group: { value: 'GROUP' } },
      example: 'sallyport device move --group "Line 3" --server https://10.20.0.6 --reason "new subnet"',
      print: (out, { ordered, without, server }) => {
        out.line(`${ordered} agents are to move to ${server}`);
        if (without > 0) out.note(`${without} devices have no agent of Sallyport that takes orders`);
        out.note('what becomes of it: sallyport device moves');
      },
    },
  }),
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
      rows: needs.deviceTasks.moves({ limit: orders, open }).map((one) => asOrder(needs, one)),
    }),
    command: {
      example: 'sallyport device moves --orders 1',
      print: (out, { rows }) => {
        for (const { askedAt, server, states, open } of rows) {
          out.line(`${askedAt} ${server ?? ''}`);
          out.line(
            `  ${Object.entries(states)
              .map(([state, n]) => `${state} ${n}`)
              .join(', ')}`,
          );
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
