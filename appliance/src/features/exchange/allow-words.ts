import { paths } from '@sallyport/ui/paths';
import type { Context } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor } from '../../server/console/guard.ts';
import type { ConsoleDeps, ConsoleEnv } from '../../server/console/types.ts';
import { leaksByValue } from './leak-scan.ts';

/** Words that the page Send showed as found join those that may leave: a setting of safety, with a second person. */
export const allowWords =
  (deps: ConsoleDeps) =>
  (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'settings:write');
    if (deps.exchange.state().trust === null) throw new AppError('NO_ROOT', 'the site has no trust root yet');
    const { leaks } = deps.exchange.preview().leakScan;
    const found = new Set(leaksByValue(leaks).flatMap(({ value, isWord }) => (isWord ? [value] : [])));
    const words = [...new Set(c.get('form').texts('word'))];
    if (words.length === 0) throw new AppError('USAGE', 'no word is chosen: choose at least one');
    const other = words.find((word) => !found.has(word));
    if (other !== undefined)
      throw new AppError('CONFLICT', `"${other.slice(0, 100)}" is not in the request: look at what would leave now`);
    const { waits } = deps.transact(() => {
      const held = deps.objects.setting('exchange.allowed-words');
      return deps.accounts.safety.set(actor, 'exchange.allowed-words', [...new Set([...held, ...words])]);
    });
    return goWith(c, waits ? paths.settings({ area: 'exchange' }) : paths.exchangeSend(), {
      message: { key: waits ? 'toast.settingsWait' : 'toast.settings', params: { n: 1 } },
    });
  };
