import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { STATES } from '../features/integrity/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'whether the programs of controllers are the ones that were approved, the worst first',
  options: {
    state: { type: 'string', value: 'STATE', help: `one of ${STATES.join(', ')}` },
    check: { type: 'boolean', help: 'compares anew first' },
  },
  example: 'sallyport controller integrity list --state changed --data /var/lib/sallyport',
  run: async ({ open, out, text, flag }) => {
    const asked = text('state');
    const state = STATES.find((known) => known === asked);
    if (asked !== undefined && state === undefined)
      throw new AppError('USAGE', `--state is one of ${STATES.join(', ')}`);
    const { integrity } = await open();
    if (flag('check')) integrity.check();
    const rows = integrity.list(state === undefined ? {} : { state: [state] });
    out.table(
      ['ID', 'NAME', 'STATE', 'SINCE', 'READ', 'DIFFERS', 'HARDENING'],
      rows.map((row) => [
        row.publicId,
        row.name,
        row.why === null ? row.state : `${row.state} (${row.why})`,
        toTime(row.since),
        row.readAt === null ? null : toTime(row.readAt),
        row.differences.flatMap(({ field, blocks }) => blocks ?? [field]).join(', '),
        row.hardening.found,
      ]),
    );
    out.result(rows);
    return 0;
  },
};
