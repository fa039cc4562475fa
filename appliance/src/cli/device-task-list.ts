import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Command } from './command.ts';

const maxListed = 1_000;

export const command: Command = {
  summary: 'lists what was asked of devices: their logs, and files that their security products keep',
  options: { device: { type: 'string', value: 'ID', help: 'only this device' } },
  example: 'sallyport device task list --device 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, text }) => {
    const { deviceTasks, devices } = await open();
    const device = text('device');
    const found = deviceTasks.list({
      limit: maxListed,
      ...(device === undefined ? {} : { device: devices.byPublicId(device).id }),
    });
    const items = found.map((task) => ({
      ...task,
      device: devices.find(task.device)?.publicId ?? null,
      askedAt: toTime(task.askedAt),
    }));
    out.table(
      ['TASK', 'STATE', 'DEVICE', 'WHAT', 'FILE', 'ASKED', 'BY'],
      items.map(({ id, state, device: of, wanted, askedAt, askedBy }) => [
        id,
        state,
        of,
        wanted?.kind === 'kept-file' ? wanted.act : (wanted?.kind ?? null),
        wanted?.kind === 'kept-file' ? `${wanted.name} (${wanted.product} ${wanted.number})` : null,
        askedAt,
        askedBy,
      ]),
    );
    out.result({ items });
    return 0;
  },
};
