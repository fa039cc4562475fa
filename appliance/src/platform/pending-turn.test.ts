import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pendingTurn } from './pending-turn.ts';
import { startTicking } from './ticking.ts';

const state = { behind: true, far: false, asked: 0, queued: 0 };
const stop = { now: (): void => undefined };

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(state, { behind: true, far: false, asked: 0, queued: 0 });
  const run = pendingTurn({
    queues: [{ isBehind: () => state.behind, isFarBehind: () => state.far }],
    jobs: {
      list: () => (state.queued > 0 ? [{ state: 'running' }] : []),
      enqueue: () => {
        state.queued += 1;
        return 'job';
      },
    } as never,
    derive: () => {
      state.asked += 1;
    },
    turn: async () => undefined,
  });
  stop.now = startTicking([{ failed: 'nothing was done', everyMs: 1_000, run }], (error) => {
    throw error;
  });
});
afterEach(() => {
  stop.now();
  vi.useRealTimers();
});

it('has what waits worked off beside it, once a second', async () => {
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state).toMatchObject({ asked: 5, queued: 0 });
});

it('asks for nothing while nothing waits', async () => {
  state.behind = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state).toMatchObject({ asked: 0, queued: 0 });
});

it('gives the job what is still much after a second, and leaves it to it', async () => {
  state.far = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(state).toMatchObject({ asked: 1, queued: 0 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state).toMatchObject({ asked: 1, queued: 1 });
});

it('starts no job for what was worked off within the second', async () => {
  state.far = true;
  await vi.advanceTimersByTimeAsync(1_000);
  state.behind = false;
  await vi.advanceTimersByTimeAsync(1_000);
  Object.assign(state, { behind: true });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(state).toMatchObject({ asked: 2, queued: 0 });
});
