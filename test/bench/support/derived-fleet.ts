import type { Appliance } from '@sallyport/appliance/compose';
import { deviceRows } from '@sallyport/appliance/features/devices/row-store';
import { idsOf } from '@sallyport/appliance/platform/id-array';

// What the engine derives of stored devices, written directly: entering 90 million rows and looking at 100,000 devices with the
// rules takes a quarter of an hour where the machine is busy.

type Db = Pick<Appliance, 'db'>;

/** Writes who has each item, out of what each device has: in the order of the table, so that it only grows at its end. */
export const putHolders = ({ db }: Db, held: Iterable<readonly [device: number, items: Uint32Array]>): void => {
  const arrays = [...held].sort(([a], [b]) => a - b);
  const most = arrays.reduce((max, [, items]) => Math.max(max, items.at(-1) ?? 0), 0);
  const starts = new Uint32Array(most + 2);
  for (const [, items] of arrays) for (let at = 0; at < items.length; at += 1) starts[(items[at] as number) + 1]! += 1;
  for (let id = 1; id < starts.length; id += 1) starts[id] = (starts[id] as number) + (starts[id - 1] as number);
  const devices = new Uint32Array(starts.at(-1) ?? 0);
  const next = starts.slice();
  for (const [device, items] of arrays)
    for (let at = 0; at < items.length; at += 1) {
      const id = items[at] as number;
      devices[next[id] as number] = device;
      next[id]! += 1;
    }
  const add = db.prepare('insert into inv_software_device (item, device) select ?, value from json_each(?)');
  for (let id = 1; id <= most; id += 1) {
    const of = devices.subarray(starts[id], starts[id + 1]);
    if (of.length > 0) add.run(id, JSON.stringify(Array.from(of)));
  }
};

/** A status and a coverage of each device, as rules would write them, and the rows of the list; nothing waits any more. */
export const putStatus = ({ db }: Db): void => {
  db.exec(`delete from device_status; delete from device_coverage;
    insert into device_status (device, level, reasons, visible, due_at, aged, updated_at)
      select d.id, case when d.id % 50 = 7 then 3 when f.act > 0 then 0 when f.attend > 0 or d.id % 4 = 1 then 1 else 5 end,
        '[]', d.id % 50 <> 7, null, 0, 0 from device d left join device_findings f on f.device = d.id;
    insert into device_coverage (device, state, system, reasons, judged_by)
      select id, case when id % 100 = 3 then 0 when id % 10 = 3 then 1 else 2 end, 1, '[]', '[]' from device;
    update rule_round set after_device = null, again = 0;
    delete from pending;`);
  deviceRows(db).remake();
};

/** Who has what, and what rules say of each device. */
export const deriveFleet = (appliance: Appliance): void => {
  const { db } = appliance;
  const rows = db
    .prepare<[], [number, Buffer]>(
      `select s.device, a.items from section s cross join device_software a on a.section = s.id
       where s.collection = 'software' and s.best = 1`,
    )
    .raw()
    .all();
  db.transaction(() => {
    db.exec('delete from inv_software_device');
    putHolders(
      appliance,
      rows.map(([device, bytes]) => [device, idsOf(bytes)] as const),
    );
    putStatus(appliance);
  }).immediate();
};
