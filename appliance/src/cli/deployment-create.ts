import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'orders approved updates to devices',
  options: {
    update: {
      type: 'string',
      value: 'ID',
      multiple: true,
      required: true,
      help: 'an approved update that is here; may repeat',
    },
    device: { type: 'string', value: 'ID', multiple: true, help: 'a device; may repeat (every device that needs it)' },
    group: { type: 'string', value: 'G', help: 'the devices of a group (id or name)' },
    name: { type: 'string', value: 'NAME', help: 'what the deployment is called' },
    'timeout-minutes': { type: 'string', value: 'N', help: 'how long one installation may take (30)' },
    show: { type: 'boolean', help: 'say what would be ordered, order nothing' },
  },
  example: 'sallyport deployment create --update 1f0c… --group "Line 3" --data /var/lib/sallyport',
  run: async ({ open, out, text, texts, flag, cliActor }) => {
    const { deployments, objects } = await open();
    const named = text('group');
    const group =
      named === undefined ? undefined : (objects.find('group', named) ?? objects.findBy('group', 'name', named));
    if (named !== undefined && group === undefined) throw new AppError('NOT_FOUND', `no such group: ${named}`);
    const minutes = text('timeout-minutes');
    if (minutes !== undefined && !/^[1-9]\d{0,3}$/.test(minutes))
      throw new AppError('USAGE', '--timeout-minutes takes 1 to 1440');
    const given = texts('device');
    const wanted = {
      updates: texts('update'),
      ...(given.length === 0 ? {} : { devices: given }),
      ...(group === undefined ? {} : { group: group.id }),
      ...(text('name') === undefined ? {} : { name: text('name') ?? '' }),
      ...(minutes === undefined ? {} : { timeoutMinutes: Number(minutes) }),
    };
    if (flag('show')) {
      const preview = deployments.preview(wanted);
      out.line(`${preview.orders} orders to ${preview.devices} devices`);
      out.result({ orders: preview.orders, devices: preview.devices });
      return 0;
    }
    const made = deployments.create(cliActor(), wanted);
    out.line(`deployment ${made.id}: ${made.counts.queued} orders, ${made.counts.skipped} skipped`);
    out.result({ id: made.id, name: made.name, state: made.state, counts: made.counts });
    return 0;
  },
};
