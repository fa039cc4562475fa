import { Announcements } from '@sallyport/ui/announcements/announcements.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { textFor } from './types.ts';

/** What the connected side announces. */
export const announcementPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>()
    .get(paths.announcements.pattern, (c) => {
      const ctx = viewContext(deps, c);
      const rows = deps.announcements.list(signedIn(c).actor);
      return c.html(
        <Announcements
          ctx={ctx}
          rows={rows.map(({ texts, ...row }) => ({ ...row, text: textFor(texts, ctx.lang) }))}
        />,
      );
    })
    .post(paths.announcementRead.pattern, (c) => {
      deps.announcements.markRead(signedIn(c).actor, c.req.param('id'));
      return c.redirect(paths.announcements(), 303);
    });
