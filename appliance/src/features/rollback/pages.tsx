import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { Rollback } from '@sallyport/ui/rollback/rollback.tsx';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames, objectNamesFor } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** Lines of one return on the page; the command shows more, the journal all. */
const maxShown = 500;

/** Returns of the database to an older state, and their acknowledgement. */
export const rollbackPages = (deps: ConsoleDeps): Pages => {
  const { rollbackDetector, objects } = deps;

  const show = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    const reader = actorFor(c, 'settings:read');
    const nameOf = actorNames(objects);
    const ctx = viewContext(deps, c);
    const objectName = objectNamesFor(ctx, deps, wholeSite('site-right'));
    return c.html(
      <Rollback
        ctx={ctx}
        returns={rollbackDetector.returns().map((back) => {
          const {
            was,
            found,
            since,
            uncompared = [],
            lines = [],
            moreLines = 0,
            lost = {},
            asked,
            acknowledged,
          } = back;
          const hindrance = rollbackDetector.hindrance(reader, back);
          return {
            ...back,
            found: found.entries,
            was: was?.entries,
            since: since === 0 ? undefined : since,
            uncompared,
            lines: lines.slice(0, maxShown).map((line) => ({ ...line, name: objectName(line.kind, line.id) })),
            moreLines: moreLines + Math.max(0, lines.length - maxShown),
            lost,
            // An old log-in is mended by giving the password again, which the page asks for by itself.
            asked: asked && {
              ...asked,
              by: nameOf(asked.by),
              hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
            },
            acknowledged: acknowledged && { ...acknowledged, by: nameOf(acknowledged.by) },
          };
        })}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.rollback.pattern, (c) => show(c))
    .post(paths.rollback.pattern, (c) => {
      const form = c.get('form');
      const actor = { ...actorFor(c, 'safety:write'), from: c.get('from') };
      let waits = false;
      try {
        waits = rollbackDetector.acknowledge(actor, form.text('id'), form.text('reason')).acknowledged === undefined;
      } catch (error) {
        return show(c, faultsOf(error));
      }
      return goWith(c, paths.rollback(), { message: { key: waits ? 'rollback.toastWaits' : 'rollback.toast' } });
    })
    .post(paths.rollbackDecide.pattern, (c) => {
      const form = c.get('form');
      const action = form.text('action');
      if (action !== 'approve' && action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
      const actor = { ...deciderFor(c, 'safety:write'), from: c.get('from') };
      rollbackDetector.decide(actor, form.text('id'), action === 'approve');
      return goWith(c, paths.rollback(), {
        message: { key: action === 'approve' ? 'rollback.toast' : 'rollback.toastRefused' },
      });
    });
};
