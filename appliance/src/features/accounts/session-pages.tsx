import { Sessions } from '@sallyport/ui/accounts/sessions.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { sessionId } from './types.ts';

/** Who is logged in, for administrators, and the end of a session. */
export const sessionPages = (deps: ConsoleDeps): Pages => {
  const { accounts } = deps;
  return new Hono<ConsoleEnv>()
    .get(paths.sessions.pattern, (c) => {
      actorFor(c, 'accounts:read');
      const wanted = c.req.query('account');
      const nameOf = actorNames(deps.objects);
      const reference = (id: string) => ({ id, name: nameOf(`account:${id}`) });
      const own = signedIn(c).session.hash;
      return c.html(
        <Sessions
          ctx={viewContext(deps, c)}
          account={wanted === undefined ? undefined : reference(deps.objects.get('account', wanted).id)}
          rows={accounts.sessions.list(wanted).map((one) => ({
            id: sessionId(one),
            account: reference(one.account),
            startedAt: one.createdAt,
            lastAt: one.usedAt,
            from: one.from ?? '',
            way: one.way,
            current: one.hash.equals(own),
          }))}
        />,
      );
    })
    .post(paths.viewAs.pattern, (c) => {
      const role = c.get('form').text('role');
      accounts.sessions.viewAs(signedIn(c), role === '' ? undefined : role);
      const back = signedIn(c).viewAs?.id;
      return c.redirect(back === undefined ? paths.work() : paths.object('role', back), 303);
    })
    .post(paths.sessions.pattern, (c) => {
      const actor = actorFor(c, 'accounts:write');
      const form = c.get('form');
      const account = form.text('account');
      const n = account === '' ? 1 : accounts.sessions.endAll(actor, account, signedIn(c).session);
      if (account === '') accounts.sessions.end(actor, form.text('session'));
      return goWith(c, paths.sessions({ account: account === '' ? undefined : account }), {
        message: { key: 'toast.sessionsEnded', params: { n } },
      });
    });
};
