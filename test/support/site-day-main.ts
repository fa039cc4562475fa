import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { type Appliance, compose } from '../../appliance/src/compose.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import type { Tick } from '../../appliance/src/platform/ticking.ts';
import { inlineIntake } from '../../appliance/src/server/intake/inline.ts';
import { startServer } from '../../appliance/src/server/server.ts';
import { schedules, ticks } from '../../appliance/src/ticks.ts';
import type { SiteDay } from './site-day.ts';
import { repositoryRoot } from './sources.ts';
import { until } from './until.ts';

// A day of a site (site-day.ts): its server is started, every tick has its turn, every job that the clock adds is done, what these
// add is worked off; then it is stopped. It ends when all of that is so, not after a time.

/** A tick that asks to come back has its turn again, so often at most. */
const mostTurns = 50;
const patienceMs = 120_000;
/** Ticks add these where something waits. */
const whereSomethingWaits: readonly { kind: string; payload?: unknown }[] = [
  { kind: 'rules' },
  { kind: 'match-controllers' },
];
const dataDir = process.argv[2] ?? '';

const turn = async ({ failed, run }: Tick, signal: AbortSignal): Promise<void> => {
  try {
    for (let again = 0; again < mostTurns; again++) if (typeof (await run({ again, signal })) !== 'number') return;
  } catch (cause) {
    throw new Error(failed, { cause });
  }
};

const isIdle = ({ jobs }: Appliance): boolean =>
  jobs.counts().every(({ state }) => state !== 'queued' && state !== 'running');

const appliance = await compose({ dataDir, log: openLog('silent') });
// The days have passed, and the time is certain: a clock in doubt ends nothing.
appliance.time.setFloor(nowMs());
const server = await startServer(appliance);
const stop = new AbortController();
const all = ticks(appliance, {
  intake: inlineIntake(appliance),
  reload: server.reload,
  reloadWhenSet: async () => undefined,
});
const before = appliance.jobs.list({ limit: 1 })[0]?.id ?? 0;
for (const round of [1, 2]) {
  for (const tick of all) await turn(tick, stop.signal);
  if (round === 1)
    for (const { kind, payload } of [...schedules, ...whereSomethingWaits])
      appliance.jobs.enqueue(kind, payload ?? null);
  await until(() => isIdle(appliance), { seconds: patienceMs / 1_000 });
}
const runs = appliance.jobs.list({ limit: 10_000 }).filter(({ id }) => id > before);
await server.stop();
await appliance.close();
process.send?.({
  ticks: all.length,
  jobs: [...new Set(runs.map(({ kind }) => kind))].sort(),
  failed: runs.flatMap(({ kind, state, error }) => (state === 'failed' ? [`${kind}: ${JSON.stringify(error)}`] : [])),
  kinds: readdirSync(join(repositoryRoot, 'appliance/src/jobs')).flatMap(
    (name) => /^(?!worker)(.*)\.ts$/.exec(name)?.[1] ?? [],
  ),
} satisfies SiteDay);
process.disconnect?.();
