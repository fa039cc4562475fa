import { paths } from '@sallyport/ui/paths';
import { Receivers } from '@sallyport/ui/receivers/receivers.tsx';
import { type Context, Hono } from 'hono';
import { toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** How receivers of events stand, and trying one. */
export const receiverPages = (deps: ConsoleDeps): Pages => {
  const { receivers } = deps;

  const show = (
    c: Context<ConsoleEnv>,
    failed?: { id: string; code: string; detail: string },
  ): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    return c.html(
      <Receivers ctx={viewContext(deps, c)} rows={receivers.list()} failed={failed} />,
      failed === undefined ? 200 : 422,
    );
  };

  const test = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'settings:write');
    const id = c.get('form').text('id');
    try {
      const { name } = await receivers.test({ ...actor, from: c.get('from') }, id);
      return goWith(c, paths.receivers(), { message: { key: 'receivers.toastTested', params: { name } } });
    } catch (error) {
      const { code, message, status } = toFailure(error);
      if (status >= 500 && code === 'INTERNAL') throw error;
      return await show(c, { id, code, detail: message });
    }
  };

  return new Hono<ConsoleEnv>().get(paths.receivers.pattern, (c) => show(c)).post(paths.receivers.pattern, test);
};
