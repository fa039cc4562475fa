import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'says that an administrator has seen a return to an older state; it goes into the journal',
  positionals: 'ID',
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why it went back, and what was looked at' },
  },
  example: 'sallyport rollback acknowledge 0123456789abcdef --reason "disk exchanged" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const [id] = positionals;
    if (id === undefined) throw new AppError('USAGE', 'which one? See: sallyport rollback show');
    const { witness } = await open();
    const done = witness.acknowledge(cliActor(), id, text('reason') ?? '');
    out.line(`acknowledged: ${done.id}`);
    out.result(done);
    return 0;
  },
};
