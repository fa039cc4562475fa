import type { Appliance } from '@sallyport/appliance/compose';
import { idsOf } from '@sallyport/appliance/platform/id-array';
import { fleet } from './fleet.ts';
import { enrolDevices, report } from './site.ts';

// A fleet of a size that would take an hour to report: some devices report through the engine, the others get the same
// sections under names, addresses, groups, tags, states and times of their own, row by row in SQL. The engine's own check
// says whether what came of it is consistent.

type ClonedFleet = { devices: number; profiles: number; groups: readonly string[] };

const perTransaction = 50;
const sections = ['software', 'identity', 'platform', 'activity', 'accounts'].map((name) => `'${name}'`).join(', ');
const tags = ['line-1', 'line-2', 'office', 'critical', 'lab'] as const;

/** Fills an empty site with devices; what follows from their reports waits. */
export const cloneFleet = async (
  appliance: Appliance,
  options: { devices: number; profiles: number; packages: number; groups?: number },
): Promise<ClonedFleet> => {
  const { db, inventory, objects } = appliance;
  const groupCount = options.groups ?? 40;
  const made = fleet({ packages: options.packages });
  const enrolled = await enrolDevices(appliance, options.profiles, { certified: false });
  for (let at = 0; at < enrolled.length; at += perTransaction)
    db.transaction(() => {
      for (const [n, { id }] of enrolled.slice(at, at + perTransaction).entries())
        for (const [name, items] of Object.entries(made.sections(at + n))) report(appliance, id, name, items);
    }).immediate();
  const actor = { type: 'system', id: 'bench', label: 'bench', rights: new Set(['all']) } as const;
  const groups = Array.from(
    { length: groupCount },
    (_, n) => objects.create({ ...actor, rights: new Set(['all'] as const) }, 'group', { name: `Area ${n}` }).id,
  );
  const first = enrolled[0]?.id ?? 1;
  const tables = ['identity', 'platform', 'activity', 'accounts'].map((name) => ({
    name: `inv_${name}`,
    columns: (db.pragma(`table_info(inv_${name})`) as { name: string }[])
      .map((column) => column.name)
      .filter((name) => name !== 'id' && name !== 'device'),
  }));
  // One statement for all devices of each table: row by row it would take longer than the benchmark.
  const all = `with recursive n (n) as (select ${options.profiles} union all select n + 1 from n where n + 1 < ${options.devices})`;
  const from = `${first} + n % ${options.profiles}`;
  const group = `'["' || '${groups.join(`","`)}' || '"]'`;
  db.transaction(() => {
    db.exec(`insert into device (id, public_id, state, hostname, os, arch, from_address, created_at, approved_at, enrolled_at,
        last_seen_at, uuid, serial)
      ${all} select ${first} + n, lower(hex(randomblob(16))), 'managed', 'host-' || n, 'Debian GNU/Linux 13', 'amd64', '10.0.0.1',
        0, 0, 0, ${Date.now()} - (n * 7919 % 100) * 60000, lower(hex(randomblob(16))), 'S' || hex(randomblob(6)) from n`);
    db.exec(
      `insert into device_mac (mac, device) ${all} select '3c:ec:' || lower(hex(randomblob(4))), ${first} + n from n`,
    );
    db.exec(`insert into device_hint (kind, value, device, seen_at)
      ${all} select 'dns', 'host-' || n || '.plant.example', ${first} + n, 0 from n`);
    db.exec(`insert into section (device, collection, source, hash, collected_at, received_at, best, count)
      ${all} select ${first} + n, collection, source, hash, collected_at, received_at, best, count
      from n join section on device = ${from} where collection in (${sections})`);
    const said = `"kernel", "installedAt", "uninstallCommand", "sizeKb"`;
    // `cross join` keeps this order: with another one each device walks all sections.
    db.exec(`insert into device_software (section, items, ${said})
      ${all} select s.id, a.items, ${said} from n
      cross join section s on s.device = ${first} + n and s.collection = 'software'
      cross join section o on o.device = ${from} and o.collection = 'software' cross join device_software a on a.section = o.id`);
    for (const { name, columns } of tables) {
      const list = columns.map((column) => `"${column}"`).join(', ');
      db.exec(
        `insert into ${name} (device, ${list}) ${all} select ${first} + n, ${list} from n join ${name} on device = ${from}`,
      );
    }
    db.exec(`update inv_identity set "name" = 'host-' || lower(hex(randomblob(3))),
        "ipv4" = '["10.' || (device / 65536) || '.' || (device / 256 % 256) || '.' || (device % 256) || '"]'
      where device >= ${first + options.profiles}`);
    db.exec(`insert into device_component (device, since, components, nameless)
      ${all} select ${first} + n, since, components, nameless from n join device_component on device = ${from}`);
    db.exec(`insert into pending (entity, id, since) ${all} select 'software', ${first} + n, 0 from n`);
    db.exec(`insert into object (kind, id, revision, created_at, updated_at, body)
      select 'device-decision', public_id, 1, 0, 0, json_object('group', json_extract(${group}, '$[' || (id * 31 % ${groupCount}) || ']'))
      from device where id >= ${first + options.profiles} and id % 5 > 0`);
    for (const [at, tag] of tags.entries())
      db.exec(`insert into device_tag (tag, device, source)
        select '${tag}', id, 'hand' from device where abs(id * 2654435761 + ${at} * 40503) % 4 = 0`);
  }).immediate();
  // Each item and component is on as many more devices as its profile was copied.
  const times = new Map<number, number>();
  const componentTimes = new Map<number, number>();
  const of = db.prepare<[number], Buffer>('select components from device_component where device = ?').pluck();
  for (let profile = 0; profile < options.profiles; profile += 1) {
    const copiesOf = Math.ceil((options.devices - profile) / options.profiles) - 1;
    for (const item of inventory.memberIds(first + profile, 'software'))
      times.set(item, (times.get(item) ?? 0) + copiesOf);
    const packed = of.get(first + profile);
    for (const component of packed === undefined ? [] : idsOf(packed))
      componentTimes.set(component, (componentTimes.get(component) ?? 0) + copiesOf);
  }
  const addCount = db.prepare('update inv_software_count set devices = devices + ? where id = ?');
  const addComponent = db.prepare('update component_count set devices = devices + ? where id = ?');
  db.transaction(() => {
    for (const [item, n] of times) addCount.run(n, item);
    for (const [component, n] of componentTimes) addComponent.run(n, component);
  }).immediate();
  return { devices: options.devices, profiles: options.profiles, groups };
};
