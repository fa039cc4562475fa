import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lineStream } from './line-stream.ts';

const long = 'x'.repeat(64 * 1024);

describe('lines that are sent while they are made', () => {
  it('are all there, in order', async () => {
    const lines = function* (): Generator<string> {
      for (let n = 0; n < 1_000; n += 1) yield `${n}\r\n`;
    };
    const text = await new Response(lineStream(lines())).text();
    expect(text).toBe(Array.from({ length: 1_000 }, (_, n) => `${n}\r\n`).join(''));
  });

  it('let the thread do other things between two pieces', async () => {
    const chunks = 5;
    const turns: number[] = [];
    const state = { turn: 0, over: false };
    const others = (async () => {
      for (; !state.over; state.turn += 1) await setImmediate();
    })();
    const lines = function* (): Generator<string> {
      for (let n = 0; n < chunks; n += 1) {
        turns.push(state.turn);
        yield long;
      }
    };
    await new Response(lineStream(lines())).text();
    state.over = true;
    await others;
    expect(new Set(turns).size).toBe(chunks);
  });

  it('are no longer made when the reader has gone', async () => {
    const state = { ended: false };
    const lines = function* (): Generator<string> {
      try {
        for (;;) yield long;
      } finally {
        state.ended = true;
      }
    };
    const reader = lineStream(lines()).getReader();
    await reader.read();
    await reader.cancel();
    expect(state.ended).toBe(true);
  });
});
