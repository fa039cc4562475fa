import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import { type DeviceSet, setOf } from '../../platform/device-set.ts';
import type { Personal } from '../../platform/personal.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { FilterSources } from './list-filter.ts';
import type { Contact } from './types.ts';

const maxItems = 10_000;
/** What a device may come later than its interval. */
const graceSeconds = 60;
const dayMs = 86_400_000;
const missingDays: Readonly<Record<Exclude<Contact, 'online'>, number>> = { 'not-1d': 1, 'not-7d': 7, 'not-30d': 30 };

/**
 * Where a list of devices finds who has what. Reads device, device_row, device_tag, device_findings, object (group), inv_accounts,
 * inv_sessions and inv_software; each out of an index alone.
 */
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
  const some = (sql: string): ((values: readonly (string | number)[]) => DeviceSet) => {
    const statement = db.prepare<[string], number>(sql).pluck();
    return (values) => setOf(statement.all(JSON.stringify(values)));
  };
  const all = db.prepare<[], number>('select id from device').pluck();
  const among = '(select value from json_each(?))';
  const inGroups = some(`select device from device_row where group_id in ${among}`);
  /** `indexed`: the planner would rather read the rows, which are ten times as many bytes. */
  const holding = (column: string): ((text: string) => DeviceSet) => {
    const statement = db
      .prepare<[string], number>(
        `select device from device_row indexed by device_row_${column} where instr(${column}, ?) > 0`,
      )
      .pluck();
    return (text) => setOf(statement.all(text));
  };
  const inAddresses = holding('addresses');

  /** Names may hold a slash themselves, so the whole is tried first. */
  const itemsOf = (text: string): number[] => {
    const named = byName.all(text, maxItems);
    const cut = text.lastIndexOf('/');
    return named.length > 0 || cut <= 0 ? named : byVersion.all(text.slice(0, cut), text.slice(cut + 1), maxItems);
  };

  return {
    states: some(`select id from device where state in ${among}`),
    kinds: some(`select id from device where kind in ${among}`),
    levels: some(`select device from device_row where level in ${among}`),
    worst: some(`select device from device_findings where worst in ${among}`),
    groups: (groups) => inGroups(groupsBelow.all(JSON.stringify(groups))),
    byTag: some(`select device from device_tag where tag in ${among}`),
    bySystem: holding('os_search'),
    byAddress: (text) => inAddresses(` ${text}`),
    byText: holding('search'),
    byUser: (name) =>
      setOf(users.all(personal.blindIndex('accounts.name', name), personal.blindIndex('sessions.account', name))),
    bySoftware: (name): DeviceSet => inventory.holderSet('software', new Set(itemsOf(name))),
    byAdvisory: vulnerabilities.devicesWith,
    all: () => setOf(all.all()),
    byContact: (contact) => {
      if (contact !== 'online') return setOf(notHeardSince.all(missingDays[contact] * dayMs - clock()));
      const seconds = objects.setting('devices.check-in-seconds') + graceSeconds;
      return setOf(heardSince.all(seconds * 1_000 - clock()));
    },
  };
};
