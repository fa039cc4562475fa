import type { Ctx } from '@sallyport/ui/context';
import type { Context } from 'hono';
import { holdsAnywhere, scopeOf, type WriteRight } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { signedIn } from './guard.ts';
import type { ConsoleEnv } from './types.ts';

/**
 * The context of a page about one thing: what its reader may write where that is, they may write on it. `covers` says whether a reach
 * holds it. What is read stays a matter of the whole site, since links in the frame lead there.
 */
export const withRightsThere = (c: Context<ConsoleEnv>, ctx: Ctx, covers: (held: Scope) => boolean): Ctx => {
  const { actor } = signedIn(c);
  return {
    ...ctx,
    can: (right) => {
      if (ctx.can(right)) return true;
      const asked = right as WriteRight;
      return right.endsWith(':write') && holdsAnywhere(actor, asked) && covers(scopeOf(actor, asked));
    },
  };
};
