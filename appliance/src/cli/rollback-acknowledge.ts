import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary:
    'says that a return to an older state was seen; where there is a second administrator, that one agrees to it',
  positionals: 'ID',
  options: {
    reason: {
      type: 'string',
      value: 'TEXT',
      help: 'why it went back, and what was looked at; it goes into the journal',
    },
    agree: { type: 'boolean', help: 'as a second person, agree to what another one said' },
    refuse: { type: 'boolean', help: 'give up what was said' },
  },
  example: 'sallyport rollback acknowledge 0123456789abcdef --reason "disk exchanged" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, flag, cliActor }) => {
    const [id] = positionals;
    if (id === undefined) throw new AppError('USAGE', 'which one? See: sallyport rollback show');
    const reason = text('reason');
    if ([reason !== undefined, flag('agree'), flag('refuse')].filter(Boolean).length !== 1)
      throw new AppError('USAGE', 'either --reason TEXT, --agree or --refuse');
    const { witness } = await open();
    const actor = cliActor();
    const done =
      reason === undefined ? witness.decide(actor, id, flag('agree')) : witness.acknowledge(actor, id, reason);
    if (done.acknowledged !== undefined) out.line(`acknowledged: ${done.id}`);
    else if (done.asked === undefined) out.line('given up');
    else out.line(`${done.id} waits for a second person: sallyport rollback acknowledge ${done.id} --agree`);
    out.result(done);
    return 0;
  },
};
