import type { Database } from '../../platform/database.ts';
import type { Personal } from '../../platform/personal.ts';
import type { InventoryService } from '../inventory/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { FilterSources } from './list-filter.ts';

const maxItems = 10_000;

/** What a list of devices asks inventory and findings for. Reads inv_software and device_tag. */
export const filterSources = (parts: {
  db: Database;
  personal: Personal;
  inventory: Pick<InventoryService, 'holders'>;
  vulnerabilities: Pick<VulnerabilityService, 'devicesWith'>;
}): FilterSources => {
  const { db, personal, inventory, vulnerabilities } = parts;
  const byName = db
    .prepare<[string, number], number>('select id from inv_software where name = ? collate nocase limit ?')
    .pluck();
  const byVersion = db
    .prepare<[string, string, number], number>(
      'select id from inv_software where name = ? collate nocase and version = ? limit ?',
    )
    .pluck();

  const byTag = db.prepare<[string], number>('select device from device_tag where tag = ?').pluck();

  /** Names may hold a slash themselves, so the whole is tried first. */
  const itemsOf = (text: string): number[] => {
    const named = byName.all(text, maxItems);
    const cut = text.lastIndexOf('/');
    return named.length > 0 || cut <= 0 ? named : byVersion.all(text.slice(0, cut), text.slice(cut + 1), maxItems);
  };

  return {
    personal,
    byTag: (tag) => byTag.all(tag),
    bySoftware: (name) => inventory.holders('software', new Set(itemsOf(name))),
    byAdvisory: (name) => vulnerabilities.devicesWith(name),
  };
};
