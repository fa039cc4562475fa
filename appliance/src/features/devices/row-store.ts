import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediate } from '../../platform/database.ts';
import { AT_ONCE, pendingOf, type Queue } from '../../platform/pending.ts';
import { statements } from '../../platform/statements.ts';
import { rankOf } from '../rules/types.ts';

// device_row holds, per device, what lists filter and sort by. It is derived from tables of several features, whenever one of
// them says that it changed (derivations.ts), in the same transaction. One statement says what a row is.

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

/** The group that somebody put a device in; of one that waits, the group that its token names. */
export const groupIdSql = `coalesce(json_extract(o.body, '$.group'), case when d.state in ('pending', 'held') then d.device_group end)`;

// Until rules have looked at a device, its state alone says what it is.
const levelWithoutStatus = `case d.state when 'held' then ${rankOf('critical')} when 'managed' then ${rankOf('waiting')}
  when 'pending' then ${rankOf('waiting')} else ${rankOf('info')} end`;

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
  left join object g on g.kind = 'group' and g.id = ${groupIdSql} and g.deleted_at is null
  where ${where}
)`;

const upsertSql = (where: string): string => {
  const rest = columns.slice(1);
  return `insert into device_row (${columns.join(', ')}) select ${columns.join(', ')} from (${rowSql(where)}) where true
    on conflict (device) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}
    where ${rest.map((name) => `device_row.${name} is not excluded.${name}`).join(' or ')}`;
};

const farBehind = 1_000;

/** SQL of the rows of the list. */
export function deviceRows(db: Database) {
  const sql = statements(db);
  const pending = pendingOf(db, 'row');
  const write = sql.run<[devices: readonly number[]]>(upsertSql('d.id in (select value from json_each(?))'));
  const isBehind = (): boolean => pending.some(1).length > 0;
  return {
    /** Derives rows anew, many of them in turn. In the transaction of the change. */
    derive: (devices: readonly number[]): void => {
      if (devices.length === 0) return;
      if (devices.length <= AT_ONCE) write(devices);
      else pending.note(devices);
    },
    /** The devices that decisions are about, by public ids. */
    ofDecisions: sql.values<[publicIds: readonly string[]], number>(
      'select id from device where public_id in (select value from json_each(?))',
    ),
    /** The devices in some groups. */
    // Those that the decisions put there, too: a group that comes back is in no row yet.
    inGroups: sql.values<[groups: readonly string[]], number>(
      `select device from device_row where group_id in (select value from json_each(?1))
       union select d.id from object_index i cross join device d on d.public_id = i.id
         where i.kind = 'device-decision' and i.field = 'group' and i.value in (select value from json_each(?1))`,
    ),
    isBehind,
    isFarBehind: () => pending.some(farBehind + 1).length > farBehind,
    run: ({ budgetMs = 50 }) => {
      const end = steadyMs() + budgetMs;
      while (isBehind()) {
        immediate(db, () => {
          const devices = pending.some(AT_ONCE);
          write(devices);
          pending.drop(devices);
        });
        if (steadyMs() >= end) break;
      }
      return { more: isBehind() };
    },
    /** Every row at once. */
    remake: (): void => void db.exec(upsertSql('true')),
  } satisfies Queue & Record<string, unknown>;
}

/** Rows that differ from what they are derived from and do not wait for it; for `doctor`. */
export const verifyDeviceRows = (db: Database): string[] => {
  const sql = statements(db);
  const differing = sql.all<[], { device: number }>(
    `select device from (select ${columns.join(', ')} from device_row except select ${columns.join(', ')} from (${rowSql('true')}))
     union select device from (select ${columns.join(', ')} from (${rowSql('true')}) except select ${columns.join(', ')} from device_row)
     except select id from pending where entity = 'row' limit 20`,
  );
  return differing().map(({ device }) => `the list's row of device ${device} is not what its data say`);
};
