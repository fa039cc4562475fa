import type { StoredEvent } from '../../src/engine/events/types.ts';
import { shippedPackages } from '../../src/features/exchange/public-names.ts';
import { vulnerabilityService } from '../../src/features/vulnerabilities/service.ts';
import { buildSnapshot } from '../../src/features/vulnerabilities/snapshot-build-store.ts';
import type { FeedPart, FeedState } from '../../src/features/vulnerabilities/types.ts';
import { openInventory } from './site.ts';

/** A site that takes inventories and advisories, and matches them; its clock stands until it is set. */
export const openMatching = async () => {
  const clock = { ms: Date.parse('2026-01-02T00:00:00Z') };
  // Feeds of tests are small.
  const leastRecords = { is: 0 };
  const noted: string[] = [];
  let number = 0;
  const site = await openInventory((changed) => vulnerabilities.onSectionChanged(changed));
  site.db
    .prepare(
      "INSERT INTO exchange_state (id, site, name, floor) VALUES (1, 'plant-7', 'Plant', '2026-01-01T00:00:00Z')",
    )
    .run();
  const vulnerabilities = vulnerabilityService({
    db: site.db,
    statePath: site.paths.database,
    folder: site.paths.advisories,
    inventory: site.inventory,
    events: {
      record: (type, event) => {
        noted.push(`${type} ${'advisory' in event.params ? event.params.advisory : ''}`);
        return {} as StoredEvent;
      },
    },
    changed: () => undefined,
    clock: () => clock.ms,
    isIndexed: shippedPackages(),
    leastRecords: () => leastRecords.is,
  });
  return {
    site,
    vulnerabilities,
    clock,
    leastRecords,
    /** Events and the advisories that they name. */
    noted,
    /** The snapshot that is in force. */
    number: (): number => number,
    /** Imports parts, and matches. */
    publish: async (...parts: FeedPart[]): Promise<readonly FeedState[]> => {
      const states = await buildSnapshot({
        folder: site.paths.advisories,
        number: number + 1,
        previous: number,
        parts,
        capturedAt: '2026-01-02T00:00:00Z',
      });
      number += 1;
      site.db.prepare('UPDATE exchange_state SET snapshot = ?').run(number);
      vulnerabilities.rematch();
      return states;
    },
    /** Against everything, as when nobody knows what the matches were made with. */
    matchAll: () => {
      site.db.prepare('UPDATE exchange_state SET matched = 0').run();
      return vulnerabilities.rematch();
    },
    close: (): void => {
      vulnerabilities.close();
      site.close();
    },
  };
};
