import type { FieldErrors } from '@sallyport/ui/model';
import { paths, routePatterns } from '@sallyport/ui/paths';
import { Rollback } from '@sallyport/ui/views/rollback';
import { type Context, Hono } from 'hono';
import { toFailure } from '../../../platform/errors.ts';
import { setToast } from '../cookies.ts';
import { actorFor } from '../guard.ts';
import { viewContext } from '../page.tsx';
import { actorNames } from '../records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../types.ts';

/** Returns of the database to an older state, and their acknowledgement. */
export const rollbackPages = (deps: ConsoleDeps): Pages => {
  const { witness, objects } = deps;

  const show = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    const nameOf = actorNames(objects);
    return c.html(
      <Rollback
        ctx={viewContext(deps, c)}
        returns={witness.returns().map(({ was, found, acknowledged, ...back }) => ({
          ...back,
          found: found.entries,
          ...(was === undefined ? {} : { was: was.entries }),
          ...(acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, by: nameOf(acknowledged.by) } }),
        }))}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(routePatterns.rollback, (c) => show(c))
    .post(routePatterns.rollback, (c) => {
      const form = c.get('form');
      const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
      try {
        witness.acknowledge(actor, form.text('id'), form.text('reason'));
      } catch (error) {
        const { code, details } = toFailure(error);
        if (code !== 'INVALID' || details.fields === undefined) throw error;
        return show(c, details.fields);
      }
      setToast(c, { said: { key: 'rollback.toast' } });
      return c.redirect(paths.rollback(), 303);
    });
};
