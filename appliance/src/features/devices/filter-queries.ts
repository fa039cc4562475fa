import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import { type NumberSet, setOf } from '../../platform/number-set.ts';
import type { Personal } from '../../platform/personal.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { deviceFacets } from './facet-store.ts';
import type { FilterSources } from './list-filter.ts';
import { deviceTexts } from './text-store.ts';
import type { Contact } from './types.ts';

const maxItems = 10_000;
/** What a device may come later than its interval. */
const graceSeconds = 60;
const dayMs = 86_400_000;
const missingDays: Readonly<Record<Exclude<Contact, 'online'>, number>> = { 'not-1d': 1, 'not-7d': 7, 'not-30d': 30 };

/** Where a list of devices finds who has what. Reads object (group), inv_accounts, inv_sessions and inv_software. */
export const filterSources = (parts: {
  db: Database;
  personal: Personal;
  inventory: Pick<InventoryService, 'holderSet'>;
  vulnerabilities: Pick<VulnerabilityService, 'devicesWith'>;
  objects: Pick<ObjectService, 'setting'>;
  clock?: () => number;
}): FilterSources => {
  const { db, personal, inventory, vulnerabilities, objects, clock = nowMs } = parts;
  // As the index has it.
  const heardSince = db.prepare<[number], number>('select id from device where -coalesce(last_seen_at, 0) < ?').pluck();
  const notHeardSince = db
    .prepare<[number], number>('select id from device where -coalesce(last_seen_at, 0) >= ?')
    .pluck();
  const byName = db
    .prepare<[string, number], number>('select id from inv_software where name = ? collate nocase limit ?')
    .pluck();
  const byVersion = db
    .prepare<[string, string, number], number>(
      'select id from inv_software where name = ? collate nocase and version = ? limit ?',
    )
    .pluck();

  // Groups are few; a circle among them ends, since a union keeps no row twice.
  const groupsBelow = db
    .prepare<[string], string>(
      `with recursive below (id) as (
         select o.id from object o, json_each(?) as asked where o.kind = 'group' and o.deleted_at is null
           and (o.id = asked.value or instr(fold(json_extract(o.body, '$.name')), fold(asked.value)) > 0)
         union select o.id from below join object o on json_extract(o.body, '$.parent') = below.id
           where o.kind = 'group' and o.deleted_at is null)
       select id from below`,
    )
    .pluck();
  const users = db
    .prepare<[Buffer, Buffer], number>(
      `select device from inv_accounts where "name_bx" = ? union select device from inv_sessions where "account_bx" = ?`,
    )
    .pluck();
  const facets = deviceFacets(db);
  const texts = deviceTexts(db);

  /** Names may hold a slash themselves, so the whole is tried first. */
  const itemsOf = (text: string): number[] => {
    const named = byName.all(text, maxItems);
    const cut = text.lastIndexOf('/');
    return named.length > 0 || cut <= 0 ? named : byVersion.all(text.slice(0, cut), text.slice(cut + 1), maxItems);
  };

  return {
    states: (states) => facets.any('state', states),
    kinds: (kinds) => facets.any('kind', kinds),
    levels: (levels) => facets.any('level', levels),
    worst: (worst) => facets.any('worst', worst),
    groups: (groups) => facets.any('group_id', groupsBelow.all(JSON.stringify(groups))),
    byTag: (tags) => facets.any('tag', tags),
    bySystem: (text) => facets.holding('os_search', text),
    byAddress: (text) => texts('addresses', ` ${text}`),
    byText: (text) => texts('search', text),
    byUser: (name) =>
      setOf(users.all(personal.blindIndex('accounts.name', name), personal.blindIndex('sessions.account', name))),
    bySoftware: (name): NumberSet => inventory.holderSet('software', new Set(itemsOf(name))),
    byAdvisory: vulnerabilities.devicesWith,
    byContact: (contact) => {
      if (contact !== 'online') return setOf(notHeardSince.all(missingDays[contact] * dayMs - clock()));
      const seconds = objects.setting('devices.check-in-seconds') + graceSeconds;
      return setOf(heardSince.all(seconds * 1_000 - clock()));
    },
  };
};
