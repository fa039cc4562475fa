import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'says that two records are two devices, whatever they share',
  positionals: 'ONE TWO',
  example: 'sallyport device distinct 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210',
  run: async ({ open, out, positionals, cliActor }) => {
    const [first, second, ...rest] = positionals;
    if (first === undefined || second === undefined || rest.length > 0)
      throw new AppError('USAGE', 'two devices. See: sallyport device duplicates');
    const { devices } = await open();
    const [one, two] = [devices.byPublicId(first), devices.byPublicId(second)];
    devices.setDistinct(cliActor(), one.id, two.id);
    out.line(`${one.publicId} ${two.publicId} are two devices`);
    out.result({ one: one.publicId, two: two.publicId });
    return 0;
  },
};
