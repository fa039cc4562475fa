import type { ObjectService } from '../../engine/objects/service.ts';
import { systemActor } from '../../engine/objects/types.ts';
import type { MaintenanceWindow } from './types.ts';
import type { WindowQueries } from './window-queries.ts';

// A site that had deployments before there were windows for computers: what they were for may be changed at any time as before, for
// 90 days, in which somebody decides. It is said to be undecided wherever it shows, and ends by its own days.

const KIND = 'maintenance-window';
const undecided = 'undecided since the upgrade';
const dayMs = 86_400_000;
const keptDays = 90;
/** The window is made at the first start after the upgrade; later the absence of one is somebody's will. */
const madeWithinDays = 7;
const mostDevices = 10_000;

type Parts = { objects: ObjectService; queries: WindowQueries; clock: () => number };

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Makes the window of a site that was upgraded, once; does nothing anywhere else. */
export function keepUndecided({ objects, queries, clock }: Parts): void {
  const upgradedAtMs = queries.permitsSince();
  if (upgradedAtMs === undefined || clock() - upgradedAtMs > madeWithinDays * dayMs || queries.hadWindow()) return;
  const groups = queries.groupsOf(upgradedAtMs);
  const devices = queries.devicesOf(upgradedAtMs, mostDevices + 1);
  if (groups.length + devices.length === 0) return;
  // Beyond what a window can name, the whole site had them.
  const target = devices.length > mostDevices ? {} : { groups, devices };
  objects.create(
    systemActor,
    KIND,
    {
      name: 'At any time, not decided yet',
      recurrence: `${dayOf(clock())} to ${dayOf(clock() + keptDays * dayMs)} 00-24`,
      for: 'computers',
      ...target,
    },
    { comment: undecided },
  );
}

/** Whether a window is that of the upgrade, and stands as it was made. */
export function isUndecided(objects: Pick<ObjectService, 'revisions'>, { id }: Pick<MaintenanceWindow, 'id'>): boolean {
  const [newest] = objects.revisions(KIND, id);
  return newest?.comment === undecided;
}

/** When it ends, ms. */
export function undecidedUntilMs(
  objects: Pick<ObjectService, 'revisions'>,
  { id }: Pick<MaintenanceWindow, 'id'>,
): number {
  return (objects.revisions(KIND, id).at(-1)?.at ?? 0) + keptDays * dayMs;
}
