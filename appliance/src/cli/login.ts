import { askUnseen } from '@sallyport/bundle-tools/cli/key-options';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import { cliSessionMs, signIn } from './actor.ts';
import type { Command } from './command.ts';

const maxStdinBytes = 4_096;

/** The first two lines of stdin. */
const linesOfStdin = async (): Promise<string[]> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > maxStdinBytes) throw new AppError('USAGE', `stdin has more than ${maxStdinBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8').split(/\r?\n/, 2);
};

/** The commands that follow act as this account: what takes two persons is asked for and approved by persons only. */
export const command: Command = {
  summary: 'signs an account in for the commands that follow, for half an hour',
  positionals: 'NAME',
  options: {
    'password-stdin': { help: 'the password is the first line of stdin, the code its second' },
    code: { value: 'CODE', help: 'one-time password or recovery code of the second factor' },
  },
  example: 'sallyport login a.seitkali --data /var/lib/sallyport',
  run: async ({ positionals, open, out, text, flag, dataDir }) => {
    const [name, ...rest] = positionals;
    if (name === undefined || rest.length > 0) throw new AppError('USAGE', 'give one account name');
    let password: string;
    let code = text('code') ?? '';
    if (flag('password-stdin')) {
      const [first = '', second = ''] = await linesOfStdin();
      password = first;
      if (code === '') code = second;
    } else {
      const typed = await askUnseen(`Password of ${name}: `);
      if (typed === undefined) throw new AppError('USAGE', 'there is no terminal to ask: --password-stdin');
      password = typed;
      if (code === '') code = (await askUnseen('Code of the second factor (empty without one): ')) ?? '';
    }
    const { accounts } = await open();
    const actor = await signIn(accounts, dataDir, { name, password, code });
    const until = toTime(nowMs() + cliSessionMs);
    out.line(`signed in as ${name} until ${until}`);
    out.result({ account: actor.id, until });
    return 0;
  },
};
