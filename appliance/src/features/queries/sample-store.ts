import type { Database } from '../../platform/database.ts';
import { devicesIn, type Limit, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const columns = `id, device, path, reason, state, asked_at as askedAt, asked_by as askedBy, decided_at as decidedAt,
    decided_by as decidedBy, deadline_at as deadlineAt, max_bytes as maxBytes, request_id as requestId, session_request_id as sessionRequestId, session,
    block_bytes as blockBytes, block_count as blockCount, size_bytes as sizeBytes, received_blocks as receivedBlocks,
    received_at as receivedAt, sha256, code, reach`;
  const byId = (id: string, scope: Scope): SampleRow | undefined => {
    const { sql, params } = devicesIn(scope, 'device');
    return db.prepare<unknown[], SampleRow>(`select ${columns} from sample where id = ? and ${sql}`).get(id, ...params);
  };
  const list = (limit: number, scope: Scope): SampleRow[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], SampleRow>(`select ${columns} from sample where ${sql} order by asked_at desc, id limit ?`)
      .all(...params, limit);
  };
  const fail = sql.run<[string, string]>(
    `update sample set state = 'failed', code = ?, session = null, received_blocks = 0 where id = ?`,
  );
  const dropBlocks = sql.run<[string]>('delete from sample_block where sample = ?');
  const addBlock = sql.run<[string, number, Buffer]>('insert into sample_block (sample, block, data) values (?, ?, ?)');
  const count = sql.run<[number, string]>('update sample set received_blocks = ? where id = ?');
  const block = sql.get<[string, number], { data: Buffer }>(
    'select data from sample_block where sample = ? and block = ?',
  );

  return {
    insert: sql.run<
      [row: Pick<SampleRow, 'id' | 'device' | 'path' | 'reason' | 'askedAt' | 'askedBy' | 'maxBytes' | 'reach'>]
    >(
      `insert into sample (id, device, path, reason, state, asked_at, asked_by, max_bytes, reach)
     values (@id, @device, @path, @reason, 'asked', @askedAt, @askedBy, @maxBytes, @reach)`,
    ),
    byId,
    bySession: sql.get<[session: string], SampleRow>(`select ${columns} from sample where session = ?`),
    list,
    /** Approved and still to come, of one device. */
    open: sql.all<[device: number, now: number], SampleRow>(
      `select ${columns} from sample where device = +? and state in ('approved', 'sent', 'receiving') and deadline_at > ?
     order by decided_at`,
    ),
    decide: sql.did<
      [
        call: {
          id: string;
          state: 'approved' | 'declined';
          at: number;
          by: string;
          deadlineAt: number;
        },
      ]
    >(
      `update sample set state = @state, decided_at = @at, decided_by = @by, deadline_at = @deadlineAt
     where id = @id and state = 'asked'`,
    ),
    setState: sql.run<[id: string, state: SampleState]>('update sample set state = ?2 where id = ?1'),
    setRequest: sql.run<[id: string, requestId: string]>('update sample set request_id = ?2 where id = ?1'),
    begin: sql.run<
      [
        call: {
          id: string;
          session: string;
          requestId: string;
          blockBytes: number;
          blockCount: number;
          sizeBytes: number;
        },
      ]
    >(
      `update sample set state = 'receiving', session = @session, session_request_id = @requestId, block_bytes = @blockBytes, block_count = @blockCount,
       size_bytes = @sizeBytes, received_blocks = 0 where id = @id`,
    ),
    /** Nothing of what came is kept, and its session is over. */
    fail: (id: string, code: string): void => {
      dropBlocks(id);
      fail(code, id);
    },
    addBlock: (id: string, block: number, data: Buffer): void => {
      addBlock(id, block, data);
      count(block + 1, id);
    },
    /** In order, each by itself: a reader that takes its time must not hold the connection. */
    blocks: function* (id: string): Generator<Buffer> {
      for (let at = 0; ; at += 1) {
        const row = block(id, at);
        if (row === undefined) return;
        yield row.data;
      }
    },
    finish: sql.run<[id: string, sha256: string, now: number]>(
      `update sample set state = 'received', session = null, sha256 = ?2, received_at = ?3 where id = ?1`,
    ),
    old: sql.values<[before: number], string>('select id from sample where asked_at < ?'),
    drop: sql.run<[id: string]>('delete from sample where id = ?'),
  };
};
