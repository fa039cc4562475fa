import type { ConnectionRecord } from '../../platform/connect.ts';
import type { Database } from '../../platform/database.ts';

type SubjectRow = {
  subject: string;
  device: number | null;
  last_at: number | null;
  ok_at: number | null;
  code: string | null;
  message: string | null;
  summary: string | null;
  stop: number;
};

export type OutboundRow = {
  purpose: string;
  target: string;
  object: string;
  opened: number;
  failed: number;
  denied: number;
  bytes_read: number;
  bytes_written: number;
  first_at: number;
  last_at: number;
};

const tellAgainMs = 3_600_000;
const maxTold = 100;

/** SQL of what discovery keeps: how each directory and range went last, and the connections that were opened. */
export const discoveryStore = (db: Database) => {
  const subject = db.prepare<[string], SubjectRow>('select * from discovery_subject where subject = ?');
  const touch = db.prepare<[string]>('insert into discovery_subject (subject) values (?) on conflict do nothing');
  const setDevice = db.prepare<[number, string]>('update discovery_subject set device = ? where subject = ?');
  const setStop = db.prepare<[number, string]>('update discovery_subject set stop = ? where subject = ?');
  const succeed = db.prepare<[number, number, string, string]>(
    'update discovery_subject set last_at = ?, ok_at = ?, code = null, message = null, summary = ? where subject = ?',
  );
  const fail = db.prepare<[number, string, string, string]>(
    'update discovery_subject set last_at = ?, code = ?, message = ? where subject = ?',
  );
  const count = db.prepare<[string, string, string, number, number, number, number, number, number, number]>(
    `insert into outbound (purpose, target, object, opened, failed, denied, bytes_read, bytes_written, first_at, last_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (purpose, target) do update set object = excluded.object, opened = opened + excluded.opened,
       failed = failed + excluded.failed, denied = denied + excluded.denied, bytes_read = bytes_read + excluded.bytes_read,
       bytes_written = bytes_written + excluded.bytes_written, last_at = excluded.last_at`,
  );
  const toldLately = db
    .prepare<[string, string, number], number>(
      'select 1 from outbound where purpose = ? and target = ? and told_at > ?',
    )
    .pluck();
  const toldSince = db.prepare<[number], number>('select count(*) from outbound where told_at > ?').pluck();
  const setTold = db.prepare<[number, string, string]>(
    'update outbound set told_at = ? where purpose = ? and target = ?',
  );
  const subjects = db.prepare<[], SubjectRow>('select * from discovery_subject');
  const dropSubject = db.prepare<[string]>('delete from discovery_subject where subject = ?');
  const dropOutbound = db.prepare<[number]>('delete from outbound where last_at < ?');
  const connections = db.prepare<[number], OutboundRow>('select * from outbound order by last_at desc limit ?');
  return {
    subject: (name: string): SubjectRow | undefined => subject.get(name),
    setDevice: (name: string, device: number): void => {
      touch.run(name);
      setDevice.run(device, name);
    },
    setStop: (name: string, stop: boolean): void => {
      touch.run(name);
      setStop.run(stop ? 1 : 0, name);
    },
    succeed: (name: string, at: number, summary: unknown): void => {
      touch.run(name);
      succeed.run(at, at, JSON.stringify(summary), name);
    },
    fail: (name: string, at: number, code: string, message: string): void => {
      touch.run(name);
      fail.run(at, code, message.slice(0, 500), name);
    },
    /** Counts a connection. Whether a denied one is to be told: of each target once an hour, of all not without end. */
    count: (record: ConnectionRecord, at: number): boolean => {
      const one = (outcome: ConnectionRecord['outcome']): number => (record.outcome === outcome ? 1 : 0);
      const target = record.port === 0 ? record.host : `${record.host}:${record.port}`;
      const { purpose, object, bytesRead, bytesWritten } = record;
      count.run(
        purpose,
        target.slice(0, 300),
        object,
        one('opened'),
        one('failed'),
        one('denied'),
        bytesRead,
        bytesWritten,
        at,
        at,
      );
      if (record.outcome !== 'denied') return false;
      const key = [purpose, target.slice(0, 300)] as const;
      const since = at - tellAgainMs;
      if (toldLately.get(...key, since) !== undefined || (toldSince.get(since) ?? 0) >= maxTold) return false;
      setTold.run(at, ...key);
      return true;
    },
    subjects: (): SubjectRow[] => subjects.all(),
    dropSubject: (name: string): void => {
      dropSubject.run(name);
    },
    dropConnections: (before: number): number => dropOutbound.run(before).changes,
    /** Questions to a range, together: one row for each address would say no more. */
    countQuestions: (object: string, range: string, questions: number, at: number): void => {
      count.run('discovery', range, object, questions, 0, 0, 0, 0, at, at);
    },
    connections: (limit: number): OutboundRow[] => connections.all(limit),
  };
};

export type DiscoveryStore = ReturnType<typeof discoveryStore>;
