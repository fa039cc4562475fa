import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'checks a bundle without importing it: what it is and what it would change',
  positionals: 'PATH…',
  example: 'sallyport bundle inspect /media/usb --data /var/lib/sallyport',
  run: async ({ open, out, positionals }) => {
    if (positionals.length === 0)
      throw new AppError('USAGE', 'give one bundle: a file, a folder, a medium, or several volumes of it');
    const { exchange } = await open();
    const checked = await exchange.inspect(positionals);
    out.result(checked);
    if (checked.result === 'already') {
      out.line(`bundle ${checked.bundleId} was imported before, receipt ${checked.receipt}`);
      return 0;
    }
    const { summary } = checked;
    out.line(`bundle ${summary.bundleId}, number ${summary.seq}, of ${summary.issuedAt}`);
    out.line(summary.requestNumber === undefined ? 'answers no request' : `answers request ${summary.requestNumber}`);
    const { volumes, seenVolumes, missingVolumes } = summary;
    if (volumes > 1)
      out.line(
        `volumes: ${seenVolumes.length} of ${volumes}${missingVolumes.length > 0 ? `, missing ${missingVolumes.join(', ')}` : ''}`,
      );
    out.line(
      `${summary.counts.new} new objects, ${summary.counts.bytes} bytes; ${summary.counts.held} are here already`,
    );
    out.table(
      ['KIND', 'ADDED', 'CHANGED', 'REMOVED', 'BYTES'],
      summary.kinds.map(({ kind, added, changed, removed, bytes }) => [kind, added, changed, removed, bytes]),
    );
    for (const { reason, kind, want } of summary.unfulfilled) out.line(`not brought: ${kind} ${want}: ${reason}`);
    for (const warning of summary.warnings) out.note(`warning: ${warning}`);
    return 0;
  },
};
