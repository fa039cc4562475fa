import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'ends sessions of the console, or all of an account',
  positionals: '[SESSION…]',
  options: { account: { type: 'string', value: 'NAME', help: 'every session of this account' } },
  example: 'sallyport session end --account a.seitkali',
  run: async ({ positionals, open, out, text, cliActor }) => {
    const name = text('account');
    if ((name === undefined) === (positionals.length === 0))
      throw new AppError('USAGE', 'give sessions (sallyport session list), or --account NAME');
    const { accounts } = await open();
    const actor = cliActor();
    for (const id of positionals) accounts.sessions.end(actor, id);
    const ended = name === undefined ? positionals.length : accounts.sessions.endAll(actor, accounts.named(name).id);
    out.line(`${ended} ended`);
    out.result({ ended });
    return 0;
  },
};
