import { Groups } from '@sallyport/ui/devices/groups.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { scopeFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { groupRows } from './group-view.ts';

/** The tree of groups. */
export const groupPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.groups.pattern, (c) =>
    c.html(<Groups ctx={viewContext(deps, c)} rows={groupRows(deps, scopeFor(c, 'devices:read'))} />),
  );
