import type { Command } from './command.ts';

const shown = 50;

export const command: Command = {
  summary: 'lists objects that nothing refers to; with --apply removes those that were listed before',
  options: {
    apply: { type: 'boolean', help: 'remove what an earlier listing has and nothing refers to even now' },
  },
  example: 'sallyport store gc --data /var/lib/sallyport',
  run: async ({ open, out, flag, cliActor }) => {
    const { exchange } = await open();
    const isApplied = flag('apply');
    const objects = isApplied ? exchange.collect(cliActor()) : exchange.unreferenced();
    const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const { sha256, sizeBytes, listedAt } of objects.slice(0, shown))
      out.line(`${sha256}  ${sizeBytes} bytes, listed ${listedAt}`);
    if (objects.length > shown) out.line(`and ${objects.length - shown} more`);
    out.line(`${objects.length} objects, ${bytes} bytes ${isApplied ? 'removed' : 'that nothing refers to'}`);
    if (!isApplied && objects.length > 0) out.note('nothing was removed; to remove them: sallyport store gc --apply');
    out.result({ applied: isApplied, objects, bytes });
    return 0;
  },
};
