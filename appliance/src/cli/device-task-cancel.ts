import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'takes back what was asked of a device and has not ended',
  positionals: 'TASK',
  example: 'sallyport device task cancel 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, positionals, cliActor }) => {
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new AppError('USAGE', 'which task? See: sallyport device task list');
    const { deviceTasks } = await open();
    const task = deviceTasks.cancel(cliActor(), id);
    out.line(`${task.id} ${task.state}`);
    out.result({ task: task.id, state: task.state });
    return 0;
  },
};
