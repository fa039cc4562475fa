import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../../appliance/test/support/run-line.ts';
import { admin, debian, type OsquerySite, openOsquerySite } from '../support/osquery/site.ts';
import { until } from '../support/until.ts';

// What people ask through the osquery door: live queries and files for analysis.

let site: OsquerySite;
let appliance: OsquerySite['appliance'];
beforeAll(async () => {
  site = await openOsquerySite();
  ({ appliance } = site);
});
afterAll(() => site.close());

describe('a live query', () => {
  it('is answered with rows and failures per device, outside of any queue', async () => {
    const good = site.made('live-1', debian('live-1'));
    const tables = debian('live-2');
    const bad = site.made(
      'live-2',
      Object.fromEntries(Object.entries(tables).filter(([name]) => name !== 'usb_devices')),
    );
    const refusing = site.made('live-3', debian('live-3'), { denylisted: (sql) => sql.includes('DataTraveler') });
    const late = site.made('live-4', debian('live-4'));
    for (const one of [good, bad, refusing, late]) await one.client.poll();
    const all = [good, bad, refusing, late];
    const sql = "select serial from usb_devices where model = 'DataTraveler'";
    const query = appliance.queries.run(admin('dana'), { sql, devices: all.map((one) => one.id()), waitSeconds: 60 });
    expect(query).toMatchObject({ state: 'running', counts: { expected: 4, answered: 0 } });
    for (const one of [good, bad, refusing]) await one.client.poll();
    expect(good.client.intervalMs).toBe(5_000);
    // That a client spoke is written a little after it did; until then it counts as offline.
    await expect
      .poll(() => appliance.queries.get(query.id, wholeSite('job')).counts)
      .toMatchObject({ expected: 4, answered: 1, failed: 1, denylisted: 1, waiting: 1, rows: 1 });
    const answers = new Map(
      appliance.queries.answers(admin('dana'), query.id, { limit: 10 }).map((one) => [one.name, one]),
    );
    expect(answers.get('live-1')).toMatchObject({ state: 'answered', rows: [{ serial: 'E0D55' }], wallMs: 3 });
    expect(answers.get('live-2')).toMatchObject({ state: 'failed', message: 'no such table: usb_devices' });
    expect(answers.get('live-3')).toMatchObject({ state: 'denylisted' });
    expect(appliance.queries.stop(admin('dana'), query.id).state).toBe('stopped');
    await late.client.poll();
    expect(late.client.lastRound).toEqual({});
    expect(site.eventsOf('query-run')[0]).toMatchObject({
      actor: 'account:dana',
      params: { query: query.id, sql, devices: 4 },
    });
    // Who asked may read; who else does is in the journal, once.
    for (let n = 0; n < 3; n += 1) appliance.queries.answers(admin('aidar'), query.id, { limit: 1 });
    expect(site.eventsOf('query-read').map(({ actor }) => actor)).toEqual(['account:aidar']);
    // What devices said is not readable in the database.
    const stored = appliance.db
      .prepare('select rows from live_answer where query = ? and rows is not null')
      .all(query.id);
    expect(JSON.stringify(stored)).not.toContain('E0D55');
  });

  it('with more rows than a call may hold has failed, and the node goes on', async () => {
    for (const isOld of [true, false]) {
      const name = `live-big-${isOld ? 'old' : 'new'}`;
      const text = 'x'.repeat(1 << 20);
      const files = Array.from({ length: 12 }, (_, n) => ({ path: `/srv/${n}`, text }));
      const { client, id, number } = site.made(name, { ...debian(name), file: files }, { isOld });
      await client.poll();
      const sql = 'select * from file';
      const query = appliance.queries.run(admin('dana'), { sql, devices: [id()], waitSeconds: 60 });
      await client.poll();
      // A client keeps what was refused and says it again with all that follows, so that nothing of it would come in any more.
      expect([client.lost, client.enrolments]).toEqual([0, 1]);
      expect(appliance.queries.answers(admin('dana'), query.id, { limit: 1 })).toMatchObject([
        { state: 'failed', message: 'all answers together were too large' },
      ]);
      expect(site.eventsOf('osquery-answers-dropped').filter(({ device }) => device === number())).toHaveLength(1);
      const small = appliance.queries.run(admin('dana'), {
        sql: 'select path from file limit 1',
        devices: [id()],
        waitSeconds: 60,
      });
      await client.poll();
      expect(appliance.queries.get(small.id, wholeSite('job')).counts).toMatchObject({ answered: 1 });
    }
  });

  it('may have a column that is called as the key of a node', async () => {
    for (const isOld of [true, false]) {
      const { client, id } = site.made(`live-key-${isOld}`, debian(`live-key-${isOld}`), { isOld });
      await client.poll();
      const sql = "select 'abc' as node_key, 'x' as \"a\"";
      const query = appliance.queries.run(admin('dana'), { sql, devices: [id()], waitSeconds: 60 });
      await client.poll();
      expect(client.enrolments).toBe(1);
      expect(appliance.queries.answers(admin('dana'), query.id, { limit: 1 })).toMatchObject([
        { state: 'answered', rows: [{ node_key: 'abc', a: 'x' }] },
      ]);
      expect(await client.log([{ action: 'added', columns: { node_key: 'abc' } }])).toBe(true);
      expect(client.enrolments).toBe(1);
    }
  });

  it('is refused by what it reads, not by how it is written', () => {
    const run = (sql: string) => () => appliance.queries.run(admin('dana'), { sql, waitSeconds: 10 });
    expect(run('select * from /* ok */ "curl"')).toThrow(/may not use curl/);
    expect(run("select * from deb_packages where name = 'curl'")).not.toThrow();
  });

  it('is refused by the values that it hands to a device, by API and command', async () => {
    const run = (sql: string) => () => appliance.queries.run(admin('dana'), { sql, waitSeconds: 10 });
    expect(run("select * from file where path = '\\\\10.9.8.7\\share\\x'")).toThrow(/names another computer/);
    expect(run('select f.* from processes p join file f on f.path = p.path')).toThrow(
      /file\.path: this value is a text/,
    );
    expect(run("select * from windows_eventlog where channel = 'Security'")).toThrow(/whole logs of the system/);
    expect(run("select printf('%99999d', 1)")).toThrow(/a width is a number up to 1000/);
    const ended = await runHere('query', 'run', "select * from file where path like '/%%'", '--data', site.dataDir);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('one % for each level');
    for (const path of ['//plc/share/x', 'C:\\x\\COM1', '/net/plc/x', '\\\\plc\\share'])
      expect(() => appliance.samples.ask(admin('dana'), { device: 1, path, reason: 'x' })).toThrow();
  });

  it('ends at 10 s, 8 MiB and 100,000 rows', async () => {
    const name = 'live-bounds';
    const { client, id, number } = site.made(name, {
      ...debian(name),
      users: Array.from({ length: 400 }, (_, uid) => ({ uid, username: `u${uid}`, gid: uid })),
    });
    await client.poll();
    const ask = (sql: string) => appliance.queries.run(admin('dana'), { sql, devices: [id()], waitSeconds: 60 }).id;
    const answer = (query: string) => appliance.queries.answers(admin('dana'), query, { limit: 1 })[0];

    // 160,000 rows: the device itself ends, whatever stands behind the statement.
    const many = ask('select a.uid from users a, users b -- all ;');
    await client.poll();
    expect(answer(many)).toMatchObject({ state: 'answered', rowCount: 100_000, isCut: true });
    const plan = ask('explain select uid from users');
    await client.poll();
    expect(answer(plan)).toMatchObject({ state: 'answered' });

    const write = async (query: string, body: Record<string, unknown>): Promise<void> => {
      await site.post('/api/osquery/distributed/read', JSON.stringify({ node_key: client.nodeKey }), {});
      const said = { node_key: client.nodeKey, statuses: { [`sp:live:${query}`]: 0 }, ...body };
      await site.post('/api/osquery/distributed/write', gzipSync(JSON.stringify(said)), {});
    };
    const slow = ask('select 1 as slow');
    const stats = { [`sp:live:${slow}`]: { wall_time_ms: 10_001 } };
    await write(slow, { queries: { [`sp:live:${slow}`]: [{ slow: '1' }] }, stats });
    expect(answer(slow)).toMatchObject({ state: 'failed', rows: [], message: expect.stringMatching(/end at 10 s/) });

    const wide = ask('select 1 as wide');
    const cell = randomBytes(5 << 20).toString('hex');
    await write(wide, { queries: { [`sp:live:${wide}`]: [{ wide: cell }] } });
    expect(answer(wide)).toMatchObject({ state: 'failed', rows: [], message: expect.stringMatching(/8 MiB/) });

    // A client that does not keep the bound.
    const long = ask('select 1 as n');
    await write(long, {
      queries: { [`sp:live:${long}`]: Array.from({ length: 100_001 }, (_, n) => ({ n: String(n) })) },
    });
    expect(answer(long)).toMatchObject({ state: 'failed', rows: [], message: expect.stringMatching(/100000 rows/) });
    expect(number()).toBeGreaterThan(0);
  });

  it('runs from the command line', async () => {
    const one = site.made('live-5', debian('live-5'));
    await one.client.poll();
    const options = ['--device', one.id(), '--wait', '20', '--json', '--data', site.dataDir];
    const ended = runHere('query', 'run', 'select name from deb_packages', ...options);
    await until(async () => {
      await one.client.poll();
      return Object.keys(one.client.lastRound).some((name) => name.startsWith('sp:live'));
    });
    const { code, stdout, stderr } = await ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'finished',
      counts: { expected: 1, answered: 1 },
      devices: [{ id: one.id(), name: 'live-5', state: 'answered', rows: [{ name: 'bash' }, { name: 'gone' }] }],
    });
  });
});

describe('a sample', () => {
  const file = Buffer.from('MZ suspicious '.repeat(500));

  it('comes only when a second administrator agreed, whole, and is kept encrypted', async () => {
    const { client, number } = site.made('carve-1', debian('carve-1'), { files: { "/tmp/it's.bin": file } });
    await client.poll();
    const begin = {
      node_key: client.nodeKey,
      block_count: 1,
      block_size: 10,
      carve_size: 10,
      carve_id: 'c',
      request_id: 'r',
    };
    const refusal = await site.post('/api/osquery/carve/begin', JSON.stringify(begin), {});
    expect(JSON.parse(refusal)).toEqual({ error: 'refused' });

    const asked = appliance.samples.ask(admin('dana'), {
      device: number(),
      path: "/tmp/it's.bin",
      reason: 'unknown program',
    });
    await client.poll();
    expect(client.lastRound).toEqual({});
    expect(() => appliance.samples.decide(admin('dana'), asked.id, 'approve')).toThrow(/another person/);
    appliance.samples.decide(admin('aidar'), asked.id, 'approve');
    await client.poll();
    const sample = appliance.samples.get(asked.id, wholeSite('job'));
    expect(sample).toMatchObject({
      state: 'received',
      sizeBytes: file.length,
      sha256: createHash('sha256').update(file).digest('hex'),
      askedBy: 'account:dana',
      decidedBy: 'account:aidar',
    });
    expect(Buffer.concat([...appliance.samples.read(admin('dana'), asked.id)]).equals(file)).toBe(true);
    const stored = appliance.db.prepare('select data from sample_block where sample = ?').all(asked.id) as {
      data: Buffer;
    }[];
    expect(stored.length).toBe(Math.ceil(file.length / 1_000));
    expect(stored.some(({ data }) => data.includes('suspicious'))).toBe(false);
    expect(site.eventsOf('sample-received')).toHaveLength(1);
    expect(site.eventsOf('sample-read')).toMatchObject([{ actor: 'account:dana', params: { sample: asked.id } }]);
    // The session is over.
    expect(JSON.parse(await site.post('/api/osquery/carve/begin', JSON.stringify(begin), {}))).toEqual({
      error: 'refused',
    });
  });

  it('is bounded by what was approved, and bound to the node', async () => {
    const { client, number } = site.made('carve-2', debian('carve-2'), { files: { '/tmp/big.bin': file } });
    const other = site.made('carve-3', debian('carve-3'));
    await client.poll();
    await other.client.poll();
    const asked = appliance.samples.ask(admin('dana'), {
      device: number(),
      path: '/tmp/big.bin',
      reason: 'x',
      maxBytes: 100,
    });
    appliance.samples.decide(admin('aidar'), asked.id, 'approve');
    const begin = (key: string | undefined, size: number) =>
      site.post(
        '/api/osquery/carve/begin',
        JSON.stringify({
          node_key: key,
          block_count: 1,
          block_size: size,
          carve_size: size,
          carve_id: 'c',
          request_id: `sp:carve:${asked.id}`,
        }),
        {},
      );
    expect(JSON.parse(await begin(other.client.nodeKey, 10))).toEqual({ error: 'refused' });
    await client.poll();
    expect(appliance.samples.get(asked.id, wholeSite('job'))).toMatchObject({ state: 'failed', code: 'TOO_LARGE' });
    for (const path of ['relative', '/home/%/x', '/tmp/../etc/shadow', '/tmp/*'])
      expect(() => appliance.samples.ask(admin('dana'), { device: number(), path, reason: 'x' })).toThrow(/path/);
    const block = { session_id: 'a'.repeat(64), block_id: 0, request_id: 'r', data: 'AAAA' };
    expect(JSON.parse(await site.post('/api/osquery/carve/block', JSON.stringify(block), {}))).toEqual({
      error: 'refused',
    });
  });

  const other = Buffer.from('root:secret of another file');
  /** An approved sample of a node that was told of it, and the node's calls as a hostile or confused client makes them. */
  const told = async (name: string, paths: readonly string[] = ['/tmp/harmless.txt']) => {
    const { client, number } = site.made(name, debian(name));
    await client.poll();
    const call = async (path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> =>
      JSON.parse(
        await site.post(`/api/osquery/${path}`, JSON.stringify({ node_key: client.nodeKey, ...body }), {}),
      ) as Record<string, unknown>;
    const ids = paths.map((path) => {
      const { id } = appliance.samples.ask(admin('dana'), { device: number(), path, reason: 'x' });
      appliance.samples.decide(admin('aidar'), id, 'approve');
      return id;
    });
    const { queries } = await call('distributed/read', {});
    for (const id of ids) expect(queries).toHaveProperty([`sp:carve:${id}`]);
    const [id = ''] = ids;
    return {
      ids,
      number: number(),
      begin: (request: string, size = other.length) =>
        call('carve/begin', {
          block_count: 1,
          block_size: size,
          carve_size: size,
          carve_id: `guid of ${request}`,
          request_id: request,
        }),
      block: (session: unknown, request: string, block = 0) =>
        call('carve/block', {
          session_id: session,
          block_id: block,
          request_id: request,
          data: other.toString('base64'),
        }),
      answer: (...rows: Record<string, string>[]) =>
        call('distributed/write', { queries: { [`sp:carve:${id}`]: rows }, statuses: { [`sp:carve:${id}`]: 0 } }),
      sample: (which = id) => {
        const { state, code, sizeBytes } = appliance.samples.get(which, wholeSite('job'));
        return { state, code, sizeBytes };
      },
      blocks: () =>
        appliance.db.prepare('select count(*) from sample_block where sample = ?').pluck().get(id) as number,
    };
  };
  const named = (request: string, path = '/tmp/harmless.txt') => ({
    path,
    request_id: request,
    carve_guid: `guid of ${request}`,
  });

  it('keeps what came before the answer only when the answer names that request', async () => {
    const good = await told('carve-early');
    const { session_id } = await good.begin('mine');
    await good.block(session_id, 'mine');
    expect(good.sample()).toMatchObject({ state: 'receiving' });
    // It is whole: nothing is added to it.
    expect(await good.block(session_id, 'mine', 1)).toEqual({ error: 'malformed' });
    await good.answer(named('mine'));
    expect(good.sample()).toMatchObject({ state: 'received', sizeBytes: other.length });

    const bad = await told('carve-other');
    const { session_id: stolen } = await bad.begin('of /etc/shadow');
    await bad.block(stolen, 'of /etc/shadow');
    await bad.answer(named('mine'));
    expect(bad.sample()).toMatchObject({ state: 'failed', code: 'REQUEST' });
    expect(bad.blocks()).toBe(0);
    expect(site.eventsOf('carve-refused')).toContainEqual(
      expect.objectContaining({ device: bad.number, params: { reason: 'other-request' } }),
    );
  });

  it.each([
    ['no row', []],
    ['another path', [named('mine', '/etc/shadow')]],
    ['another path beside it', [named('mine'), named('old', '/etc/shadow')]],
    ['two requests', [named('mine'), named('old')]],
    ['no request', [named('')].map((row) => ({ ...row, carve_guid: '' }))],
  ])('fails with an answer that names %s', async (what, rows) => {
    const node = await told(`carve-answer-${what.replaceAll(' ', '-')}`);
    await node.answer(...rows);
    expect(node.sample()).toMatchObject({ state: 'failed', code: 'REQUEST' });
    expect(await node.begin('mine')).toEqual({ error: 'refused' });
  });

  it('is sent once, in the session of its request alone', async () => {
    const node = await told('carve-once');
    await node.answer(named('mine'));
    // A later answer renames nothing.
    await node.answer(named('of /etc/shadow'));
    expect(await node.begin('of /etc/shadow')).toEqual({ error: 'refused' });
    const { session_id: lost } = await node.begin('mine');
    // The reply was lost: the same request begins anew, and the first session is none.
    const { session_id } = await node.begin('mine');
    expect(await node.block(lost, 'mine')).toEqual({ error: 'refused' });
    expect(await node.block(session_id, 'of /etc/shadow')).toEqual({ error: 'refused' });
    expect(await node.begin('of /etc/shadow')).toEqual({ error: 'refused' });
    await node.block(session_id, 'mine');
    expect(node.sample()).toMatchObject({ state: 'received' });
    expect(await node.begin('mine')).toEqual({ error: 'refused' });

    // Of two that are open no unnamed transfer can mean one.
    const two = await told('carve-two', ['/tmp/harmless.txt', '/tmp/second.txt']);
    expect(await two.begin('any')).toEqual({ error: 'refused' });
    await two.answer(named('mine'));
    expect(await two.begin('mine')).toHaveProperty('session_id');
    expect(two.ids.map((id) => two.sample(id).state)).toEqual(['receiving', 'sent']);
  });

  it('is one file: osquery cuts a path at a comma', async () => {
    const { client, number } = site.made('carve-comma', debian('carve-comma'));
    await client.poll();
    expect(() =>
      appliance.samples.ask(admin('dana'), { device: number(), path: '/tmp/a,/etc/shadow', reason: 'x' }),
    ).toThrow(/path/);
  });
});
