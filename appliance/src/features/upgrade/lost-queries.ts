import type { Database } from '../../platform/database.ts';
import type { Lost } from './types.ts';

// Both databases are of one site, `before` is the older one and may lack what a later release brought.

/** What each kind of object counts as; any other is one of `others`. */
const countedAs: Readonly<Record<string, 'settings' | 'approvals' | 'accounts' | 'deployments' | 'exceptions'>> = {
  setting: 'settings',
  'update-decision': 'approvals',
  account: 'accounts',
  role: 'accounts',
  token: 'accounts',
  deployment: 'deployments',
  'deploy-consent': 'deployments',
  'package-exclusion': 'exceptions',
  'risk-acceptance': 'exceptions',
  mitigation: 'exceptions',
};

/** Objects by kind of which `now` has a revision that `before` has not. */
const changedObjects = (now: Database): { kind: string; count: number }[] =>
  now
    .prepare<[], { kind: string; count: number }>(
      `select r.kind as kind, count(distinct r.id) as count from main.object_revision r
       where not exists (
         select 1 from before.object_revision b where b.kind = r.kind and b.id = r.id and b.revision = r.revision
       ) group by r.kind`,
    )
    .all();

/** What `now` has and `before` has not. `now` is a connection of its own: `before` is attached to it. */
export function lostSince(before: Database, now: Database): Lost {
  const highest = (table: 'device' | 'event' | 'bundle_import' | 'approval'): number =>
    before.prepare<[], number>(`select coalesce(max(id), 0) from ${table}`).pluck().get() ?? 0;
  const count = (sql: string, from: number): number => now.prepare<[number], number>(sql).pluck().get(from) ?? 0;
  const received = before.prepare<[], number>('select coalesce(max(received_at), 0) from section').pluck().get() ?? 0;
  now.prepare<[string]>('attach database ? as before').run(before.name);
  const differing = (table: string, key: string, where: string): number => {
    const rows = (schema: string): string => `select ${key} from ${schema}.${table} where ${where}`;
    const oneWay = (a: string, b: string): string => `select * from (${rows(a)} except ${rows(b)})`;
    return (
      now
        .prepare<[], number>(`select count(*) from (${oneWay('main', 'before')} union all ${oneWay('before', 'main')})`)
        .pluck()
        .get() ?? 0
    );
  };
  const lost: Lost = {
    devices: count('select count(*) from device where id > ?', highest('device')),
    reportingDevices: count('select count(distinct device) from section where received_at > ?', received),
    events: count('select count(*) from event where id > ?', highest('event')),
    bundles: count("select count(*) from bundle_import where id > ? and state = 'done'", highest('bundle_import')),
    // Devices that enrolled since are counted as such.
    tags: differing('device_tag', 'tag, device', "source = 'hand' and device in (select id from before.device)"),
    settings: 0,
    approvals: count("select count(*) from approval where id > ? and type <> 'author'", highest('approval')),
    accounts: 0,
    deployments: 0,
    exceptions: differing('baseline_acceptance', 'id', 'true'),
    others: 0,
  };
  for (const { kind, count: changed } of changedObjects(now)) lost[countedAs[kind] ?? 'others'] += changed;
  return lost;
}
