import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { Releases } from '@sallyport/ui/releases/releases.tsx';
import { type Context, Hono } from 'hono';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** Which releases of Sallyport are here, and what became of the last upgrade. */
export const releasePages = (deps: ConsoleDeps): Pages => {
  const show = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    return c.html(
      <Releases
        ctx={viewContext(deps, c)}
        rows={deps.releases.list()}
        failed={deps.upgrades.failure()}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };
  return new Hono<ConsoleEnv>()
    .get(paths.releases.pattern, (c) => show(c))
    .post(paths.upgradeAside.pattern, (c) => {
      const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
      try {
        deps.upgrades.putAside(actor, c.get('form').text('reason').trim());
      } catch (error) {
        return show(c, faultsOf(error));
      }
      return goWith(c, paths.releases(), { message: { key: 'upgrade.toastAside' } });
    });
};
