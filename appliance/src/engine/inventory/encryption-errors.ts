import type { SectionChanged } from '../changes/types.ts';
import type { EventService } from '../events/service.ts';
import type { InventoryService } from './service.ts';

const maxVolumes = 1_000;

/** Makes an event of each error of disk encryption that a report brought; what was there before is no news. */
export const encryptionErrors = (parts: {
  inventory: Pick<InventoryService, 'changes' | 'section'>;
  events: EventService;
}) => {
  const { inventory, events } = parts;
  return ({ device, collection }: SectionChanged): void => {
    if (collection !== 'encryption') return;
    const rows = inventory.section(device, collection).slice(0, maxVolumes);
    const failing = new Map(rows.filter((row) => row['error'] !== null).map((row) => [row['volume'], row['error']]));
    if (failing.size === 0) return;
    const [newest] = inventory.changes({ device, collection, limit: 1 });
    const changes = inventory.changes({ device, collection, limit: maxVolumes }).filter(({ at }) => at === newest?.at);
    const isFirst = changes.some(({ operation }) => operation === 'first');
    for (const [volume, error] of failing) {
      const isNew =
        isFirst ||
        changes.some(({ before, after }) => after?.['volume'] === volume && before?.['error'] !== after?.['error']);
      if (isNew)
        events.record('encryption-error', { device, params: { volume: String(volume), error: String(error) } });
    }
  };
};
