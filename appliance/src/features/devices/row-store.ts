import { type Database, immediate } from '../../platform/database.ts';

// device_row holds, per device, what lists filter and sort by. It is derived from tables of several features, and triggers
// derive it again whenever one of them changes, so that no writer can forget it and no reader sees half of a change. All
// triggers go through one view, whose own trigger holds the only statement that says what a row is.

/** The best source's row of a collection with one item per device. */
const single = (alias: string, collection: string): string =>
  `left join section s_${alias} on s_${alias}.device = d.id and s_${alias}.collection = '${collection}' and s_${alias}.best = 1
   left join inv_${collection} ${alias} on ${alias}.device = d.id and ${alias}.section_source = s_${alias}.source`;

/** Ids of os-release whose name is more than their first letter. */
const osNames: Readonly<Record<string, string>> = {
  almalinux: 'AlmaLinux',
  centos: 'CentOS',
  opensuse: 'openSUSE',
  rhel: 'Red Hat Enterprise Linux',
  sles: 'SUSE Linux Enterprise',
};

/** `Debian 13`: what people call it; over device d and inv_platform p. */
export const osNameSql = `case when coalesce(p."vendor", '') = '' then d.os else
  case p."vendor" ${Object.entries(osNames)
    .map(([id, name]) => `when '${id}' then '${name}'`)
    .join(' ')}
    else upper(substr(p."vendor", 1, 1)) || substr(p."vendor", 2) end
  || case when coalesce(p."release", '') = '' then '' else ' ' || p."release" end end`;

/** Its first IPv4 address; of a device that has not spoken, the one that it was last seen under. */
export const addressSql = `coalesce(json_extract(i."ipv4", '$[0]'),
  (select value from device_hint where device = d.id and kind = 'address' and i.id is null order by seen_at desc, value limit 1))`;

const columns = [
  'device',
  'kind',
  'state',
  'level',
  'worst',
  'findings_key',
  'act_key',
  'group_id',
  'name_key',
  'group_key',
  'os_key',
  'address_key',
  'addresses',
  'os_search',
  'search',
] as const;

// Ranks of levels as in the console: until rules have looked at a device, its state alone says what it is.
const levelWithoutStatus = `case d.state when 'held' then 0 when 'pending' then 2 when 'revoked' then 7 else 5 end`;

const rowSql = (where: string): string => `
select device, kind, state, level, worst, findings_key, act_key, group_id, fold(name) as name_key, fold(group_name) as group_key,
  fold(os_name) as os_key, address_key(address) as address_key, addresses, fold(os_name || ' ' || os || ' ' || arch) as os_search,
  fold(name || ' ' || hostname || ' ' || dns_name || addresses || ' ' || os_name || ' ' || public_id) as search
from (
  select d.id as device, d.kind as kind, d.state as state, coalesce(t.level, ${levelWithoutStatus}) as level, f.worst as worst,
    -coalesce(f.findings, 0) as findings_key, -coalesce(f.act, 0) as act_key, g.id as group_id,
    coalesce(json_extract(g.body, '$.name'), '') as group_name, d.public_id as public_id, d.os as os,
    coalesce(p."arch", d.arch) as arch, ${osNameSql} as os_name,
    coalesce(nullif(json_extract(o.body, '$.displayName'), ''), nullif(i."name", ''), nullif(d.hostname, ''), d.public_id) as name,
    coalesce(nullif(i."name", ''), d.hostname) as hostname, coalesce(i."dnsName", '') as dns_name,
    coalesce(${addressSql}, '') as address,
    coalesce((select group_concat(' ' || value, '') from (
      select value from json_each(coalesce(i."ipv4", '[]')) union all select value from json_each(coalesce(i."ipv6", '[]'))
      union all select value from device_hint where device = d.id and kind = 'address' and i.id is null)), '') as addresses
  from device d
  ${single('i', 'identity')}
  ${single('p', 'platform')}
  left join device_status t on t.device = d.id
  left join device_findings f on f.device = d.id
  left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
  left join object g on g.kind = 'group' and g.id = json_extract(o.body, '$.group') and g.deleted_at is null
  where ${where}
)`;

const upsertSql = (where: string): string => {
  const rest = columns.slice(1);
  return `insert into device_row (${columns.join(', ')}) select ${columns.join(', ')} from (${rowSql(where)}) where true
    on conflict (device) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}
    where ${rest.map((name) => `device_row.${name} is not excluded.${name}`).join(' or ')}`;
};

type Trigger = { name: string; on: string; when?: string; body: string };

const touch = (device: string): string => `insert into device_row_touch (device) values (${device});`;

const sectionTriggers = (): Trigger[] => {
  const ours = (side: string): string => `${side}.collection in ('identity', 'platform')`;
  return [
    { name: 'section_added', on: 'insert on section', when: ours('new'), body: touch('new.device') },
    {
      name: 'section_changed',
      on: 'update of best, device, source, collection on section',
      when: `${ours('new')} or ${ours('old')}`,
      body: `${touch('old.device')} ${touch('new.device')}`,
    },
    { name: 'section_gone', on: 'delete on section', when: ours('old'), body: touch('old.device') },
  ];
};

/** A table with one row, or the rows of one section, per device. */
const rowTriggers = (table: string): Trigger[] => [
  { name: `${table}_added`, on: `insert on ${table}`, body: touch('new.device') },
  { name: `${table}_changed`, on: `update on ${table}`, body: `${touch('old.device')} ${touch('new.device')}` },
  { name: `${table}_gone`, on: `delete on ${table}`, body: touch('old.device') },
];

const objectTriggers = (): Trigger[] => {
  const body = (side: string): string =>
    `insert into device_row_touch (device) select id from device where ${side}.kind = 'device-decision' and public_id = ${side}.id;
     insert into device_row_touch (device) select device from device_row where ${side}.kind = 'group' and group_id = ${side}.id;`;
  const ours = (side: string): string => `${side}.kind in ('device-decision', 'group')`;
  // A group that comes back is nobody's in device_row yet: the decisions know whose it is.
  const back = `insert into device_row_touch (device) select d.id from object o join device d on d.public_id = o.id
    where new.kind = 'group' and old.deleted_at is not null and new.deleted_at is null
      and o.kind = 'device-decision' and json_extract(o.body, '$.group') = new.id;`;
  return [
    { name: 'object_added', on: 'insert on object', when: ours('new'), body: body('new') },
    { name: 'object_changed', on: 'update on object', when: ours('new'), body: `${body('new')} ${back}` },
    { name: 'object_gone', on: 'delete on object', when: ours('old'), body: body('old') },
  ];
};

const triggers = (): Trigger[] => [
  { name: 'device_added', on: 'insert on device', body: touch('new.id') },
  {
    name: 'device_changed',
    on: 'update of state, kind, public_id, hostname, os, arch on device',
    body: touch('new.id'),
  },
  { name: 'device_gone', on: 'delete on device', body: 'delete from device_row where device = old.id;' },
  ...sectionTriggers(),
  ...rowTriggers('inv_identity'),
  ...rowTriggers('inv_platform'),
  { name: 'hint_added', on: 'insert on device_hint', when: `new.kind = 'address'`, body: touch('new.device') },
  {
    name: 'hint_changed',
    on: 'update on device_hint',
    when: `'address' in (new.kind, old.kind)`,
    body: `${touch('old.device')} ${touch('new.device')}`,
  },
  { name: 'hint_gone', on: 'delete on device_hint', when: `old.kind = 'address'`, body: touch('old.device') },
  ...rowTriggers('device_status'),
  ...rowTriggers('device_findings'),
  ...objectTriggers(),
];

const triggerSql = ({ name, on, when, body }: Trigger): string =>
  `create trigger device_row_${name} after ${on}${when === undefined ? '' : ` when ${when}`} begin ${body} end`;

const rowStatements = (): string[] => [
  'create view device_row_touch as select 0 as device where false',
  `create trigger device_row_touched instead of insert on device_row_touch begin ${upsertSql('d.id = new.device')}; end`,
  ...triggers().map(triggerSql),
];

/** Makes the triggers that are missing or of an older version, and then every row anew; else it only looks. */
export const ensureDeviceRows = (db: Database): void => {
  const held = db.prepare<[], { name: string; type: string; sql: string }>(
    `select name, type, sql from sqlite_schema
     where type in ('trigger', 'view') and (name = 'device_row_touch' or name like 'device\\_row\\_%' escape '\\')`,
  );
  const wanted = rowStatements();
  const isCurrent = (): boolean => {
    const there = new Set(held.all().map(({ sql }) => sql.toLowerCase()));
    return there.size === wanted.length && wanted.every((sql) => there.has(sql.toLowerCase()));
  };
  if (isCurrent()) return;
  immediate(db, () => {
    if (isCurrent()) return;
    for (const { name, type } of held.all().sort((a) => (a.type === 'trigger' ? -1 : 1)))
      db.exec(`drop ${type} if exists ${name}`);
    for (const sql of wanted) db.exec(sql);
    db.exec('delete from device_row');
    db.exec(upsertSql('true'));
  });
};

/** Rows that differ from what they are derived from; for `doctor`. */
export const verifyDeviceRows = (db: Database): string[] => {
  const differing = db.prepare<[], { device: number }>(
    `select device from (select ${columns.join(', ')} from device_row except select ${columns.join(', ')} from (${rowSql('true')}))
     union select device from (select ${columns.join(', ')} from (${rowSql('true')}) except select ${columns.join(', ')} from device_row)
     limit 20`,
  );
  return differing.all().map(({ device }) => `the list's row of device ${device} is not what its data say`);
};
