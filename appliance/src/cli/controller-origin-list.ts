import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'what brought facts about controllers: imports, captures, queries; the newest first',
  options: { limit: { type: 'string', value: 'N', help: 'most rows (100)' } },
  example: 'sallyport controller origin list --limit 20 --data /var/lib/sallyport',
  run: async ({ open, out, text }) => {
    const limit = text('limit') ?? '100';
    if (!/^[1-9]\d{0,4}$/.test(limit)) throw new AppError('USAGE', '--limit is a number');
    const { controllers } = await open();
    const rows = controllers.origins({ limit: Number(limit) });
    out.table(
      ['ID', 'KIND', 'NAME', 'AT', 'WHO', 'NEW', 'CHANGED', 'FACTS', 'TAKEN BACK'],
      rows.map((row) => [
        row.id,
        row.sort,
        row.name,
        toTime(row.at),
        row.actor,
        row.summary.created,
        row.summary.changed,
        row.summary.facts,
        row.undoneAt === null ? null : toTime(row.undoneAt),
      ]),
    );
    out.result(rows);
    return 0;
  },
};
