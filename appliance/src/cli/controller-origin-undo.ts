import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'takes an import, a capture or a query back as a whole',
  positionals: 'ORIGIN',
  options: { preview: { type: 'boolean', help: 'says what would go and changes nothing' } },
  example: 'sallyport controller origin undo 12 --preview',
  run: async ({ open, out, positionals, flag, cliActor }) => {
    const [origin, ...rest] = positionals;
    if (origin === undefined || rest.length > 0 || !/^\d{1,9}$/.test(origin))
      throw new AppError('USAGE', 'give the number of one origin');
    const { controllers } = await open();
    const { facts, changed, removed } = flag('preview')
      ? controllers.undo(cliActor(), Number(origin), { dryRun: true })
      : await controllers.undoInSteps(cliActor(), Number(origin));
    out.line(`${facts} facts ${flag('preview') ? 'would go' : 'went'}, ${changed.length} records changed`);
    for (const { publicId } of removed) out.line(`gone: ${publicId}`);
    out.result({
      origin: Number(origin),
      preview: flag('preview'),
      facts,
      changed: changed.length,
      removed: removed.map(({ publicId }) => publicId),
    });
    return 0;
  },
};
