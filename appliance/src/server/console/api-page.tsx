import { ApiReference } from '@sallyport/ui/frame/api.tsx';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { signedIn } from './guard.ts';
import { viewContext } from './page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from './types.ts';

/** The reference of the API, from its own OpenAPI document. */
export const apiPages = (deps: ConsoleDeps): Pages =>
  new Hono<ConsoleEnv>().get(paths.api.pattern, (c) => {
    signedIn(c);
    return c.html(<ApiReference ctx={viewContext(deps, c)} document={deps.apiDocument()} />);
  });
