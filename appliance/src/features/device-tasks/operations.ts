import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { scopeOf } from '../../engine/objects/types.ts';
import { deviceId, numberPaging } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceQueries } from '../devices/types.ts';
import { deviceIn } from '../devices/view.ts';
import type { DeviceTaskService } from './service.ts';
import { closeWanted, type DeviceTask, deviceTask, fileWanted, logWanted } from './types.ts';

// Orders about one device: its own log, and files that a security product keeps.

const { operation } = operationsOver<{
  deviceTasks: DeviceTaskService;
  deviceQueries: DeviceQueries;
}>({ area: 'devices', bound: 'device', scoped: true });

const pollMs = 500;

const file = fileWanted.omit({ kind: true });
const reason = z.string().max(500).describe('Why; kept with the task');

export const deviceTaskSchemas = { DeviceTask: deviceTask };

const toTask = (deviceQueries: DeviceQueries, { device, ...rest }: DeviceTask) => ({
  ...rest,
  device: deviceQueries.names([device]).get(device) ?? { id: String(device), name: `#${device}` },
});

const one = z.strictObject({ device: deviceId });
const state = ({ id, state: now }: { id: string; state: string }) => ({ task: id, state: now });

const decide = (action: 'confirm' | 'cancel', summary: string) =>
  operation({
    name: `device.task.${action}`,
    http: { method: 'post', path: `/device-tasks/{task}/${action}` },
    ...(action === 'confirm' ? { person: 'always' as const } : {}),
    decides: true,
    right: 'devices:write',
    summary,
    input: z.strictObject({ task: z.string().min(1).max(64) }),
    output: deviceTask,
    run: ({ deviceTasks, deviceQueries, actor }, { task }) => toTask(deviceQueries, deviceTasks[action](actor, task)),
    command: {
      positionals: ['task'],
      example: `sallyport device task ${action} 0123456789abcdef0123456789abcdef`,
      print: (out, task) => out.line(`${task.id} ${task.state}`),
      json: state,
    },
  });

export const deviceTaskOperations = [
  operation({
    name: 'device.task.list',
    http: { method: 'get', path: '/device-tasks' },
    right: 'devices:read',
    summary: 'What was asked of devices, the newest first: their logs, and files that their security products keep',
    input: z.strictObject({ limit: numberPaging.limit, device: deviceId.optional() }),
    output: z.object({ rows: z.array(deviceTask) }),
    run: ({ deviceTasks, deviceQueries, actor }, { limit, device }) => {
      const scope = scopeOf(actor, 'devices:read');
      const of = device === undefined ? {} : { device: deviceIn(deviceQueries, device, scope) };
      return { rows: deviceTasks.list({ scope, limit, ...of }).map((task) => toTask(deviceQueries, task)) };
    },
    command: {
      example: 'sallyport device task list --device 0123456789abcdef0123456789abcdef',
      print: (out, { rows }, { limit }) => {
        out.table(
          ['TASK', 'STATE', 'DEVICE', 'WHAT', 'FILE', 'ASKED', 'BY'],
          rows.map(({ id, state: now, device, wanted, askedAt, askedBy }) => [
            id,
            now,
            device.id,
            wanted?.kind === 'kept-file' ? wanted.act : (wanted?.kind ?? null),
            wanted?.kind === 'kept-file'
              ? `${wanted.name} (${wanted.product} ${wanted.number})`
              : wanted?.kind === 'close-list'
                ? wanted.source
                : null,
            askedAt,
            askedBy,
          ]),
        );
        if (rows.length === limit) out.note(`The newest ${limit}; for more: --limit N`);
      },
      json: ({ rows }) => ({ items: rows.map((task) => ({ ...task, device: task.device.id })) }),
    },
  }),
  operation({
    name: 'device.task.ask',
    http: { method: 'post', path: '/devices/{device}/tasks', status: 201 },
    right: 'devices:write',
    summary:
      'Asks a device for its own log, its security product to do something with a file that it keeps, or for the lists of a source that is gone to be closed',
    description:
      'A log is asked for at once; its lines come without what looks like a secret. A request about a file, or about lists, waits for `confirm`. LIST_NOT_GONE for a source that is heard.',
    input: one.extend({ wanted: z.discriminatedUnion('kind', [logWanted, fileWanted, closeWanted]), reason }),
    output: deviceTask,
    run: ({ deviceTasks, deviceQueries, actor }, { device, wanted, reason: why }) =>
      toTask(deviceQueries, deviceTasks.ask(actor, device, wanted, why)),
  }),
  operation({
    name: 'device.task.get',
    http: { method: 'get', path: '/device-tasks/{task}' },
    right: 'devices:read',
    summary: 'One task of a device, with what came back',
    input: z.strictObject({ task: z.string().min(1).max(64) }),
    output: deviceTask,
    run: ({ deviceTasks, deviceQueries, actor }, { task }) =>
      toTask(deviceQueries, deviceTasks.get(task, scopeOf(actor, 'devices:read'))),
  }),
  decide(
    'confirm',
    'The second look at a request about a file or lists; refused to who asked that a file is given back or that lists are closed',
  ),
  decide('cancel', 'Takes back what has not ended'),
  operation({
    name: 'device.log',
    right: 'devices:write',
    summary: "Asks a device for the newest lines of its agent's own log, and waits for them",
    input: one.extend({
      reason,
      lines: logWanted.shape.lines.default(200),
      wait: z.int().min(1).max(3_600).default(120).describe('Seconds to wait; the lines come later all the same'),
    }),
    output: deviceTask,
    run: async ({ deviceTasks, deviceQueries, actor, note }, { device, reason: why, lines: most, wait }) => {
      const { id } = deviceTasks.ask(actor, device, { kind: 'show-log', lines: most }, why);
      note(`task ${id}: waits for the device`);
      const scope = scopeOf(actor, 'devices:read');
      let found = deviceTasks.get(id, scope);
      for (let tries = 0; tries * pollMs < wait * 1_000; tries += 1) {
        if (found.state !== 'queued' && found.state !== 'running') break;
        await sleep(pollMs);
        found = deviceTasks.get(id, scope);
      }
      return toTask(deviceQueries, found);
    },
    command: {
      positionals: ['device'],
      example: 'sallyport device log 0123456789abcdef0123456789abcdef --reason "no report since Monday" --lines 50',
      print: (out, { state: now, code, output }) => {
        if (output !== null && output !== '') out.line(output);
        if (now !== 'completed') out.note(`${now}${code === null ? '' : ` ${code}`}`);
      },
      json: (task) => ({ ...state(task), code: task.code, output: task.output }),
      exit: (task) => (task.state === 'completed' ? 0 : 1),
    },
  }),
  operation({
    name: 'device.file',
    right: 'devices:write',
    summary: 'Asks the security product of a device to restore, delete or rescan a file that it keeps',
    input: one.extend({ ...file.shape, list: file.shape.list.default('quarantine'), reason }),
    output: deviceTask,
    run: ({ deviceTasks, deviceQueries, actor }, { device, reason: why, ...wanted }) =>
      toTask(deviceQueries, deviceTasks.ask(actor, device, { kind: 'kept-file', ...wanted }, why)),
    command: {
      positionals: ['device'],
      flags: { list: { name: 'backup', means: 'backup', help: 'a file in backup; in quarantine by default' } },
      example:
        'sallyport device file 0123456789abcdef0123456789abcdef --product ClamAV --number 17 --act delete --reason "known worm"',
      print: (out, { id, state: now }) => {
        out.line(`${id} ${now}`);
        out.note(`confirm with: sallyport device task confirm ${id}`);
      },
      json: state,
    },
  }),
  operation({
    name: 'device.close-list',
    right: 'devices:write',
    summary: 'Asks for the lists of packages of a source that is gone to be closed; a second person confirms',
    description:
      'Its packages and their findings leave the device when the second person agrees. The next report of the source brings them back.',
    input: one.extend({ source: closeWanted.shape.source, reason }),
    output: deviceTask,
    run: ({ deviceTasks, deviceQueries, actor }, { device, source, reason: why }) =>
      toTask(deviceQueries, deviceTasks.ask(actor, device, { kind: 'close-list', source }, why)),
    command: {
      positionals: ['device'],
      flags: { source: { value: 'NAME' } },
      example:
        'sallyport device close-list 0123456789abcdef0123456789abcdef --source osquery --reason "osquery was removed"',
      print: (out, { id, state: now }) => {
        out.line(`${id} ${now}`);
        out.note(`another person agrees: sallyport device task confirm ${id}`);
      },
      json: state,
    },
  }),
];
