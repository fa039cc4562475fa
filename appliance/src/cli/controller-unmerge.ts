import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'makes two records of one controller again; controller show names its merges',
  positionals: 'MERGE',
  example: 'sallyport controller unmerge 3',
  run: async ({ open, out, positionals, cliActor }) => {
    const [merge, ...rest] = positionals;
    if (merge === undefined || rest.length > 0 || !/^\d{1,9}$/.test(merge))
      throw new AppError('USAGE', 'give the number of one merge');
    const { controllers } = await open();
    controllers.unmerge(cliActor(), Number(merge));
    out.line(`merge ${merge} is undone`);
    out.result({ undone: Number(merge) });
    return 0;
  },
};
