import { paths } from '@sallyport/ui/paths';
import type { Context } from 'hono';
import type { Actor } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor } from '../../server/console/guard.ts';
import type { ConsoleDeps, ConsoleEnv } from '../../server/console/types.ts';
import { leaksByValue } from './leak-scan.ts';

const setting = 'exchange.allowed-words';

/**
 * Words for which a second person is asked, and whether the reader may add to them: only who asked, since what waits is one change, and
 * added to by another its author could say yes to their own words.
 */
export const waitingWords = (
  { accounts }: Pick<ConsoleDeps, 'accounts'>,
  reader: Actor,
): { words: readonly string[]; mayAdd: boolean } | undefined => {
  const { changes } = accounts;
  const waiting = changes.of('setting', setting);
  if (waiting === undefined) return undefined;
  const { value } = waiting.patch;
  const words = Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : [];
  return { words, mayAdd: changes.hindrance(reader, 'setting', setting, waiting) === 'APPROVAL_SELF' };
};

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
      const waiting = waitingWords(deps, actor);
      if (waiting?.mayAdd === false)
        throw new AppError(
          'CONFLICT',
          `words that were chosen before wait for a second person: decide about ${setting} first`,
        );
      const chosen = waiting?.words ?? deps.objects.setting(setting);
      return deps.accounts.safety.set(actor, setting, [...new Set([...chosen, ...words])]);
    });
    return goWith(c, waits ? paths.settings({ area: 'exchange' }) : paths.exchangeSend(), {
      message: { key: waits ? 'toast.settingsWait' : 'toast.settings', params: { n: 1 } },
    });
  };
