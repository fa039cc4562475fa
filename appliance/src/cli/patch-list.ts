import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { isPatchState } from '../features/patches/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const most = 10_000;

export const command: Command = {
  summary: 'patches of controllers with their states and clocks',
  options: {
    state: { type: 'string', value: 'STATE', multiple: true, help: 'only in this state: site_testing; repeat it' },
    overdue: { type: 'boolean', help: 'only with a clock that is past its end' },
  },
  example: 'sallyport patch list --overdue --data /var/lib/sallyport --json',
  run: async ({ open, out, texts, flag }) => {
    const states = texts('state').filter(isPatchState);
    if (states.length !== texts('state').length) throw new AppError('USAGE', 'there is no such state');
    const { patches } = await open();
    const { rows } = patches.list({ state: states, overdue: flag('overdue'), limit: most });
    out.table(
      [
        'NUMBER',
        'PATCH',
        'VENDOR',
        'PRODUCT',
        'VERSION',
        'DECISION',
        'EXPLOITED',
        'STATE',
        'UNTIL',
        'OVERDUE',
        'WAITING',
      ],
      rows.map((row) => [
        row.id,
        row.patchId,
        row.vendor,
        row.product,
        row.productVersion || null,
        row.urgency.decision,
        row.urgency.exploited.length || null,
        row.state,
        row.until === null ? null : toTime(row.until),
        row.overdue.join(',') || null,
        row.waiting,
      ]),
    );
    out.result(rows);
    return 0;
  },
};
