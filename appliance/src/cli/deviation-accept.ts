import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'makes deviations part of their baselines, each of which has a new revision',
  positionals: 'ID…',
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why; goes into the revision' },
    expires: { type: 'string', value: 'DAY', help: 'until when; then it is a deviation again' },
    'whole-group': { type: 'boolean', help: "where the baseline is a group's: for all its devices" },
  },
  example: 'sallyport deviation accept 17 18 --reason "change 2041" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, flag, cliActor }) => {
    const ids = positionals.map(Number);
    if (ids.length === 0 || ids.some((id) => !Number.isSafeInteger(id) || id < 1))
      throw new AppError('USAGE', 'give the numbers of deviations, as the list has them');
    const day = text('expires');
    const expiresAt = day === undefined ? null : Date.parse(day);
    if (Number.isNaN(expiresAt)) throw new AppError('USAGE', '--expires is a day: 2027-01-31');
    const { baselines } = await open();
    const done = baselines.accept(cliActor(), ids, {
      reason: text('reason') ?? '',
      expiresAt,
      scope: flag('whole-group') ? 'group' : 'device',
    });
    baselines.settle();
    out.line(`${done.accepted} accepted, new revisions of ${done.baselines.join(', ') || 'no baseline'}`);
    out.result(done);
    return done.accepted === 0 ? 1 : 0;
  },
};
