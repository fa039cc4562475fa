import { paths } from '@sallyport/ui/paths';
import { Receivers } from '@sallyport/ui/receivers/receivers.tsx';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

const mostGaps = 1_000;

type Failed = Parameters<typeof Receivers>[0]['failed'];
type GoMessage = NonNullable<Parameters<typeof goWith>[2]['message']>;

/** How receivers of events stand, and trying one. */
export const receiverPages = (deps: ConsoleDeps): Pages => {
  const { receivers } = deps;

  const show = (c: Context<ConsoleEnv>, failed?: Failed): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    return c.html(
      <Receivers ctx={viewContext(deps, c)} rows={receivers.list()} failed={failed} />,
      failed === undefined ? 200 : 422,
    );
  };

  /** Does something to one receiver, and tells of it, or shows what kept it from being done. */
  const act =
    (done: (c: Context<ConsoleEnv>, id: string) => Promise<GoMessage>) =>
    async (c: Context<ConsoleEnv>): Promise<Response> => {
      const id = c.get('form').text('id');
      try {
        return goWith(c, paths.receivers(), { message: await done(c, id) });
      } catch (error) {
        const { code, message, status, details } = toFailure(error);
        if (status >= 500 && code === 'INTERNAL') throw error;
        return await show(c, { id, code, detail: message, faults: details.fields });
      }
    };

  const test = act(async (c, id) => {
    const { name } = await receivers.test({ ...actorFor(c, 'settings:write'), from: c.get('from') }, id);
    return { key: 'receivers.toastTested', params: { name } };
  });

  const again = act(async (c, id) => {
    const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
    const gaps = c
      .get('form')
      .text('gap')
      .split(/[\s,;]+/)
      .filter((gap) => gap !== '');
    return { key: 'receivers.toastAgain', params: await receivers.again(actor, id, gaps.slice(0, mostGaps)) };
  });

  const decide = (c: Context<ConsoleEnv>): Response => {
    const actor = deciderFor(c, 'settings:write');
    const id = param(c, 'id');
    const action = c.get('form').text('action');
    if (action === 'approve') {
      receivers.fileAgreements.agree(actor, id);
      return goWith(c, paths.object('event-files', id), { message: { key: 'eventFiles.toastAgreed' } });
    }
    if (action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
    receivers.fileAgreements.refuse(actor, id);
    return goWith(c, paths.receivers(), { message: { key: 'eventFiles.toastRefused' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.receivers.pattern, (c) => show(c))
    .post(paths.receivers.pattern, test)
    .post(paths.receiversAgain.pattern, again)
    .post(paths.eventFilesDecide.pattern, decide);
};
