import { createInterface } from 'node:readline/promises';
import { fingerprintText } from '@sallyport/bundle-tools/fingerprint/shown';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const askYes = async (question: string): Promise<boolean> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim().toLowerCase() === 'yes';
  } finally {
    lines.close();
  }
};

export const command: Command = {
  summary: 'trusts the root of a connected host after a person has compared its fingerprint',
  positionals: 'FILE',
  paths: ['input'],
  options: {
    fingerprint: { value: 'TEXT', help: 'the fingerprint that was read out, in hex or in words; else it is asked for' },
    replace: { value: 'REASON', help: 'let another root take the place of the one in force; devices enrol again' },
  },
  example: 'sallyport trust import /media/usb/host.trust --fingerprint "1f0c 9a…" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new AppError('USAGE', 'give one file of: trust export');
    const { exchange } = await open();
    const file = await exchange.readTrust(path);
    out.note(`root ${file.rootVersion}, until ${file.expires}`);
    out.note('fingerprint');
    for (const line of fingerprintText(file.fingerprint)) out.note(line);
    let compared = text('fingerprint');
    if (compared === undefined) {
      if (!process.stdin.isTTY) throw new AppError('USAGE', '--fingerprint is missing and there is no terminal to ask');
      const agrees = await askYes('Is this the fingerprint that the host shows? Type yes: ');
      if (!agrees) throw new AppError('USAGE', 'not confirmed; nothing was changed');
      compared = file.fingerprint;
    }
    const { trust, result } = await exchange.importTrust(cliActor(), path, compared, text('replace'));
    const state = result.result === 'already' ? 'was imported before' : 'is trusted now';
    out.line(`root ${trust.rootVersion} ${state}`);
    out.result({ rootVersion: trust.rootVersion, fingerprint: trust.fingerprint, result: result.result });
    return 0;
  },
};
