import { paths } from '@sallyport/ui/paths';
import { Releases } from '@sallyport/ui/releases/releases.tsx';
import { Hono } from 'hono';
import { actorFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** Which releases of Sallyport are here. */
export const releasePages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.releases.pattern, (c) => {
    actorFor(c, 'settings:read');
    return c.html(<Releases ctx={viewContext(deps, c)} rows={deps.releases.list()} />);
  });
