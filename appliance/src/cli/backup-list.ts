import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'backups that were made, where they lie, and what was said of those that were taken elsewhere',
  example: 'sallyport backup list --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const { backups } = await open();
    const rows = backups.list().map((one) => ({
      ...one,
      madeAt: toTime(one.madeAt),
      ...(one.destroyed === undefined ? {} : { destroyed: { ...one.destroyed, at: toTime(one.destroyed.at) } }),
    }));
    out.table(
      ['ID', 'FILE', 'MADE', 'BYTES', 'PLACE', 'SAID TO BE DESTROYED'],
      rows.map(({ id, file, madeAt, bytes, place, destroyed }) => [
        id,
        file,
        madeAt,
        bytes,
        place,
        destroyed === undefined ? '' : `${destroyed.at} by ${destroyed.by}: ${destroyed.reason}`,
      ]),
    );
    if (rows.length === 0) out.note('No backup is known. Make one: sallyport backup create --help');
    out.result({ rows });
    return 0;
  },
};
