import { createHash } from 'node:crypto';
import type { Database } from '../../src/platform/database.ts';

// Makes of a site what is left of it for a role: everything that CONTROL.md §1 says is out of its reach is deleted, and what
// stands above it has other names. Written from the schema, by SQL alone: nothing of the product decides here what is reached.

/** Groups and zones that a role is limited to, by their ids. */
export type Roots = { readonly groups: readonly string[]; readonly zones: readonly string[] };

const reachSql = `
  create temp table reached_group as
    with recursive below(id) as (
      select value from json_each(@groups)
      union select g.id from object g join below b on json_extract(g.body, '$.parent') = b.id
        where g.kind = 'group' and g.deleted_at is null)
    select id from below;
  create temp table group_above as
    with recursive above(id) as (
      select json_extract(body, '$.parent') from object where kind = 'group' and id in (select value from json_each(@groups))
      union select json_extract(g.body, '$.parent') from object g join above a on g.id = a.id where g.kind = 'group')
    select id from above where id is not null and id not in (select id from reached_group);
  create temp table reached_zone as
    with recursive below(id) as (
      select value from json_each(@zones)
      union select z.id from object z join below b on json_extract(z.body, '$.parent') = b.id
        where z.kind = 'controller-zone' and z.deleted_at is null)
    select id from below;
  create temp table reached_device as
    select d.id, d.public_id from device d
    left join object own on own.kind = 'device-decision' and own.id = d.public_id and own.deleted_at is null
    left join object token on token.kind = 'token' and token.id = d.token
    where coalesce(json_extract(own.body, '$.group'),
      case when own.id is null and d.state in ('pending', 'held') then json_extract(token.body, '$.group') end)
      in (select id from reached_group);
  create temp table reached_controller as
    select c.id, c.public_id from controller c join controller_row r on r.controller = c.id
    where r.zone in (select id from reached_zone);
  create unique index temp.reached_device_id on reached_device (id);
  create unique index temp.reached_controller_id on reached_controller (id);
  create temp table gone (kind text, id text, primary key (kind, id));`;

const devices = '(select id from reached_device)';
const publicIds = '(select public_id from reached_device)';
const groups = '(select id from reached_group)';
const above = '(select id from group_above)';
const zones = '(select id from reached_zone)';
const controllers = '(select id from reached_controller)';
const patches = '(select cast(id as text) from ot_patch)';
const controllerIds = '(select public_id from reached_controller)';

/** Some objects name zones. */
const zoneNames =
  "(select id from reached_zone union select title from object where kind = 'controller-zone' and id in (select id from reached_zone))";

const isEmpty = (name: string): string => `coalesce(json_array_length(body, '$.${name}'), 0) = 0`;
const field = (name: string): string => `json_extract(body, '$.${name}')`;
const anyOf = (name: string, reached: string): string =>
  `exists (select 1 from json_each(body, '$.${name}') where value in ${reached})`;
const allOf = (name: string, reached: string): string =>
  `not exists (select 1 from json_each(body, '$.${name}') where value not in ${reached})`;

/** By kind: which objects are in reach. Kinds of the catalogue, of the site and of their owner stay as they are. */
const objectsInReach: Readonly<Record<string, string>> = {
  group: `id in ${groups}`,
  'device-decision': `id in ${publicIds}`,
  'agent-scan': `${field('device')} in ${publicIds}`,
  'deploy-consent': `${field('group')} in ${groups} or ${field('group')} in ${above}`,
  'package-exclusion': `${field('group')} in ${groups} or ${field('group')} in ${above}`,
  'executable-collection': `${field('group')} in ${groups} or ${field('group')} in ${above}`,
  'file-search': `${field('group')} in ${groups} or ${field('group')} in ${above}`,
  'neighbour-collection': `${field('group')} in ${groups} or ${field('group')} in ${above}`,
  'status-conditions': `${field('group')} is null or ${field('group')} in ${groups} or ${field('group')} in ${above}`,
  baseline: `coalesce(${field('device')} in ${publicIds}, 0) or coalesce(${field('group')} in ${groups}, 0)
    or coalesce(${field('group')} in ${above}, 0)`,
  deployment: `coalesce(${field('group')} in ${groups}, 0) or ${anyOf('devices', publicIds)}
    or id in (select deployment from task where device in ${devices})`,
  'hardware-record': `case when ${field('part')} like 'device/%'
      then exists (select 1 from reached_device d where ${field('part')} like 'device/' || d.public_id || '/%')
      else exists (select 1 from inv_hardware h where h.device in ${devices}
        and ${field('part')} = 'serial/' || h.type || '/' || h.serial) end`,
  'controller-decision': `id in ${controllerIds}`,
  'controller-record': `id in ${controllerIds}`,
  'controller-program': `id in ${controllerIds}`,
  'controller-query-policy': `id in ${controllerIds}`,
  'controller-project-file': `${field('controller')} in ${controllerIds}`,
  'controller-identification': allOf('controllers', controllerIds),
  'controller-zone': `id in ${zones}`,
  'controller-conduit': `${field('from')} in ${zones} and ${field('to')} in ${zones}`,
  // One without zones and controllers is of the whole site, and for everybody.
  'maintenance-window': `${anyOf('zones', zoneNames)} or ${anyOf('controllers', controllerIds)} or (${isEmpty('zones')} and ${isEmpty('controllers')})`,
  mitigation: `${anyOf('zones', zoneNames)} or ${anyOf('controllers', controllerIds)}`,
  'risk-acceptance': `coalesce(${field('zone')} in ${zones}, 0)`,
};

/** Tables whose rows belong to the device that a column names. */
const ofDevices: readonly (readonly [table: string, column: string])[] = [
  ['section', 'device'],
  ['change_log', 'device'],
  ['array_change', 'device'],
  ['device_mac', 'device'],
  ['device_certificate', 'device'],
  ['agent_event', 'device'],
  ['device_component', 'device'],
  ['device_component_log', 'device'],
  ['task', 'device'],
  ['device_status', 'device'],
  ['device_findings', 'device'],
  ['device_coverage', 'device'],
  ['device_tag', 'device'],
  ['moving_done', 'device'],
  ['device_source', 'device'],
  ['device_hint', 'device'],
  ['live_answer', 'device'],
  ['sample', 'device'],
  ['osquery_node', 'device'],
  ['device_merge', 'keep'],
  ['device_distinct', 'one'],
  ['device_distinct', 'two'],
  ['deviation', 'device'],
  ['device_row', 'device'],
  ['item_aside', 'device'],
  ['device_task', 'device'],
  ['finding_device', 'id'],
  ['update_need_of', 'id'],
  ['update_device', 'id'],
  ['device', 'id'],
];

/** Tables whose rows belong to the controller that a column names. */
const ofControllers: readonly (readonly [table: string, column: string])[] = [
  ['controller_reading', 'controller'],
  ['controller_part', 'controller'],
  ['controller_key', 'controller'],
  ['controller_pair', 'one'],
  ['controller_pair', 'two'],
  ['controller_agreed', 'controller'],
  ['controller_merge', 'keep'],
  ['controller_change', 'controller'],
  ['controller_row', 'controller'],
  ['controller_part_identity', 'controller'],
  ['controller_part_identity_log', 'controller'],
  ['controller_held', 'controller'],
  ['controller_firmware_handover', 'controller'],
  ['controller_program_state', 'controller'],
  ['controller_program_change', 'controller'],
  ['controller_program_snapshot', 'controller'],
  ['controller', 'id'],
];

/** What hangs on rows that went, in an order in which each finds them gone. */
const afterwards: readonly string[] = [
  // With the records that became part of a device in reach.
  `with recursive part (id) as (select id from reached_device
     union select m.other from device_merge m join part on m.keep = part.id where m.undone_at is null)
   delete from event where device is not null and device not in (select id from part)`,
  "delete from event where device is null and coalesce(actor, '') not in (select value from json_each(@own))",
  `update device set resembles = null where resembles not in ${devices}`,
  'delete from device_merge_rows where merge not in (select id from device_merge)',
  `delete from baseline_acceptance where device is not null and device not in ${devices}`,
  "delete from baseline_content where baseline not in (select id from object where kind = 'baseline')",
  "delete from baseline_acceptance where baseline not in (select id from object where kind = 'baseline')",
  `delete from live_query where id not in (select query from live_answer) and created_by not in (select value from json_each(@own))`,
  'delete from sample_block where sample not in (select id from sample)',
  `delete from group_path where grp not in ${groups} or ancestor not in ${groups}`,
  'update component_count set devices = 0',
  'update update_need set devices = (select count(*) from update_device u where u.number = update_need.number)',
  'delete from update_need where devices = 0',
  'delete from controller_fact where reading not in (select id from controller_reading)',
  'delete from controller_effective where part not in (select id from controller_part)',
  `update controller_identity set controllers =
     (select count(distinct p.controller) from controller_part_identity p where p.identity = controller_identity.id)`,
  `delete from identification_run where job not in (select id from object where kind = 'controller-identification')`,
  `delete from identification_approval where job not in (select id from object where kind = 'controller-identification')`,
  'delete from identification_exchange where run not in (select id from identification_run)',
  'delete from identification_permit where run not in (select id from identification_run)',
  'delete from identification_packet where run not in (select id from identification_run)',
  `delete from identification_halt where zone not in ${zones}`,
  `delete from ot_patch_target where controller not in ${controllerIds}`,
  `delete from ot_patch_check where controller not in ${controllerIds}`,
  'delete from ot_patch where id not in (select patch from ot_patch_target)',
  ...['ot_patch_move', 'ot_patch_request', 'ot_patch_import_row'].map(
    (table) => `delete from ${table} where patch not in (select id from ot_patch)`,
  ),
  'delete from ot_patch_signature where request not in (select id from ot_patch_request)',
  'delete from daily_value',
  "delete from list_view where 'account:' || account not in (select value from json_each(@own))",
];

/** A top of what is reached has nothing above it; a baseline of a group above compares, and has no name. */
const kept = (kind: string, name: string, reached: string): string =>
  `update object set body = json_set(body, '$.${name}', json((select json_group_array(value) from json_each(body, '$.${name}')
     where value in ${reached}))) where kind = '${kind}' and not (${isEmpty(name)})`;
const cutOff: readonly string[] = [
  // What several are named in names those that are left.
  ...['maintenance-window', 'mitigation'].flatMap((kind) => [
    kept(kind, 'zones', zoneNames),
    kept(kind, 'controllers', controllerIds),
  ]),
  kept('app-category', 'devices', publicIds),
  kept('deployment', 'devices', publicIds),
  `delete from object where kind = 'outage-plan' and not (${isEmpty('patches')}) and not ${anyOf('patches', patches)}`,
  kept('outage-plan', 'patches', patches),
  ...['group', 'controller-zone'].flatMap((kind) => [
    `update object set body = json_set(body, '$.parent', null) where kind = '${kind}' and ${field('parent')} is not null
       and ${field('parent')} not in (select id from object where kind = '${kind}')`,
    `delete from object_index where kind = '${kind}' and field = 'parent'
       and value not in (select id from object where kind = '${kind}')`,
  ]),
  `update object set title = 'Elsewhere', body = json_set(body, '$.name', 'Elsewhere')
     where kind = 'baseline' and ${field('group')} in ${above}`,
];

const numbersIn = (blob: Buffer): number[] =>
  Array.from({ length: blob.length / 4 }, (_, n) => blob.readInt32LE(n * 4));

const tables = (db: Database): string[] =>
  db.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all();

/** Rows of collections: own ones by their device; of shared ones who has an item, and how many. */
const pruneInventory = (db: Database): void => {
  for (const table of tables(db).filter((name) => name.startsWith('inv_'))) {
    const columns = db.prepare<[], string>(`select name from pragma_table_info('${table}')`).pluck().all();
    if (columns.includes('device')) db.exec(`delete from ${table} where device not in ${devices}`);
  }
  for (const table of tables(db)) {
    const columns = db.prepare<[], string>(`select name from pragma_table_info('${table}')`).pluck().all();
    if (columns[0] === 'section' && columns[1] === 'items')
      db.exec(`delete from ${table} where section not in (select id from section)`);
  }
  for (const table of tables(db).filter((name) => /^inv_.*_count$/.test(name)))
    db.exec(`delete from ${table} where id not in (select item from ${table.replace(/_count$/, '_device')});
      update ${table} set devices =
        (select count(*) from ${table.replace(/_count$/, '_device')} where item = ${table}.id)`);
};

/** How many devices have a component, and what advisories and packages count because of it. */
const pruneCounts = (db: Database): void => {
  const add = db.prepare('update component_count set devices = devices + 1 where id = ?');
  for (const blob of db.prepare<[], Buffer>('select components from device_component').pluck().all())
    for (const component of numbersIn(blob)) add.run(component);
  const states = ['affected_fix', 'affected_none', 'review_fix', 'review_none'];
  db.exec(
    `update match_advisory set ${states
      .map(
        (
          column,
          state,
        ) => `${column} = (select count(*) from match m join component_count c on c.id = m.component and c.devices > 0
        where m.adv = match_advisory.adv and m.until is null and m.state = ${state})`,
      )
      .join(', ')}`,
  );
};

/** Deletes what the roots do not reach; `own` are the actors whose own acts they read, as events have them. */
export function prune(db: Database, { groups, zones }: Roots, own: readonly string[]): void {
  db.pragma('foreign_keys = off');
  const given = { groups: JSON.stringify(groups), zones: JSON.stringify(zones), own: JSON.stringify(own) };
  const run = (sql: string): void => {
    const bound = sql.replace(
      /@(groups|zones|own)/g,
      (_, name: keyof typeof given) => `'${given[name].replaceAll("'", "''")}'`,
    );
    db.exec(bound);
  };
  db.transaction(() => {
    run(reachSql);
    for (const [kind, inReach] of Object.entries(objectsInReach)) {
      run(`insert into gone select kind, id from object where kind = '${kind}' and not coalesce(${inReach}, 0)`);
    }
    for (const table of ['object', 'object_index', 'object_revision'])
      run(`delete from ${table} where (kind, id) in (select kind, id from gone)`);
    run('delete from audit where (kind, object) in (select kind, id from gone) and seq < (select max(seq) from audit)');
    for (const [table, column] of ofDevices) run(`delete from ${table} where ${column} not in ${devices}`);
    for (const [table, column] of ofControllers) run(`delete from ${table} where ${column} not in ${controllers}`);
    pruneInventory(db);
    for (const sql of [...afterwards, ...cutOff]) run(sql);
    pruneCounts(db);
  })();
}

const lists = ['reached_device', 'reached_controller', 'reached_group', 'reached_zone', 'group_above', 'gone'] as const;
const temporary = lists.map((name) => `drop table if exists temp.${name};`).join('');

/**
 * What reads all that the roots do not reach now: a digest for each table, by reaches as they were when this was called. It is the
 * same after every call of who reaches the roots alone.
 */
export function outsideOf(db: Database, { groups, zones }: Roots): () => ReadonlyMap<string, string> {
  const given = { groups: JSON.stringify(groups), zones: JSON.stringify(zones) };
  const bind = (sql: string): string =>
    sql.replace(/@(groups|zones)/g, (_, name: keyof typeof given) => `'${given[name]}'`);
  db.exec(temporary + bind(reachSql));
  for (const [kind, inReach] of Object.entries(objectsInReach))
    db.exec(`insert into gone select kind, id from object where kind = '${kind}' and not coalesce(${inReach}, 0)`);
  const asList = (sql: string): string =>
    sql.replace(
      /\(select (id|public_id) from ((?:reached_|group_)\w+)\)/g,
      (_, column: string, table: string) =>
        `(select value from json_each('${JSON.stringify(db.prepare(`select ${column} from ${table}`).pluck().all())}'))`,
    );
  const gone = JSON.stringify(db.prepare<[], string>("select kind || '/' || id from gone").pluck().all()).replaceAll(
    "'",
    "''",
  );
  const inventory = tables(db)
    .filter((name) => name.startsWith('inv_'))
    .filter((table) =>
      db.prepare<[], string>(`select name from pragma_table_info('${table}')`).pluck().all().includes('device'),
    );
  // Of devices and controllers that are there: what a merge sets aside is kept under numbers of its own.
  const others = (table: 'device' | 'controller', reached: string): string =>
    `(select value from json_each('${JSON.stringify(
      db
        .prepare(asList(`select id from ${table} where id not in ${reached}`))
        .pluck()
        .all(),
    )}'))`;
  const otherDevices = others('device', devices);
  const otherControllers = others('controller', controllers);
  const reads = [
    ...ofDevices.map(([table, column]) => `select * from ${table} where ${column} in ${otherDevices}`),
    ...inventory.map((table) => `select * from ${table} where device in ${otherDevices}`),
    `select * from event where device in ${otherDevices}`,
    ...ofControllers.map(([table, column]) => `select * from ${table} where ${column} in ${otherControllers}`),
    ...['object', 'object_revision'].map(
      (table) => `select * from ${table} where kind || '/' || id in (select value from json_each('${gone}'))`,
    ),
  ].map(asList);
  db.exec(temporary);
  const statements = reads.map((sql) => ({ sql, statement: db.prepare(sql).raw() }));
  return () =>
    new Map(
      statements.map(({ sql, statement }) => [
        sql.slice(0, 60),
        createHash('sha256').update(JSON.stringify(statement.all())).digest('hex'),
      ]),
    );
}
