import { resolve } from 'node:path';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'writes receipts to receipts/ of a medium: those that the host has not confirmed',
  options: {
    out: { value: 'DIR', path: 'medium', required: true, help: 'the medium' },
    all: { help: 'also those that the host has confirmed' },
  },
  example: 'sallyport receipt export --out /media/usb --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const folder = text('out');
    if (folder === undefined) throw new AppError('USAGE', '--out is missing');
    const { exchange, media } = await open();
    const target = resolve(folder);
    const write = () => exchange.exportReceipts(cliActor(), target, { all: flag('all') });
    const isMedium = media.mounts().some(({ path }) => path === target);
    const made = isMedium ? await media.withWritable(target, write) : write();
    out.line(`receipts ${made.first} to ${made.last}  ${made.folder}`);
    out.result(made);
    return 0;
  },
};
