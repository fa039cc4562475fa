import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

/** Break-glass: needs read access to the data directory on the appliance itself; the journal records it. */
export const command: Command = {
  summary: 'a one-time link for an account that lost its password, made an administrator again',
  positionals: 'NAME',
  example: 'sallyport account reset administrator --data /var/lib/sallyport',
  options: { create: { help: 'makes an account of this name where there is none' } },
  run: async ({ positionals, flag, open, out, cliActor }) => {
    const [name, ...rest] = positionals;
    if (name === undefined || rest.length > 0) throw new AppError('USAGE', 'give one account name');
    const appliance = await open();
    const { accounts, config, objects } = appliance;
    // A slip of the hand would make one more administrator.
    if (objects.findBy('account', 'name', name.trim()) === undefined && !flag('create'))
      throw new AppError(
        'NOT_FOUND',
        `there is no account ${JSON.stringify(name)}`,
        {},
        {
          next: 'give the name as it stands in the journal and on the page of accounts, or make an account: --create',
        },
      );
    const actor = cliActor();
    const account = accounts.breakGlass(actor, name);
    const link = accounts.makeLink(actor, account.id);
    const [host = 'localhost'] = config.addresses;
    const address = `https://${host.includes(':') ? `[${host}]` : host}:${config.listen.port}/first/${link.token}`;
    out.line(`one-time link  ${address}  (once, until ${toTime(link.expiresAt)})`);
    out.note('The account is enabled and an administrator; its sessions are ended.');
    out.result({
      account: account.id,
      link: address,
      linkPath: `/first/${link.token}`,
      linkExpires: toTime(link.expiresAt),
    });
    return 0;
  },
};
