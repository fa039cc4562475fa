import { paths } from '@sallyport/ui/paths';
import { Trends } from '@sallyport/ui/trends/trends.tsx';
import { trendPeriods } from '@sallyport/ui/trends/types';
import { Hono } from 'hono';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** What is kept day by day. */
export const trendPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.trends.pattern, (c) => {
    const period = trendPeriods.find((days) => String(days) === c.req.query('days')) ?? trendPeriods[0];
    return c.html(
      <Trends ctx={viewContext(deps, c)} period={period} {...deps.trends.list(signedIn(c).actor, period)} />,
    );
  });
