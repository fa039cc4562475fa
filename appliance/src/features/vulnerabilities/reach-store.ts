import { type ArrayDifference, followArrays } from '../../platform/array-changes.ts';
import type { Database } from '../../platform/database.ts';
import { compareIds, idsOf } from '../../platform/id-array.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { fixStore, putAllSources, recountDevices } from './fix-store.ts';
import { shiftSql } from './match-derived-store.ts';
import { STATE_COLUMNS } from './match-state.ts';
import { componentArrays } from './store.ts';

// What the lists of findings and fixes read, as a site has it on which nothing but the devices in reach is: tables and views of the
// temporary schema of a connection of their own, which SQLite finds before those of the same name in the database. Every statement
// of findings runs over it as it is, so none can forget what is reached.

/** Counted anew over what is reached. */
const counted = ['component_count', 'match_advisory', 'source_fix'] as const;
/** Rows of devices, cut to them; with the column that names the device. */
const cut = {
  device_component: 'device',
  device_component_log: 'device',
  finding_device: 'id',
  task: 'device',
} as const;

const makeTables = (db: Database): void => {
  db.pragma('temp_store = MEMORY');
  // The tables are referred to by name; nothing is written to what they name.
  db.pragma('foreign_keys = OFF');
  db.exec('create temp table reached (device integer primary key)');
  for (const [name, column] of Object.entries(cut))
    db.exec(
      `create temp view ${name} as select * from main.${name} where ${column} in (select device from temp.reached)`,
    );
  const made = db
    .prepare<[string], string>(
      `select sql from main.sqlite_master where tbl_name in (select value from json_each(?)) and sql is not null order by type desc`,
    )
    .pluck()
    .all(JSON.stringify(counted));
  for (const sql of made)
    db.exec(sql.replace(/^create table /i, 'create temp table ').replace(/^create index /i, 'create index temp.'));
};

type Held = { devices: Uint32Array; isGone: Uint8Array };

const none: Held = { devices: new Uint32Array(0), isGone: new Uint8Array(0) };

/** Whether a component stands in the list: a device in reach has it, or had it. */
const isListed = ({ devices, isGone }: Held, component: number): boolean =>
  (devices[component] ?? 0) > 0 || isGone[component] === 1;

/** More components than these got their first device or lost their last: everything is counted again. */
const mostOneByOne = 2_000;

/** Keeps the tables of a connection as the devices in reach are; `db` is read-only, and nothing else writes its temporary schema. */
export const reachedTables = (db: Database, scope: Scope) => {
  const sql = statements(db);
  makeTables(db);
  const inReach = devicesIn(scope, 'device');
  const addReached = sql.run(`insert into temp.reached select device from main.device_row where ${inReach.sql}`);
  const components = db.prepare<[], Buffer>('select components from device_component').pluck();
  // Asked about what came into reach before `temp.reached` has it.
  const componentsOf = db
    .prepare<[string], [number, Buffer]>(
      'select device, components from main.device_component where device in (select value from json_each(?))',
    )
    .raw();
  const follower = followArrays(
    db,
    componentArrays,
    scope,
    (devices) =>
      new Map(componentsOf.all(JSON.stringify(devices)).map(([device, bytes]) => [device, idsOf(bytes)] as const)),
  );
  const removed = db
    .prepare<[], number>('select distinct component from device_component_log where removed_at is not null')
    .pluck();
  const removedAmong = sql.values<[string, string], number>(
    `select distinct component from device_component_log where removed_at is not null
       and (component in (select value from json_each(?)) or device in (select value from json_each(?)))`,
  );
  const matched = sql.count<[]>('select matched from exchange_state where id = 1');
  const most = sql.count<[]>('select ifnull(max(id), 0) from component');
  const put = sql.run('insert or replace into temp.component_count (id, devices) values (?, ?)');
  const drop = sql.run('delete from temp.component_count where id = ?');
  const columns = (db.pragma('table_info(match_advisory)') as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => !STATE_COLUMNS.some((state) => state === name))
    .join(', ');
  const sums = STATE_COLUMNS.map(
    (name, state) => `sum(c.devices > 0 and m.until is null and m.state = ${state}) as ${name}`,
  ).join(', ');
  const countMatches = `insert into temp.match_advisory (${columns}, ${STATE_COLUMNS.join(', ')})
    select ${columns.replace('adv', 'g.adv')}, ${STATE_COLUMNS.map((name) => `n.${name}`).join(', ')}
    from (select m.adv as adv, ${sums} from temp.component_count c cross join main.match m on m.component = c.id group by m.adv) n
    cross join main.match_advisory g on g.adv = n.adv`;
  const addAdvisories = sql.run(
    `insert or ignore into temp.match_advisory (${columns}) select ${columns} from main.match_advisory
     where adv in (select adv from main.match where component = ?)`,
  );
  const [up, down] = [db.prepare(shiftSql('+')), db.prepare(shiftSql('-'))];
  const fixes = fixStore(db);

  let version: number | undefined;
  let devices: Uint8Array = new Uint8Array();
  let held = none;
  let matchedWith: number | undefined;
  let areDevicesCounted = false;

  const look = (): Held => {
    const size = most() + 1;
    const found: Held = { devices: new Uint32Array(size), isGone: new Uint8Array(size) };
    for (const bytes of components.iterate()) {
      const ids = idsOf(bytes);
      for (let at = 0; at < ids.length; at += 1) {
        const id = ids[at] as number;
        found.devices[id] = (found.devices[id] as number) + 1;
      }
    }
    for (const component of removed.iterate()) if (found.devices[component] === 0) found.isGone[component] = 1;
    return found;
  };

  /** What differs since the look before, in what was found then; a device that came brings what was removed from it. */
  const follow = (from: Held, differences: readonly ArrayDifference[]): Held => {
    const size = Math.max(most() + 1, from.devices.length);
    const found: Held = { devices: new Uint32Array(size), isGone: new Uint8Array(size) };
    found.devices.set(from.devices);
    found.isGone.set(from.isGone);
    const touched = new Set<number>();
    for (const { before, now } of differences) {
      const { added, removed } = compareIds(before, now);
      for (const id of added) found.devices[id] = (found.devices[id] as number) + 1;
      for (const id of removed) found.devices[id] = (found.devices[id] as number) - 1;
      for (const id of [...added, ...removed]) touched.add(id);
    }
    for (const id of touched) found.isGone[id] = 0;
    const came = differences.map(({ device }) => device);
    for (const id of removedAmong(JSON.stringify([...touched]), JSON.stringify(came)))
      if (found.devices[id] === 0) found.isGone[id] = 1;
    return found;
  };

  const countAll = (): void => {
    db.exec('delete from temp.match_advisory; delete from temp.source_fix');
    db.exec(countMatches);
    putAllSources(db);
  };

  const forgetAll = (): void => {
    devices = new Uint8Array();
    follower.forget();
    held = none;
    matchedWith = undefined;
  };

  const refresh = (): void => {
    if (held === none) db.exec('delete from temp.reached; delete from temp.component_count');
    const { reached, differences } = follower.look();
    if (held === none || Buffer.compare(reached, devices) !== 0) {
      db.exec('delete from temp.reached');
      addReached(...inReach.params);
      devices = reached;
    }
    const before = held;
    held = differences === undefined ? look() : follow(before, differences);
    const flipped: number[] = [];
    for (let id = 0; id < Math.max(held.devices.length, before.devices.length); id += 1) {
      const [had, has] = [before.devices[id] ?? 0, held.devices[id] ?? 0];
      const isSame = had === has && isListed(before, id) === isListed(held, id);
      if (isSame) continue;
      if (isListed(held, id)) put(id, has);
      else drop(id);
      if (had === 0 || has === 0 || !isListed(before, id)) flipped.push(id);
    }
    const made = matched();
    const isAnew = made !== matchedWith || flipped.length > mostOneByOne;
    if (isAnew) countAll();
    else {
      for (const id of flipped) {
        const [had, has] = [before.devices[id] ?? 0, held.devices[id] ?? 0];
        addAdvisories(id);
        if (had === 0 && has > 0) up.run(id);
        if (had > 0 && has === 0) down.run(id);
      }
      if (flipped.length > 0) fixes.refresh(flipped);
    }
    matchedWith = made;
    areDevicesCounted &&= !isAnew && differences !== undefined;
    if (areDevicesCounted)
      for (const one of differences ?? []) {
        const { added, removed } = compareIds(one.before, one.now);
        fixes.shift(one.before, one.now, [...added, ...removed]);
      }
  };

  return {
    /** Call before each look at the lists: it costs nothing while the database is as it was. */
    refresh: (): void => {
      const now = db.pragma('data_version', { simple: true }) as number;
      if (now === version) return;
      try {
        db.transaction(refresh)();
      } catch (error) {
        // The tables are as they were before, and what is remembered of them is not.
        forgetAll();
        throw error;
      }
      version = now;
    },
    /** Call before the number of devices of a package is read. */
    countDevices: (): void => {
      if (areDevicesCounted) return;
      recountDevices(db);
      areDevicesCounted = true;
    },
  };
};
