import { resolve } from 'node:path';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'writes a request to a medium: what this site has and what it asks for',
  options: {
    out: { value: 'DIR', path: 'medium', help: 'the medium' },
    volumes: { help: 'ask for the missing volumes of waiting bundles again, instead of a new bundle' },
    receipts: { help: 'also write the unconfirmed receipts to receipts/ of the medium' },
    show: { help: 'print what would leave; writes nothing and uses no number' },
  },
  example: 'sallyport request export --out /media/usb --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, json, cliActor }) => {
    const folder = text('out');
    const { exchange, media } = await open();
    if (flag('show')) {
      const { leakScan, ...preview } = exchange.preview();
      if (json) {
        out.result({
          ...preview,
          counterProof: leakScan,
          text: undefined,
          request: JSON.parse(preview.text) as unknown,
        });
        return leakScan.leaks.length === 0 ? 0 : 1;
      }
      out.line(preview.text);
      for (const { name, items, bytes } of preview.groups)
        out.note(`${name.padEnd(12)} ${items} items, ${bytes} bytes`);
      for (const { what, values, found } of leakScan.searched)
        out.note(`${what.padEnd(12)} ${values} values searched, ${found} found`);
      for (const leak of leakScan.leaks.slice(0, 20))
        out.note(`${leak.kind} ${leak.value} in ${leak.field}: ${leak.text}`);
      if (leakScan.leaks.length > 0)
        out.note(
          'nothing is written while they are there; harmless words are allowed in the setting exchange.allowed-words',
        );
      return leakScan.leaks.length === 0 ? 0 : 1;
    }
    if (folder === undefined) throw new AppError('USAGE', '--out is missing');
    const target = resolve(folder);
    // Receipts first: when one of them must not leave, no number is used.
    const write = () => ({
      receipts: flag('receipts') ? exchange.exportReceipts(cliActor(), target) : undefined,
      made: exchange.exportRequest(cliActor(), target, { volumes: flag('volumes') }),
    });
    const isMedium = media.mounts().some(({ path }) => path === target);
    const { receipts, made } = isMedium ? await media.withWritable(target, write) : write();
    out.line(`request ${made.number}  ${made.path}  ${made.sizeBytes} bytes`);
    out.line(`sha256  ${made.sha256}`);
    out.note(
      made.readBack === 'medium'
        ? 'synced, read back from the medium and compared: safe to remove'
        : 'synced, safe to remove; this file system cannot be read past the memory, so compare the SHA-256 elsewhere',
    );
    if (receipts) out.line(`receipts ${receipts.first} to ${receipts.last}  ${receipts.folder}`);
    out.result({ ...made, ...(receipts ? { receipts } : {}) });
    return 0;
  },
};
