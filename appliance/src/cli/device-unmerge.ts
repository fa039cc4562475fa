import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'takes a merge back: two records again; without a number, the merges that can be',
  positionals: '[MERGE]',
  example: 'sallyport device unmerge 12',
  run: async ({ open, out, positionals, cliActor }) => {
    const { devices } = await open();
    const [number] = positionals;
    if (number === undefined) {
      const merges = devices.merges().map((merge) => ({
        merge: merge.id,
        keep: devices.find(merge.keep)?.publicId ?? null,
        other: merge.otherPublicId,
        otherName: merge.otherName,
        at: toTime(merge.at),
        actor: merge.actor,
      }));
      out.table(
        ['MERGE', 'KEPT', 'OTHER', 'NAME', 'AT', 'BY'],
        merges.map((one) => [one.merge, one.keep, one.other, one.otherName, one.at, one.actor]),
      );
      out.result({ items: merges });
      return 0;
    }
    if (!/^[1-9]\d{0,14}$/.test(number) || positionals.length > 1)
      throw new AppError('USAGE', `not the number of a merge: ${positionals.join(' ')}`);
    const { keep, other } = devices.undoMerge(cliActor(), Number(number));
    const ids = [keep, other].map((id) => devices.byId(id).publicId);
    out.line(`two records again: ${ids.join(' ')}`);
    out.result({ merge: Number(number), keep: ids[0], other: ids[1] });
    return 0;
  },
};
