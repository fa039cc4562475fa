import type { Appliance } from './compose.ts';
import { wakeFindings } from './features/controller-findings/wake.ts';
import type { Schedule } from './platform/jobs.ts';
import { pendingTurn } from './platform/pending-turn.ts';
import type { Tick } from './platform/ticking.ts';
import type { Intake } from './server/intake/messages.ts';

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Jobs that are added by the clock, UTC; what an appliance that is off at that hour misses is added once it runs. */
export const schedules: readonly Schedule[] = [
  { name: 'retention', cron: '17 2 * * *', kind: 'retention', lateMs: 25 * hourMs },
  { name: 'self-check', cron: '41 3 * * *', kind: 'self-check', lateMs: 25 * hourMs },
  // An appliance that runs for some hours of a day keeps that day as well.
  { name: 'daily-values', cron: '23 */3 * * *', kind: 'daily-values', lateMs: 4 * hourMs },
];

/**
 * Everything that a server does again and again beside jobs. `intake`: writes for the thread that answers, which does not wait for
 * another writer; `reload`: the certificate is made anew before it ends; `reloadWhenSet`: one of the plant was set or taken back.
 */
export function ticks(
  appliance: Appliance,
  server: {
    intake: Pick<Intake, 'note' | 'derive' | 'turn'>;
    reload: () => Promise<unknown>;
    reloadWhenSet: () => Promise<void>;
  },
): Tick[] {
  const {
    accounts,
    backups,
    controllers,
    devices,
    discovery,
    health,
    identification,
    jobs,
    patches,
    queues,
    rollbackDetector,
    upgrades,
  } = appliance;
  const { note, derive, turn } = server.intake;
  const inTurn = (run: () => unknown) => async (): Promise<void> => {
    await turn();
    await run();
  };
  const writeNotes = async (): Promise<void> => {
    const notes = devices.takeNotes();
    if (notes === undefined) return;
    let isWritten = false;
    try {
      await note(notes);
      isWritten = true;
    } finally {
      devices.notesWritten(isWritten);
    }
  };
  return [
    // Commands beside the server add rows of jobs, too.
    { failed: 'jobs were not looked for', everyMs: 5 * secondMs, run: () => jobs.wake() },
    { failed: 'health was not looked at', everyMs: 5 * secondMs, firstMs: secondMs, run: () => health.turn() },
    {
      failed: 'space for a full disk was not set aside',
      everyMs: 5 * secondMs,
      firstMs: secondMs,
      run: ({ signal }) => health.setAside(signal),
    },
    { failed: 'what calls told was not written', everyMs: secondMs, run: writeNotes },
    {
      failed: 'a failed upgrade was not recorded',
      everyMs: 5 * secondMs,
      firstMs: secondMs,
      run: () => upgrades.turn(),
    },
    { failed: 'the witness was not written', everyMs: secondMs, run: () => void rollbackDetector.flush() },
    {
      failed: 'what waits to be derived was not worked off',
      everyMs: secondMs,
      run: pendingTurn({ queues: queues.quick, jobs, derive, turn }),
    },
    {
      failed: 'controllers were not compared with advisories',
      everyMs: 2 * secondMs,
      run: () => wakeFindings({ ...appliance, turn }),
    },
    {
      failed: 'the schedule of identification was not looked at',
      everyMs: 15 * secondMs,
      run: inTurn(() => void identification.look()),
    },
    {
      // Ends what a crash or a stop cut off of taking and undoing readings, in this process or another; after an upgrade,
      // works out again what is derived. The first answers after a start come before it.
      failed: 'readings that were cut off were not taken back',
      everyMs: 30 * secondMs,
      firstMs: 2 * secondMs,
      run: async ({ signal }) => {
        await turn();
        await controllers.recover();
        await controllers.rebuild(signal);
      },
    },
    { failed: 'missed schedules were not looked for', everyMs: minuteMs, run: inTurn(() => jobs.catchUp()) },
    { failed: 'the time was not written down', everyMs: minuteMs, run: inTurn(() => appliance.time.keep()) },
    {
      failed: 'the schedule of backups was not looked at',
      everyMs: minuteMs,
      run: inTurn(() => void backups.enqueueDue()),
    },
    {
      failed: 'the schedule of discovery was not looked at',
      everyMs: minuteMs,
      run: inTurn(() => void discovery.enqueueDue()),
    },
    {
      failed: 'rollouts were not looked at',
      everyMs: minuteMs,
      run: inTurn(() => appliance.deployments.rollouts.tick()),
    },
    {
      failed: 'orders that no device ends were not ended',
      everyMs: hourMs,
      firstMs: minuteMs,
      run: inTurn(() => appliance.deployments.endOld()),
    },
    { failed: 'the clocks of patches were not looked at', everyMs: minuteMs, run: inTurn(() => patches.tick()) },
    {
      failed: 'the certificate was not looked at',
      everyMs: 60 * minuteMs,
      run: async () => void (await server.reload()),
    },
    { failed: 'a certificate that was set is not presented', everyMs: 5 * secondMs, run: server.reloadWhenSet },
    {
      failed: 'events were not looked at for notifications',
      everyMs: 2 * secondMs,
      run: inTurn(async () => void (await appliance.notifications.turn())),
    },
    {
      failed: 'events were not sent to their receivers',
      everyMs: secondMs,
      run: inTurn(() => appliance.receivers.turn(turn)),
    },
    { failed: 'refusals were not recorded', everyMs: minuteMs, run: inTurn(() => accounts.refusals.flush()) },
  ];
}
