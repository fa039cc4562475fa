import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Database } from '../../platform/database.ts';
import { anyOf, type DeviceSet, numbersOf, setOf, without } from '../../platform/device-set.ts';
import { idsOf } from '../../platform/id-array.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';

// Which devices have some components: those that have an item which is one of them, as the inventory's rows say. An item may be
// another component under another release, its source may not be known for good, and of several kernels only the running one is
// judged: of such devices the components themselves are looked into.

const marked = (components: readonly number[]): Uint8Array => {
  const marks = new Uint8Array(components.reduce((most, component) => Math.max(most, component), 0) + 1);
  for (const component of components) marks[component] = 1;
  return marks;
};

const hasAny = (bytes: Uint8Array, marks: Uint8Array): boolean => {
  const components = idsOf(bytes);
  for (let at = 0; at < components.length; at += 1) if (marks[components[at] as number] === 1) return true;
  return false;
};

/** The devices that are kept as having findings and have none, and those that have some and are not kept. */
const misjudged = (db: Database): { kept: number[]; missing: number[] } => {
  const marks = marked(db.prepare<[], number>('SELECT component FROM component_load').pluck().all());
  const kept = new Set(db.prepare<[], number>('SELECT id FROM finding_device').pluck().all());
  const missing: number[] = [];
  const every = db.prepare<[], [number, Buffer]>('SELECT device, components FROM device_component').raw();
  for (const [device, bytes] of every.iterate()) if (hasAny(bytes, marks) && !kept.delete(device)) missing.push(device);
  return { kept: [...kept], missing };
};

/** Looks at every device for findings; call where components got their first match or lost their last. */
export const findAffected = (db: Database): void => {
  const sql = statements(db);
  const { kept, missing } = misjudged(db);
  const add = sql.run<[number]>('INSERT INTO finding_device (id) VALUES (?)');
  const drop = sql.run<[number]>('DELETE FROM finding_device WHERE id = ?');
  for (const device of missing) add(device);
  for (const device of kept) drop(device);
};

/** Devices whose findings are not as they are kept; for `verify`. */
export const affectedFaults = (db: Database): string[] => {
  const { kept, missing } = misjudged(db);
  return [...kept, ...missing].slice(0, 20).map((device) => `whether device ${device} has findings is kept wrongly`);
};

/** SQL of the devices that have components. */
export const componentHolders = (db: Database, inventory: Pick<InventoryService, 'deviceSetWith'>) => {
  const sql = statements(db);
  const itemsOf = db
    .prepare<[string, string], [number, number]>(
      `SELECT i.item, NOT EXISTS (SELECT 1 FROM item_component o WHERE o.item = i.item AND o.component NOT IN (SELECT value FROM json_each(?)))
       FROM json_each(?) e CROSS JOIN item_component i INDEXED BY item_component_of ON i.component = e.value GROUP BY i.item`,
    )
    .raw();
  const asideOf = sql.values<[string], number>(
    'SELECT device FROM item_aside WHERE item IN (SELECT value FROM json_each(?))',
  );
  const asideOn = sql.values<[number], number>(
    'SELECT item FROM item_aside INDEXED BY item_aside_device WHERE device = ?',
  );
  const addAside = sql.run<[number, number]>('INSERT INTO item_aside (item, device) VALUES (?, ?)');
  const dropAside = sql.run<[number, number]>('DELETE FROM item_aside WHERE item = ? AND device = ?');
  const componentsOf = db
    .prepare<[string], [number, Buffer]>(
      'SELECT device, components FROM device_component WHERE device IN (SELECT value FROM json_each(?))',
    )
    .raw();
  const haveFindings = sql.value<[string], number>(
    'SELECT EXISTS (SELECT 1 FROM json_each(?) e CROSS JOIN component_load l ON l.component = e.value)',
  );
  const addAffected = sql.run<[number]>('INSERT OR IGNORE INTO finding_device (id) VALUES (?)');
  const dropAffected = sql.run<[number]>('DELETE FROM finding_device WHERE id = ?');
  const isAffected = (components: ArrayLike<number>): boolean =>
    haveFindings(JSON.stringify(Array.from(components))) === 1;

  return {
    /** Which items of a device are not judged. */
    setAside: (device: number, items: readonly number[]): void => {
      const held = new Set(asideOn(device));
      for (const item of items) if (!held.delete(item)) addAside(item, device);
      for (const item of held) dropAside(item, device);
    },
    /** The devices that have any of the components. */
    of: (components: readonly number[]): DeviceSet => {
      const wanted = JSON.stringify(components);
      const sure = new Set<number>();
      const unsure = new Set<number>();
      for (const [item, isSure] of itemsOf.all(wanted, wanted)) (isSure === 1 ? sure : unsure).add(item);
      const aside = setOf(asideOf(JSON.stringify([...sure])));
      const looked = numbersOf(anyOf([inventory.deviceSetWith('software', unsure), aside]));
      const marks = marked(components);
      const found = componentsOf
        .all(JSON.stringify(looked))
        .flatMap(([device, bytes]) => (hasAny(bytes, marks) ? device : []));
      return anyOf([without(inventory.deviceSetWith('software', sure), aside), setOf(found)]);
    },
    /** A device has components more and less than before: whether it has findings. */
    changed: (device: number, now: Uint32Array, added: ArrayLike<number>, removed: ArrayLike<number>): void => {
      if (added.length > 0 && isAffected(added)) addAffected(device);
      else if (removed.length > 0 && isAffected(removed) && !isAffected(now)) dropAffected(device);
    },
    /** A device is gone. */
    gone: (device: number): void => dropAffected(device),
    /** How many devices have findings. */
    count: (scope: Scope): number => {
      const { sql, params } = devicesIn(scope, 'id');
      return (
        db
          .prepare<unknown[], number>(`SELECT count(*) FROM finding_device WHERE ${sql}`)
          .pluck()
          .get(...params) ?? 0
      );
    },
  };
};
