import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { TaskRow } from './store.ts';
import type { Wanted } from './types.ts';

// A source of inventory that is gone leaves its packages on the device, where they give findings and keep others away. A person closes its
// lists, another one agrees. A source that speaks closes them by its own reports; of the only source nothing would be left to judge.

const COLLECTION = 'software';

export type GoneSource = ReturnType<InventoryService['listSources']>[number];

const dayOf = (ms: number): string => toTime(ms).slice(0, 10);

export function listClosings(parts: {
  inventory: Pick<InventoryService, 'listSources' | 'closeSource'>;
  events: Pick<EventService, 'record'>;
  clock: () => number;
}) {
  const { inventory, events, clock } = parts;
  const isGone = ({ goneFrom, goneUntil }: GoneSource): boolean => goneFrom <= clock() && clock() < goneUntil;
  const sourcesOf = (device: number): GoneSource[] => inventory.listSources(COLLECTION, [device]);

  /** LIST_NOT_GONE. */
  const goneSource = (device: number, source: string): GoneSource => {
    const found = sourcesOf(device).find((one) => one.source === source);
    if (found === undefined)
      throw new AppError(
        'LIST_NOT_GONE',
        `no list of packages of this device is known from ${source.slice(0, 32)} beside another source: \`device get\` names the sources that are gone (list-source-gone)`,
      );
    if (!isGone(found))
      throw new AppError(
        'LIST_NOT_GONE',
        `${source} was heard on ${dayOf(found.heardAt)}, or the whole device is silent: its lists can be closed from ${dayOf(found.goneFrom)} on while another source is heard, or once its client is revoked`,
      );
    return found;
  };

  return {
    gone: (device: number): GoneSource[] => sourcesOf(device).filter(isGone),
    /** What is to be closed. LIST_NOT_GONE. */
    wanted: (device: number, source: string): Wanted => {
      const { heardAt, items } = goneSource(device, source);
      return { kind: 'close-list', source, heardAt, packages: items };
    },
    /** Closes the lists, in the caller's transaction. LIST_NOT_GONE where the source was heard since. */
    close: (actor: Actor, task: TaskRow, { source: named, reason }: { source: string; reason: string }): void => {
      const { device } = task;
      const { source, items } = goneSource(device, named);
      const { id: event } = events.record('device-list-closed', {
        device,
        ...byWhom(actor),
        params: { source, packages: items, askedBy: task.askedBy, reason, task: task.id },
      });
      inventory.closeSource({ device, collection: COLLECTION, source, event });
    },
  };
}
