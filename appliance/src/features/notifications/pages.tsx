import { Inbox } from '@sallyport/ui/notifications/inbox.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { type Actor, holdsAnywhere, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { signedIn } from '../../server/console/guard.ts';
import { listState, numberCursor, numberText } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { eventRows } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { NOTIFICATION_RULE } from './types.ts';

/** What the reader is told of. */
export const notificationPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { events, notifications, objects } = deps;
  const scopeOfReader = (actor: Actor): Scope | undefined =>
    holdsAnywhere(actor, 'events:read') ? scopeOf(actor, 'events:read') : undefined;
  return new Hono<ConsoleEnv>()
    .get(paths.notifications.pattern, (c) => {
      const ctx = viewContext(deps, c);
      const { actor } = signedIn(c);
      const scope = scopeOfReader(actor);
      const list = listState(c, []);
      const { rows, total, unread, next } = notifications.inbox(actor, { before: numberCursor(list) });
      // One read for all that the page names.
      const stored = scope === undefined ? [] : events.byNumbers(rows.flatMap(({ worst }) => worst));
      const named = model.references(stored.flatMap(({ device }) => device ?? []));
      const byNumber = new Map(
        scope === undefined ? [] : eventRows(ctx, deps, scope, stored, named).map((row) => [row.id, row] as const),
      );
      return c.html(
        <Inbox
          ctx={ctx}
          list={list}
          total={total}
          unread={unread}
          next={next === null ? undefined : String(next)}
          rows={rows.map((row) => ({
            ...row,
            query: String(objects.find(NOTIFICATION_RULE, row.rule, { deleted: true })?.body.query ?? ''),
            worst: row.worst.flatMap((number) => byNumber.get(number) ?? []),
          }))}
        />,
      );
    })
    .post(paths.notifications.pattern, (c) => {
      const { actor } = signedIn(c);
      const form = c.get('form');
      switch (form.text('do')) {
        case 'read':
          notifications.markRead(actor, numberText(form.text('id')));
          return c.redirect(paths.notifications(), 303);
        case 'read-all':
          return goWith(c, paths.notifications(), {
            message: { key: 'toast.notificationsRead', params: { n: notifications.markAllRead(actor) } },
          });
        default:
          throw new AppError('MALFORMED', 'there is no such action');
      }
    });
};
