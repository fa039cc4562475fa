import { paths } from '@sallyport/ui/paths';
import { WaitingForSecond } from '@sallyport/ui/waiting/waiting.tsx';
import { Hono } from 'hono';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorWords } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

/** Everything that waits for a second person. */
export const waitingPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.waiting.pattern, (c) => {
    const ctx = viewContext(deps, c);
    const nameOf = actorWords(ctx, deps.objects);
    const rows = deps.waiting.list(signedIn(c).actor);
    return c.html(<WaitingForSecond ctx={ctx} rows={rows.map((row) => ({ ...row, by: nameOf(row.by) }))} />);
  });
