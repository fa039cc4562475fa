import type { ConnectionRecord } from '../../platform/connect.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

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
  const sql = statements(db);
  const touch = sql.run<[string]>('insert into discovery_subject (subject) values (?) on conflict do nothing');
  const setDevice = sql.run<[number, string]>('update discovery_subject set device = ? where subject = ?');
  const setStop = sql.run<[number, string]>('update discovery_subject set stop = ? where subject = ?');
  const succeed = sql.run<[number, number, string, string]>(
    'update discovery_subject set last_at = ?, ok_at = ?, code = null, message = null, summary = ? where subject = ?',
  );
  const fail = sql.run<[number, string, string, string]>(
    'update discovery_subject set last_at = ?, code = ?, message = ? where subject = ?',
  );
  const count = sql.run<[string, string, string, number, number, number, number, number, number, number]>(
    `insert into outbound (purpose, target, object, opened, failed, denied, bytes_read, bytes_written, first_at, last_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (purpose, target) do update set object = excluded.object, opened = opened + excluded.opened,
       failed = failed + excluded.failed, denied = denied + excluded.denied, bytes_read = bytes_read + excluded.bytes_read,
       bytes_written = bytes_written + excluded.bytes_written, last_at = excluded.last_at`,
  );
  const toldLately = sql.has<[string, string, number]>(
    'select 1 from outbound where purpose = ? and target = ? and told_at > ?',
  );
  const toldSince = sql.count<[number]>('select count(*) from outbound where told_at > ?');
  const setTold = sql.run<[number, string, string]>('update outbound set told_at = ? where purpose = ? and target = ?');
  return {
    subject: sql.get<[name: string], SubjectRow>('select * from discovery_subject where subject = ?'),
    setDevice: (name: string, device: number): void => {
      touch(name);
      setDevice(device, name);
    },
    setStop: (name: string, stop: boolean): void => {
      touch(name);
      setStop(stop ? 1 : 0, name);
    },
    succeed: (name: string, at: number, summary: unknown): void => {
      touch(name);
      succeed(at, at, JSON.stringify(summary), name);
    },
    fail: (name: string, at: number, code: string, message: string): void => {
      touch(name);
      fail(at, code, message.slice(0, 500), name);
    },
    /** Counts a connection. Whether a denied one is to be told: of each target once an hour, of all not without end. */
    count: (record: ConnectionRecord, at: number): boolean => {
      const one = (outcome: ConnectionRecord['outcome']): number => (record.outcome === outcome ? 1 : 0);
      const target = record.port === 0 ? record.host : `${record.host}:${record.port}`;
      const { purpose, object, bytesRead, bytesWritten } = record;
      count(
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
      if (toldLately(...key, since) || toldSince(since) >= maxTold) return false;
      setTold(at, ...key);
      return true;
    },
    subjects: sql.all<[], SubjectRow>('select * from discovery_subject'),
    dropSubject: sql.run<[name: string]>('delete from discovery_subject where subject = ?'),
    dropConnections: sql.changes<[before: number]>('delete from outbound where last_at < ?'),
    /** Questions to a range, together: one row for each address would say no more. */
    countQuestions: (object: string, range: string, questions: number, at: number): void => {
      count('discovery', range, object, questions, 0, 0, 0, 0, at, at);
    },
    connections: sql.all<[limit: number], OutboundRow>('select * from outbound order by last_at desc limit ?'),
  };
};

export type DiscoveryStore = ReturnType<typeof discoveryStore>;
