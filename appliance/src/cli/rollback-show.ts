import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { returnText } from '../features/rollback/text.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'returns of the database to an older state; exit 1 when one waits to be acknowledged',
  example: 'sallyport rollback show --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const { witness } = await open();
    const returns = witness.returns();
    for (const back of returns)
      out.line(
        back.acknowledged === undefined
          ? returnText(back)
          : `${toTime(back.at)}: ${back.cause}, acknowledged ${toTime(back.acknowledged.at)} by ${back.acknowledged.by}: ${back.acknowledged.reason}`,
      );
    for (const { id, asked } of returns)
      if (asked !== undefined) out.note(`${id} waits for a second person; ${asked.by} said: ${asked.reason}`);
    if (returns.length === 0) out.note('The database never went back.');
    out.result({ returns });
    return witness.unacknowledged().length === 0 ? 0 : 1;
  },
};
