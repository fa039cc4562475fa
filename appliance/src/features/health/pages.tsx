import { Health } from '@sallyport/ui/health/health.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { actorFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { DIAGNOSTIC_SECTIONS } from '../diagnostics/types.ts';

/** Whether the appliance itself is well. */
export const healthPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.health.pattern, (c) => {
    actorFor(c, 'settings:read');
    const { checkedAt, pagesCheckedAt, checks, disk } = deps.health.current();
    return c.html(
      <Health
        ctx={viewContext(deps, c)}
        checkedAt={checkedAt}
        pagesCheckedAt={pagesCheckedAt}
        checks={checks}
        disk={disk}
        diagnostics={DIAGNOSTIC_SECTIONS}
      />,
    );
  });
