import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { deciderFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** The two answers of a second person to an excuse; groups and excuses themselves have the pages of objects. */
export const redundancyPages = ({ redundancy }: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().post(paths.redundancyExcuseDecide.pattern, (c) => {
    const actor = deciderFor(c, 'deployments:write');
    const id = param(c, 'id');
    const action = c.get('form').text('action');
    if (action === 'approve') {
      redundancy.excuses.agree(actor, id);
      return goWith(c, paths.object('redundancy-excuse', id), { message: { key: 'redundancy.toastExcused' } });
    }
    if (action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
    redundancy.excuses.refuse(actor, id);
    return goWith(c, paths.objects('redundancy-excuse'), { message: { key: 'redundancy.toastRefused' } });
  });
