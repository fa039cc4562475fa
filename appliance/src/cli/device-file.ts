import { keptFileActs } from '@sallyport/bundle-tools/protocol/device-tasks';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'asks the security product of a device to restore, delete or rescan a file that it keeps',
  positionals: 'ID',
  options: {
    product: { type: 'string', value: 'NAME', required: true, help: 'the product, as the list of its files has it' },
    number: { type: 'string', value: 'N', required: true, help: "the product's own number of the file" },
    act: { type: 'string', value: 'ACT', required: true, help: 'restore, delete or rescan' },
    backup: { type: 'boolean', help: 'a file in backup; in quarantine unless said' },
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why; kept with the task' },
  },
  example:
    'sallyport device file 0123456789abcdef0123456789abcdef --product ClamAV --number 17 --act delete --reason "known worm"',
  run: async ({ open, out, positionals, text, flag, cliActor }) => {
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new AppError('USAGE', 'which device? See: sallyport device list');
    const act = keptFileActs.find((name) => name === text('act'));
    if (act === undefined) throw new AppError('USAGE', `--act is one of ${keptFileActs.join(', ')}`);
    const { deviceTasks } = await open();
    const task = deviceTasks.ask(
      cliActor(),
      id,
      {
        kind: 'kept-file',
        list: flag('backup') ? 'backup' : 'quarantine',
        product: text('product') ?? '',
        number: text('number') ?? '',
        act,
      },
      text('reason') ?? '',
    );
    out.line(`${task.id} ${task.state}`);
    out.note(`confirm with: sallyport device task confirm ${task.id}`);
    out.result({ task: task.id, state: task.state });
    return 0;
  },
};
