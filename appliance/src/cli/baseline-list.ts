import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'the baselines, and how much differs from each',
  example: 'sallyport baseline list --data /var/lib/sallyport --json',
  run: async ({ open, out }) => {
    const { baselines } = await open();
    baselines.settle();
    const rows = baselines.list();
    out.table(
      ['ID', 'NAME', 'REVISION', 'APPROVED', 'DEVIATIONS', 'DEVICES'],
      rows.map((row) => [row.id, row.name, row.revision, toTime(row.approvedAt), row.deviations, row.deviating]),
    );
    out.result(rows);
    return 0;
  },
};
