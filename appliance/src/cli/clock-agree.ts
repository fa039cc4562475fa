import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'says that a time which is far ahead is right; the floor rises to it for good',
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why it is right; goes into the next receipt' },
    source: { type: 'string', value: 'NAME', help: 'clock or bundle, when both are in doubt' },
    yes: { type: 'boolean', help: 'do it; without it, only what would change is shown' },
  },
  example: 'sallyport clock agree --reason "stood without power since 2026" --yes --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const source = text('source');
    if (source !== undefined && source !== 'clock' && source !== 'bundle')
      throw new AppError('USAGE', '--source takes clock or bundle');
    const { exchange } = await open();
    const isDone = flag('yes');
    const agreement = isDone
      ? exchange.agreeClock(cliActor(), text('reason') ?? '', source)
      : exchange.previewClock(source);
    const { from, to, daysAhead, expires } = agreement;
    out.line(`floor   ${from}`);
    out.line(`${isDone ? 'now' : 'to be'}   ${to}, ${daysAhead} days later; it is never lowered again`);
    for (const { role, version, expires: end } of expires) out.line(`past    ${role} ${version}, valid until ${end}`);
    out.result({ ...agreement, agreed: isDone });
    if (isDone) return 0;
    out.note('Nothing was changed. Look at the date above; if it is right, run the same command with --yes.');
    return 1;
  },
};
