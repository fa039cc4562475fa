import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { linksAt } from '../features/setup/links.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

/** The first log-in again, until one was used; afterwards `account reset` helps, and is an event. */
export const command: Command = {
  summary: 'a new one-time link for the first log-in, before the first log-in of all',
  positionals: '[NAME]',
  example: 'sallyport account first-link --data /var/lib/sallyport',
  run: async ({ positionals, open, out, cliActor }) => {
    const [name, ...rest] = positionals;
    if (rest.length > 0) throw new AppError('USAGE', 'give one account name');
    const { accounts, objects, config } = await open();
    if (accounts.everSignedIn())
      throw new AppError('CONFLICT', 'somebody has signed in already: sallyport account reset NAME');
    const administrators = objects
      .list({ kind: 'account', limit: 1_000 })
      .rows.filter(({ body }) => (body['roles'] as readonly string[] | undefined)?.includes('administrator') === true);
    const account = name === undefined ? administrators[0] : accounts.named(name);
    if (account === undefined)
      throw new AppError('NOT_FOUND', 'there is no administrator: sallyport account reset NAME --create');
    const link = accounts.makeLink(cliActor(), account.id);
    const linkPath = `/first/${link.token}`;
    const links = linksAt(config.addresses, config.listen.port, linkPath);
    const linkExpires = toTime(link.expiresAt);
    for (const one of links) out.line(`first log-in    ${one}  (once, until ${linkExpires})`);
    out.result({ account: account.id, links, linkPath, linkExpires });
    return 0;
  },
};
