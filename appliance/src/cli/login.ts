import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import { cliSessionMs, signIn } from './actor.ts';
import type { Command } from './command.ts';

/** Asks at the terminal; what is typed is not shown. */
const ask = async (question: string): Promise<string> => {
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
};

/** The commands that follow act as this account: what takes two persons is asked for and approved by persons only. */
export const command: Command = {
  summary: 'signs an account in for the commands that follow, for half an hour',
  positionals: 'NAME',
  options: {
    'password-stdin': { type: 'boolean', help: 'the password is the first line of stdin, the code its second' },
    code: { type: 'string', value: 'CODE', help: 'one-time password or recovery code of the second factor' },
  },
  example: 'sallyport login a.seitkali --data /var/lib/sallyport',
  run: async ({ positionals, open, out, text, flag, dataDir }) => {
    const [name, ...rest] = positionals;
    if (name === undefined || rest.length > 0) throw new AppError('USAGE', 'give one account name');
    let password: string;
    let code = text('code') ?? '';
    if (flag('password-stdin')) {
      const [first = '', second = ''] = (await textOf(process.stdin)).split(/\r?\n/);
      password = first;
      if (code === '') code = second;
    } else {
      if (!process.stdin.isTTY) throw new AppError('USAGE', 'there is nobody to ask: --password-stdin');
      password = await ask(`Password of ${name}: `);
      if (code === '') code = await ask('Code of the second factor (empty without one): ');
    }
    const { accounts } = await open();
    const actor = await signIn(accounts, dataDir, { name, password, code });
    const until = toTime(nowMs() + cliSessionMs);
    out.line(`signed in as ${name} until ${until}`);
    out.result({ account: actor.id, until });
    return 0;
  },
};
