import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pendingTurn } from './pending-turn.ts';
import { startTicking } from './ticking.ts';

const state = { busy: false, far: false, more: false, runs: 0, queued: 0 };
const stop = { now: (): void => undefined };

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(state, { busy: false, far: false, more: false, runs: 0, queued: 0 });
  const run = pendingTurn({
    queues: [
      {
        isBehind: () => true,
        isFarBehind: () => state.far,
        run: () => {
          state.runs += 1;
          return { more: state.more };
        },
      },
    ],
    jobs: {
      list: () => [],
      enqueue: () => {
        state.queued += 1;
        return 'job';
      },
    } as never,
    isBusy: () => state.busy,
  });
  stop.now = startTicking([{ failed: 'nothing was done', everyMs: 1_000, run }], (error) => {
    throw error;
  });
});
afterEach(() => {
  stop.now();
  vi.useRealTimers();
});

it('looks at what waits once a second', () => {
  vi.advanceTimersByTime(5_000);
  expect(state).toMatchObject({ runs: 5, queued: 0 });
});

it('leaves it alone while reports are written, but not for ever', () => {
  state.busy = true;
  vi.advanceTimersByTime(10_000);
  expect(state).toMatchObject({ runs: 0, queued: 0 });
  vi.advanceTimersByTime(1_000);
  expect(state).toMatchObject({ runs: 1, queued: 0 });
  vi.advanceTimersByTime(10_000);
  expect(state).toMatchObject({ runs: 1, queued: 0 });
});

it('goes on as soon as none are', () => {
  state.busy = true;
  vi.advanceTimersByTime(3_000);
  state.busy = false;
  vi.advanceTimersByTime(1_000);
  expect(state).toMatchObject({ runs: 1, queued: 0 });
});

it('comes back within the second while little is left', () => {
  state.more = true;
  vi.advanceTimersByTime(1_900);
  expect(state).toMatchObject({ runs: 4, queued: 0 });
});

it('gives the job what has become much meanwhile', () => {
  Object.assign(state, { busy: true, far: true, more: true });
  vi.advanceTimersByTime(1_000);
  expect(state).toMatchObject({ runs: 1, queued: 1 });
});
