import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { sentFile } from '../../server/api/route.ts';
import { actorFor } from '../../server/console/guard.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { diagnosticsFile } from './collect.ts';

/** The file that the page of health offers. */
export const diagnosticsPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.diagnosticsFile.pattern, async (c) => {
    actorFor(c, 'settings:write');
    const isPlain = c.req.query('plain') === 'true';
    const { name, bytes } = await diagnosticsFile(deps, { isPlain });
    return sentFile('application/octet-stream', { name, body: bytes });
  });
