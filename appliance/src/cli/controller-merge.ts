import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'makes two records of one controller into one, or says that they are two; see also controller unmerge',
  positionals: 'KEEP OTHER',
  options: { apart: { type: 'boolean', help: 'they are two controllers, whatever they share' } },
  example: 'sallyport controller merge controller-0123456789abcdef controller-fedcba9876543210',
  run: async ({ open, out, positionals, flag, cliActor }) => {
    const [keep, other, ...rest] = positionals;
    if (keep === undefined || other === undefined || rest.length > 0)
      throw new AppError('USAGE', 'two controllers: the one that stays and the one that becomes part of it');
    const { controllers } = await open();
    if (flag('apart')) {
      controllers.keepApart(cliActor(), keep, other);
      out.line(`${keep} and ${other} are two controllers`);
      out.result({ merge: null, keep, other });
      return 0;
    }
    const merge = controllers.merge(cliActor(), keep, other);
    out.line(`merge ${merge}; back with: sallyport controller unmerge ${merge}`);
    out.result({ merge, keep, other });
    return 0;
  },
};
