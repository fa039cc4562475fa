import type { Database } from '../../src/platform/database.ts';

/** What is kept of how many devices have something, counted over those that are left. */
export function countAgain(db: Database): void {
  const counts = new Map<number, number>();
  for (const bytes of db.prepare<[], Buffer>('select components from device_component').pluck().all())
    for (let at = 0; at < bytes.length; at += 4)
      counts.set(bytes.readUInt32LE(at), (counts.get(bytes.readUInt32LE(at)) ?? 0) + 1);
  db.exec('update component_count set devices = 0');
  for (const [component, devices] of counts)
    db.prepare('update component_count set devices = ? where id = ?').run(devices, component);
  for (const [state, name] of ['affected_fix', 'affected_none', 'review_fix', 'review_none'].entries())
    db.exec(`update match_advisory set ${name} = (select count(*) from match m join component_count c on c.id = m.component
      where m.adv = match_advisory.adv and m.until is null and m.state = ${state} and c.devices > 0)`);
  const held = `from component_fix f join component_count c on c.id = f.component where f.source = source_fix.source and c.devices > 0`;
  db.exec(`delete from source_fix where not exists (select 1 ${held})`);
  for (const name of ['act', 'attend', 'track_star', 'track', 'unkeyed'])
    db.exec(`update source_fix set ${name} = (select sum(f.${name}) ${held})`);
  // Here each device has at most one version of a package.
  db.exec(`update source_fix set devices = (select sum(c.devices) ${held}), worst = (select min(f.worst) ${held})`);
  db.exec(
    `update update_need set devices = (select count(*) from update_device d where d.number = update_need.number)`,
  );
}
