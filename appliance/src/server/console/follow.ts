import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ConsoleEnv } from './types.ts';

const everyMs = 1_000;
/** A browser comes back by itself; a stream that is forgotten must not stay for ever. */
const forMs = 10 * 60_000;

/** Sends a part of a page whenever it changed, until what it shows has ended; then the address of the page. */
export function follow(
  c: Context<ConsoleEnv>,
  clock: () => number,
  page: string,
  look: () => { html: string; isEnded: boolean },
): Response {
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (sse) => {
    let sent = '';
    for (const end = clock() + forMs; clock() < end && !sse.aborted; ) {
      const { html, isEnded } = look();
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
