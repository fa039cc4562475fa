import type { Appliance } from '../../src/compose.ts';

// What the judge of scope (src/scope.test.ts) plants of orders and questions: things of devices in reach, of others, and of both.

type Planted = {
  /** Values of a part of an address, where its pattern fits. */
  readonly choices: readonly { readonly pattern: RegExp; readonly name: string; readonly values: readonly string[] }[];
  /** What is sent beside an empty body, to addresses whose pattern fits. */
  readonly bodies: readonly { readonly pattern: RegExp; readonly by: 'browser' | 'token'; readonly body: object }[];
};

const never = '0'.repeat(32);

/** Of the devices by their number in `ids`: 4 and 8 are in the hall, 8 on its line, 14 and 0 elsewhere. */
export function plantRisks(appliance: Appliance, ids: readonly number[], publicIds: readonly string[]): Planted {
  const { db, personal } = appliance;
  const at = (n: number): number => ids[n] ?? 0;
  const secret = (of: string, text: string): Buffer => personal.encrypt(of, text);

  const task = (n: number, state: string): string => {
    const id = `${'a'.repeat(29)}${String(n).padStart(3, '0')}`;
    const what = { kind: 'kept-file', list: 'quarantine', product: 'P', number: '1', act: 'delete', name: `file-${n}` };
    db.prepare(
      `insert into device_task (id, device, kind, what, reason, state, asked_at, asked_by, deadline_at)
       values (?, ?, 'kept-file', ?, ?, ?, ?, 'account:administrator', 9e12)`,
    ).run(
      id,
      at(n),
      secret(`device-task:${id}`, JSON.stringify(what)),
      secret(`device-task:${id}`, `why-${n}`),
      state,
      n,
    );
    return id;
  };

  const query = (name: string, devices: readonly number[]): string => {
    const id = `${'b'.repeat(28)}${name.padStart(4, '0')}`;
    db.prepare(
      `insert into live_query (id, sql, created_at, created_by, deadline_at) values (?, ?, ?, 'account:administrator', 9e12)`,
    ).run(id, `select ${name}`, devices.length);
    for (const n of devices)
      db.prepare(
        `insert into live_answer (query, device, state, answered_at, row_count, rows) values (?, ?, ?, 1, ?, ?)`,
      ).run(
        id,
        at(n),
        n % 2 === 0 ? 'answered' : 'waiting',
        n % 2 === 0 ? n : null,
        n % 2 === 0 ? secret(`query:${id}`, JSON.stringify([{ of: `row-${n}` }])) : null,
      );
    return id;
  };

  const sample = (n: number, state: string): string => {
    const id = `${'c'.repeat(29)}${String(n).padStart(3, '0')}`;
    db.prepare(
      `insert into sample (id, device, path, reason, state, asked_at, asked_by, max_bytes, received_blocks, sha256)
       values (?, ?, ?, ?, ?, ?, 'account:administrator', 1024, 1, 'x')`,
    ).run(id, at(n), secret(`sample:${id}`, `/srv/${n}`), secret(`sample:${id}`, 'odd'), state, n);
    db.prepare('insert into sample_block (sample, block, data) values (?, 0, ?)').run(
      id,
      secret(`sample:${id}`, Buffer.from(`bytes of ${n}`).toString('base64')),
    );
    return id;
  };

  const tasks = [task(4, 'asked'), task(8, 'queued'), task(14, 'asked'), task(0, 'queued'), never];
  const queries = [
    query('near', [4, 5, 8]),
    query('both', [5, 14, 15]),
    query('far', [14, 1]),
    query('gone', []),
    never,
  ];
  const samples = [sample(4, 'asked'), sample(8, 'received'), sample(14, 'received'), sample(1, 'asked'), never];
  for (const n of [4, 8, 14, 0])
    db.prepare(
      `insert into device_source (device, source, key_digest, client_id, state, first_seen_at)
       values (?, 'osquery', ?, ?, 'approved', 0)`,
    ).run(at(n), `key-${n}`, `client-${n}`);
  const [mine, other] = [publicIds[4] ?? '', publicIds[14] ?? ''];
  const log = { wanted: { kind: 'show-log', lines: 5 }, reason: 'late' };
  return {
    choices: [
      { pattern: /\/(?:device-)?tasks\//, name: 'task', values: tasks },
      { pattern: /^\/queries\//, name: 'id', values: queries },
      { pattern: /^\/queries\//, name: 'query', values: queries },
      { pattern: /^\/samples\//, name: 'id', values: samples },
      { pattern: /^\/samples\//, name: 'sample', values: samples },
    ],
    bodies: [
      { pattern: /^\/devices\/[^/]+\/tasks$/, by: 'token', body: log },
      { pattern: /^\/devices\/[^/]+\/tasks$/, by: 'browser', body: { kind: 'show-log', lines: '5', reason: 'late' } },
      { pattern: /^\/devices\/[^/]+\/tasks\/[^/]+$/, by: 'browser', body: { decision: 'confirm' } },
      ...[[mine], [other], [mine, other], undefined].map((devices) => ({
        pattern: /^\/queries$/,
        by: 'token' as const,
        body: { sql: 'select 1', ...(devices === undefined ? {} : { devices }) },
      })),
      ...[mine, other, never].flatMap((device) => [
        { pattern: /^\/queries\/new$/, by: 'browser' as const, body: { sql: 'select 1', wait: '60', device } },
        { pattern: /^\/samples$/, by: 'browser' as const, body: { device, path: '/srv/x', reason: 'odd' } },
        { pattern: /^\/samples$/, by: 'token' as const, body: { device, path: '/srv/x', reason: 'odd' } },
      ]),
      { pattern: /^\/samples\/[^/]+\/decision$/, by: 'token', body: { decision: 'decline' } },
      { pattern: /^\/samples\/[^/]+\/decision$/, by: 'token', body: { decision: 'approve' } },
    ],
  };
}
