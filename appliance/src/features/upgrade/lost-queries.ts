import type { Database } from '../../platform/database.ts';
import type { Lost } from './types.ts';

/** What `now` has and `before` has not: both are databases of one site, `before` the older one. */
export function lostSince(before: Database, now: Database): Lost {
  const highest = (table: 'device' | 'event' | 'bundle_import'): number =>
    before.prepare<[], number>(`select coalesce(max(id), 0) from ${table}`).pluck().get() ?? 0;
  const count = (sql: string, from: number): number => now.prepare<[number], number>(sql).pluck().get(from) ?? 0;
  const received = before.prepare<[], number>('select coalesce(max(received_at), 0) from section').pluck().get() ?? 0;
  return {
    devices: count('select count(*) from device where id > ?', highest('device')),
    reportingDevices: count('select count(distinct device) from section where received_at > ?', received),
    events: count('select count(*) from event where id > ?', highest('event')),
    bundles: count("select count(*) from bundle_import where id > ? and state = 'done'", highest('bundle_import')),
  };
}
