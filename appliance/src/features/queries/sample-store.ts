import type { Database } from '../../platform/database.ts';
import { devicesIn, type Limit, type Scope } from '../../platform/scope.ts';
import type { SampleState } from './types.ts';

export type SampleRow = {
  id: string;
  device: number;
  path: Buffer;
  reason: Buffer;
  state: SampleState;
  askedAt: number;
  askedBy: string;
  decidedAt: number | null;
  decidedBy: string | null;
  deadlineAt: number | null;
  maxBytes: number;
  requestId: string | null;
  sessionRequestId: string | null;
  session: string | null;
  blockBytes: number | null;
  blockCount: number | null;
  sizeBytes: number | null;
  receivedBlocks: number;
  receivedAt: number | null;
  sha256: string | null;
  code: string | null;
  reach: Limit;
};

/** SQL over samples and their blocks. */
export const sampleStore = (db: Database) => {
  const columns = `id, device, path, reason, state, asked_at as askedAt, asked_by as askedBy, decided_at as decidedAt,
    decided_by as decidedBy, deadline_at as deadlineAt, max_bytes as maxBytes, request_id as requestId, session_request_id as sessionRequestId, session,
    block_bytes as blockBytes, block_count as blockCount, size_bytes as sizeBytes, received_blocks as receivedBlocks,
    received_at as receivedAt, sha256, code, reach`;
  const insert = db.prepare(
    `insert into sample (id, device, path, reason, state, asked_at, asked_by, max_bytes, reach)
     values (@id, @device, @path, @reason, 'asked', @askedAt, @askedBy, @maxBytes, @reach)`,
  );
  const byId = (id: string, scope: Scope): SampleRow | undefined => {
    const { sql, params } = devicesIn(scope, 'device');
    return db.prepare<unknown[], SampleRow>(`select ${columns} from sample where id = ? and ${sql}`).get(id, ...params);
  };
  const bySession = db.prepare<[string], SampleRow>(`select ${columns} from sample where session = ?`);
  const list = (limit: number, scope: Scope): SampleRow[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], SampleRow>(`select ${columns} from sample where ${sql} order by asked_at desc, id limit ?`)
      .all(...params, limit);
  };
  const open = db.prepare<[number, number], SampleRow>(
    `select ${columns} from sample where device = +? and state in ('approved', 'sent', 'receiving') and deadline_at > ?
     order by decided_at`,
  );
  const decide = db.prepare(
    `update sample set state = @state, decided_at = @at, decided_by = @by, deadline_at = @deadlineAt
     where id = @id and state = 'asked'`,
  );
  const setState = db.prepare<[SampleState, string]>('update sample set state = ? where id = ?');
  const fail = db.prepare<[string, string]>(
    `update sample set state = 'failed', code = ?, session = null, received_blocks = 0 where id = ?`,
  );
  const setRequest = db.prepare<[string, string]>('update sample set request_id = ? where id = ?');
  const begin = db.prepare(
    `update sample set state = 'receiving', session = @session, session_request_id = @requestId, block_bytes = @blockBytes, block_count = @blockCount,
       size_bytes = @sizeBytes, received_blocks = 0 where id = @id`,
  );
  const dropBlocks = db.prepare<[string]>('delete from sample_block where sample = ?');
  const addBlock = db.prepare<[string, number, Buffer]>(
    'insert into sample_block (sample, block, data) values (?, ?, ?)',
  );
  const count = db.prepare<[number, string]>('update sample set received_blocks = ? where id = ?');
  const block = db.prepare<[string, number], { data: Buffer }>(
    'select data from sample_block where sample = ? and block = ?',
  );
  const finish = db.prepare<[string, number, string]>(
    `update sample set state = 'received', session = null, sha256 = ?, received_at = ? where id = ?`,
  );
  const old = db.prepare<[number], { id: string }>('select id from sample where asked_at < ?');
  const drop = db.prepare<[string]>('delete from sample where id = ?');

  return {
    insert: (
      row: Pick<SampleRow, 'id' | 'device' | 'path' | 'reason' | 'askedAt' | 'askedBy' | 'maxBytes' | 'reach'>,
    ): void => void insert.run(row),
    byId,
    bySession: (session: string): SampleRow | undefined => bySession.get(session),
    list,
    /** Approved and still to come, of one device. */
    open: (device: number, now: number): SampleRow[] => open.all(device, now),
    decide: (call: {
      id: string;
      state: 'approved' | 'declined';
      at: number;
      by: string;
      deadlineAt: number;
    }): boolean => decide.run(call).changes > 0,
    setState: (id: string, state: SampleState): void => void setState.run(state, id),
    setRequest: (id: string, requestId: string): void => void setRequest.run(requestId, id),
    begin: (call: {
      id: string;
      session: string;
      requestId: string;
      blockBytes: number;
      blockCount: number;
      sizeBytes: number;
    }): void => void begin.run(call),
    /** Nothing of what came is kept, and its session is over. */
    fail: (id: string, code: string): void => {
      dropBlocks.run(id);
      fail.run(code, id);
    },
    addBlock: (id: string, block: number, data: Buffer): void => {
      addBlock.run(id, block, data);
      count.run(block + 1, id);
    },
    /** In order, each by itself: a reader that takes its time must not hold the connection. */
    blocks: function* (id: string): Generator<Buffer> {
      for (let at = 0; ; at += 1) {
        const row = block.get(id, at);
        if (row === undefined) return;
        yield row.data;
      }
    },
    finish: (id: string, sha256: string, now: number): void => void finish.run(sha256, now, id),
    old: (before: number): string[] => old.all(before).map(({ id }) => id),
    drop: (id: string): void => void drop.run(id),
  };
};
