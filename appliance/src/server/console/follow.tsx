import { setTimeout as sleep } from 'node:timers/promises';
import { visibleHtml } from '@sallyport/bundle-tools/platform/visible-text';
import { type Ctx, WithCtx } from '@sallyport/ui/context';
import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import { streamSSE } from 'hono/streaming';
import { viewContext } from './page.tsx';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

const everyMs = 1_000;
/** A browser comes back by itself; a stream that is forgotten must not stay for ever. */
const forMs = 10 * 60_000;

/** Sends a part of a page whenever it changed, until what it shows has ended; then the address of the page. */
export function follow(
  deps: ConsoleDeps,
  c: Context<ConsoleEnv>,
  page: string,
  look: (ctx: Ctx) => { part: Child; isEnded: boolean },
): Response {
  const { clock } = deps;
  const ctx = viewContext(deps, c, 'part');
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (sse) => {
    let sent = '';
    for (const end = clock() + forMs; clock() < end && !sse.aborted; ) {
      const { part, isEnded } = look(ctx);
      const html = visibleHtml(String(<WithCtx value={ctx}>{part}</WithCtx>));
      if (html !== sent) await sse.writeSSE({ data: html });
      sent = html;
      if (isEnded) {
        await sse.writeSSE({ event: 'done', data: page });
        return;
      }
      await sleep(everyMs);
    }
  });
}
