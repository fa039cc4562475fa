import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runLine } from '@sallyport/appliance/cli/main';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { newTokenSecret, tokenHash } from '@sallyport/appliance/features/devices/service';
import { type Actor, systemActor } from '@sallyport/appliance/features/objects/types';
import { httpApp } from '@sallyport/appliance/http-app';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { type Server, startServer } from '@sallyport/appliance/server';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { collector as platformCollector } from '../../agent/src/collectors/platform.ts';
import { collector as softwareCollector } from '../../agent/src/collectors/software.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { temporaryFolder } from '../support/commands.ts';
import { type OsqueryClient, osqueryClient, type Post } from '../support/osquery/client.ts';
import { httpsPost } from '../support/osquery/https-post.ts';
import { almaMachine, debianMachine, machineOf, type Tables, windowsMachine } from '../support/osquery/machine.ts';

// The osquery door over TLS, with a client that keeps the habits of the real one and runs the questions on tables.

const log = openLog('silent');
let folder: ReturnType<typeof temporaryFolder>;
let appliance: Appliance;
let server: Server;
let post: Post & { close(): void };
let manual: string;
let auto: string;

const admin = (id: string): Actor => ({ type: 'account', id, label: id, rights: new Set(['all']) });
const uuidOf = (name: string): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
const macOf = (name: string): string =>
  `00:1b:44:${createHash('md5').update(name).digest('hex').slice(0, 6).match(/../g)?.join(':')}`;

const token = (approve: 'manual' | 'auto'): string => {
  const secret = newTokenSecret('osquery');
  appliance.objects.create(systemActor, 'token', {
    name: approve,
    purpose: 'osquery',
    hash: tokenHash(secret),
    approve,
  });
  return secret;
};

type Made = { client: OsqueryClient; id: () => string; number: () => number };
const made = (
  name: string,
  tables: Tables,
  options: { secret?: string; files?: Record<string, Buffer>; denylisted?: (sql: string) => boolean } = {},
): Made => {
  const client = osqueryClient({
    post,
    secret: options.secret ?? auto,
    hostIdentifier: uuidOf(name),
    machine: machineOf(tables, options.files),
    carveBlockBytes: 1_000,
    ...(options.denylisted === undefined ? {} : { denylisted: options.denylisted }),
  });
  const device = () => {
    const found = appliance.devices.list({ limit: 1, search: name }).rows[0];
    if (found === undefined) throw new Error(`${name} is not there`);
    return found;
  };
  return { client, id: () => device().publicId, number: () => device().id };
};
const debian = (
  name: string,
  packages = [{ name: 'bash', version: '5.2.37-2+b5', source: 'bash (5.2.37-2)' }],
): Tables => debianMachine(name, uuidOf(name), macOf(name), packages);

const section = (device: number, collection: string) =>
  appliance.inventory.section(device, collection, { personal: true });
const eventsOf = (type: string) => appliance.events.list({ type: [type], limit: 100 }).rows;

beforeAll(async () => {
  folder = temporaryFolder('osquery');
  const listen = { address: '127.0.0.1', port: 0 };
  await initialise({
    dataDir: folder.path,
    site: 'line-1',
    addresses: ['127.0.0.1'],
    listen,
    administrator: 'admin',
    log,
  });
  appliance = await compose({ dataDir: folder.path, log });
  server = await startServer(appliance);
  post = httpsPost(`https://127.0.0.1:${server.port}`, appliance.ca.certificatePem);
  manual = token('manual');
  auto = token('auto');
});
afterAll(async () => {
  post?.close();
  await server?.stop();
  await appliance?.close();
  folder?.remove();
});

describe('enrolment', () => {
  it('refuses a wrong secret with a body and no key, again and again, with one event', async () => {
    const { client } = made('stranger', debian('stranger'), { secret: 'wrong' });
    for (let n = 0; n < 5; n += 1) expect(await client.enrol()).toBe(false);
    expect(client.nodeKey).toBeUndefined();
    const body = JSON.stringify({ enroll_secret: 'wrong', host_identifier: 'x' });
    expect(JSON.parse(await post('/api/osquery/enroll', body, {}))).toEqual({ error: 'refused', node_invalid: true });
    expect(eventsOf('enrolment-refused').filter(({ params }) => params['reason'] === 'unknown-token')).toHaveLength(1);
  });

  it('gives a newcomer that waits a key and an empty schedule, asks it nothing and stores nothing', async () => {
    const { client, number, id } = made('hmi-01', debian('hmi-01'), { secret: manual });
    expect(await client.refreshConfig()).toBe(true);
    expect(client.schedule).toEqual([]);
    expect(await client.poll()).toBe(true);
    expect(client.lastRound).toEqual({});
    const answer = {
      node_key: client.nodeKey,
      queries: { 'sp:inv:software.deb_packages:1': [{ name: 'x', version: '1' }] },
    };
    expect(await post('/api/osquery/distributed/write', JSON.stringify(answer), {})).toBe('{}');
    expect(section(number(), 'software')).toEqual([]);
    expect(appliance.devices.byPublicId(id())).toMatchObject({
      state: 'pending',
      hostname: 'hmi-01',
      uuid: uuidOf('hmi-01'),
    });

    appliance.devices.approve(systemActor, number());
    await client.poll();
    expect(section(number(), 'software')).not.toEqual([]);
    expect(client.enrolments).toBe(1);
  });

  it('answers a key that is unknown or revoked with node_invalid, and the client enrols again', async () => {
    const { client, number } = made('hmi-02', debian('hmi-02'));
    await client.poll();
    appliance.devices.revoke(systemActor, number());
    expect(await client.poll()).toBe(false);
    expect(client.nodeKey).toBeUndefined();
    expect(await client.poll()).toBe(false);
    expect(client.enrolments).toBe(2);
    expect(JSON.parse(await post('/api/osquery/config', '{"node_key":"unknown"}', {}))).toMatchObject({
      node_invalid: true,
    });
  });

  it('says only that it is busy when the trouble is its own: keys are kept, and nothing is empty', async () => {
    const broken = httpApp({
      ...appliance,
      devices: {
        ...appliance.devices,
        callerByKey: () => {
          throw new Error('disk');
        },
      },
    });
    for (const [path, body] of [
      ['config', '{"node_key":"k"}'],
      ['log', '{"node_key":"k","log_type":"status","data":[]}'],
      ['distributed/read', '{"node_key":"k"}'],
      ['distributed/write', '{"node_key":"k","queries":{}}'],
    ] as const) {
      const response = await broken.request(`/api/osquery/${path}`, { method: 'POST', body });
      expect([path, response.status, await response.text()]).toEqual([path, 503, '{"error":"busy"}']);
    }
    for (const body of ['', '[]', '{', '{"node_key":5}', 'x'.repeat(100)]) {
      const text = await post('/api/osquery/config', body, {});
      expect(JSON.parse(text)).toEqual({ error: 'malformed' });
    }
  });
});

describe('inventory', () => {
  it('of Debian fills the collections, in the words of our own agent', async () => {
    const { client, number } = made('hmi-03', debian('hmi-03'));
    await client.poll();
    expect(Object.keys(client.lastRound).every((name) => /^sp:inv:[a-z._-]+:1$/.test(name))).toBe(true);
    const device = number();
    expect(section(device, 'identity')[0]).toMatchObject({
      name: 'hmi-03',
      ipv4: ['10.20.2.15'],
      macs: [macOf('hmi-03')],
      uuid: uuidOf('hmi-03'),
      osType: 'linux',
      isVirtual: false,
    });
    expect(section(device, 'platform')[0]).toMatchObject({
      vendor: 'debian',
      release: '13',
      arch: 'amd64',
      kernel: '6.12.9-amd64',
    });
    expect(section(device, 'activity')[0]).toMatchObject({ restartPending: false });
    expect(section(device, 'accounts').map(({ name, isAdmin, enabled }) => [name, isAdmin, enabled])).toEqual([
      ['operator', true, true],
      ['root', true, true],
      ['www-data', false, false],
    ]);
    expect(section(device, 'sessions')).toMatchObject([
      { account: 'operator', kind: 'remote', remoteAddress: '10.20.4.2' },
    ]);
    expect(new Set(section(device, 'hardware').map(({ type }) => type))).toEqual(
      new Set(['board', 'cpu', 'disk', 'memory', 'network', 'pci', 'system']),
    );
    expect(section(device, 'external-device')).toMatchObject([
      { label: 'DataTraveler', vendorId: '0951', serial: 'E0D55' },
    ]);
    expect(section(device, 'encryption').map(({ volume, state }) => [volume, state])).toEqual([
      ['/dev/dm-0', 'encrypted'],
      ['/dev/sda', 'plain'],
    ]);
    expect(section(device, 'software').map(({ type, name, purl }) => [type, name, purl])).toEqual(
      expect.arrayContaining([
        ['deb', 'bash', 'pkg:deb/debian/bash@5.2.37-2+b5?arch=amd64'],
        ['npm', '@scope/tool', 'pkg:npm/%40scope/tool@1.2.3'],
        ['python', 'requests', 'pkg:pypi/requests@2.32.3'],
      ]),
    );
    expect(section(device, 'software')).toHaveLength(3);

    // Asked once a day, not at each poll.
    await client.poll();
    expect(client.lastRound).toEqual({});
  });

  it('of this machine is item by item what our own agent reports, and is matched as that is', async () => {
    const fields = ['db:Status-Status', 'Package', 'Version', 'Source', 'Architecture', 'Installed-Size', 'Maintainer'];
    const format = `${fields.map((field) => `\${${field}}`).join('\t')}\n`;
    const packages = execFileSync('dpkg-query', ['-W', '-f', format], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([status]) => status === 'installed')
      .map(([, name = '', version = '', source = '', arch = '', size = '', maintainer = '']) => ({
        ...{ name, version, source, arch, size, maintainer },
        status: 'install ok installed',
      }));
    const release = /^VERSION_ID="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
    const os = {
      platform: 'debian',
      name: 'Debian GNU/Linux',
      version: `${release} (x)`,
      major: Number(release),
      arch: 'x86_64',
    };
    const tables = {
      ...debian('this-one'),
      os_version: [os],
      deb_packages: packages,
      python_packages: [],
      npm_packages: [],
    };
    const { client, number } = made('this-one', tables);
    await client.poll();

    const own = 900_001;
    const context = { files: rootFiles('/'), memory: noMemory, clock: nowMs };
    for (const { collection, collect } of [platformCollector, softwareCollector]) {
      const items = (await collect(context)) ?? [];
      const hash = sectionHash(items);
      appliance.inventory.putSection({
        device: own,
        collection,
        door: 'native',
        hash,
        collectedAt: toTime(nowMs()),
        items,
      });
    }
    const ids = (device: number): Set<number> => new Set(section(device, 'software').map(({ id }) => id));
    expect(ids(number()).size).toBeGreaterThan(50);
    expect(ids(number())).toEqual(ids(own));
    appliance.vulnerabilities.refreshSources();
    const coords = (device: number): unknown =>
      appliance.db.prepare('select coords from device_coord where device = ?').pluck().get(device);
    expect(coords(own)).toBeInstanceOf(Buffer);
    expect(coords(number())).toEqual(coords(own));
    appliance.inventory.forget(own);
  });

  it('of AlmaLinux and of Windows fills what these have', async () => {
    const alma = made(
      'scada-01',
      almaMachine('scada-01', uuidOf('scada-01'), macOf('scada-01'), [
        { name: 'openssl-libs', version: '3.2.2', release: '6.el9_5', epoch: 1 },
        { name: 'bash', version: '5.1.8', release: '9.el9' },
      ]),
    );
    await alma.client.poll();
    expect(section(alma.number(), 'platform')[0]).toMatchObject({
      vendor: 'almalinux',
      release: '9.6',
      arch: 'x86_64',
    });
    expect(section(alma.number(), 'software').filter(({ type }) => type === 'rpm')).toMatchObject([
      { name: 'bash', version: '5.1.8-9.el9', purl: 'pkg:rpm/almalinux/bash@5.1.8-9.el9?arch=x86_64' },
      { name: 'openssl-libs', version: '1:3.2.2-6.el9_5', source: 'openssl-libs', sizeKb: 200 },
    ]);

    const windows = made('eng-01', windowsMachine('eng-01', uuidOf('eng-01'), macOf('eng-01')));
    await windows.client.poll();
    const device = windows.number();
    expect(section(device, 'platform')[0]).toMatchObject({ vendor: 'windows', release: '10.0.19044', build: '19044' });
    expect(section(device, 'software')).toMatchObject([{ name: 'TIA Portal V18', publisher: 'Siemens AG' }]);
    expect(section(device, 'os-update').map(({ update, state }) => [update, state])).toEqual([
      ['KB5000001', 'failed'],
      ['KB5034122', 'installed'],
      ['KB5044273', 'installed'],
    ]);
    expect(section(device, 'protection').map(({ product, kind, state }) => [product, kind, state])).toEqual([
      ['Windows Defender', 'antivirus', 'on'],
      ['Windows Firewall', 'firewall', 'off'],
    ]);
    expect(section(device, 'encryption')).toMatchObject([
      { volume: 'C:', state: 'encrypted', keyGuarded: false, percent: 100 },
    ]);
    expect(section(device, 'accounts').find(({ name }) => name === 'Administrator')).toMatchObject({ isAdmin: true });
  });

  it('leaves what a failed question would have said as it was, and says so', async () => {
    const name = 'hmi-04';
    const denied = { npm: false, deb: false };
    const { client, number } = made(name, debian(name), {
      denylisted: (sql) =>
        (denied.npm && sql.includes('from npm_packages')) || (denied.deb && sql.includes('from deb_packages')),
    });
    await client.poll();
    const first = client.lastRound;
    const again = async (): Promise<string[]> => {
      // The same questions once more, whatever the time.
      client.extra(first);
      await client.poll();
      return section(number(), 'software').map((row) => `${String(row['type'])} ${String(row['name'])}`);
    };
    const all = ['deb bash', 'npm @scope/tool', 'python requests'];
    expect((await again()).sort()).toEqual(all);
    // Packages of one language stay; those of the system are read anew.
    denied.npm = true;
    expect((await again()).sort()).toEqual(all);
    denied.deb = true;
    expect((await again()).sort()).toEqual(all);
    expect(section(number(), 'platform')).toHaveLength(1);
    expect(eventsOf('osquery-question-failed').map(({ params }) => [params['question'], params['state']])).toEqual([
      ['software.deb_packages', 'denylisted'],
      ['software.npm_packages', 'denylisted'],
    ]);
  });

  it('tells of neighbours, which become records that never spoke', () => {
    const found = appliance.devices.list({ limit: 10, state: ['discovered'] }).rows;
    expect(found.map(({ macs }) => macs)).toEqual([['00:0c:29:5e:00:01']]);
  });
});

describe('a live query', () => {
  it('is answered with rows and failures per device, outside of any queue', async () => {
    const good = made('live-1', debian('live-1'));
    const tables = debian('live-2');
    const bad = made('live-2', Object.fromEntries(Object.entries(tables).filter(([name]) => name !== 'usb_devices')));
    const refusing = made('live-3', debian('live-3'), { denylisted: (sql) => sql.includes('DataTraveler') });
    const late = made('live-4', debian('live-4'));
    for (const one of [good, bad, refusing, late]) await one.client.poll();
    const all = [good, bad, refusing, late];
    const sql = "select serial from usb_devices where model = 'DataTraveler'";
    const query = appliance.queries.run(admin('dana'), { sql, devices: all.map((one) => one.id()), waitSeconds: 60 });
    expect(query).toMatchObject({ state: 'running', counts: { expected: 4, answered: 0 } });
    for (const one of [good, bad, refusing]) await one.client.poll();
    expect(good.client.intervalMs).toBe(5_000);
    expect(appliance.queries.get(query.id).counts).toMatchObject({
      expected: 4,
      answered: 1,
      failed: 1,
      denylisted: 1,
      waiting: 1,
      rows: 1,
    });
    const answers = new Map(
      appliance.queries.answers(admin('dana'), query.id, { limit: 10 }).map((one) => [one.name, one]),
    );
    expect(answers.get('live-1')).toMatchObject({ state: 'answered', rows: [{ serial: 'E0D55' }], wallMs: 3 });
    expect(answers.get('live-2')).toMatchObject({ state: 'failed', message: 'no such table: usb_devices' });
    expect(answers.get('live-3')).toMatchObject({ state: 'denylisted' });
    expect(appliance.queries.stop(admin('dana'), query.id).state).toBe('stopped');
    await late.client.poll();
    expect(late.client.lastRound).toEqual({});
    expect(eventsOf('query-run')[0]).toMatchObject({
      actor: 'account:dana',
      params: { query: query.id, sql, devices: 4 },
    });
    // Who asked may read; who else does is in the journal, once.
    for (let n = 0; n < 3; n += 1) appliance.queries.answers(admin('aidar'), query.id, { limit: 1 });
    expect(eventsOf('query-read').map(({ actor }) => actor)).toEqual(['account:aidar']);
    // What devices said is not readable in the database.
    const stored = appliance.db
      .prepare('select rows from live_answer where query = ? and rows is not null')
      .all(query.id);
    expect(JSON.stringify(stored)).not.toContain('E0D55');
  });

  it('is refused by what it reads, not by how it is written', () => {
    const run = (sql: string) => () => appliance.queries.run(admin('dana'), { sql, waitSeconds: 10 });
    expect(run('select * from /* ok */ "curl"')).toThrow(/may not use curl/);
    expect(run("select * from deb_packages where name = 'curl'")).not.toThrow();
  });

  it('runs from the command line', async () => {
    const one = made('live-5', debian('live-5'));
    await one.client.poll();
    const said = { stdout: '', stderr: '' };
    const ended = runLine(
      [
        'query',
        'run',
        'select name from deb_packages',
        '--device',
        one.id(),
        '--wait',
        '20',
        '--json',
        '--data',
        folder.path,
      ],
      { stdout: (text) => (said.stdout += text), stderr: (text) => (said.stderr += text) },
    );
    for (let n = 0; n < 100 && Object.keys(one.client.lastRound).every((name) => !name.startsWith('sp:live')); n += 1) {
      await one.client.poll();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect([await ended, said.stderr]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(said.stdout)).toMatchObject({
      state: 'finished',
      counts: { expected: 1, answered: 1 },
      devices: [{ id: one.id(), name: 'live-5', state: 'answered', rows: [{ name: 'bash' }, { name: 'gone' }] }],
    });
  });
});

describe('a sample', () => {
  const file = Buffer.from('MZ suspicious '.repeat(500));

  it('comes only when a second administrator agreed, whole, and is kept encrypted', async () => {
    const { client, number } = made('carve-1', debian('carve-1'), { files: { "/tmp/it's.bin": file } });
    await client.poll();
    const begin = {
      node_key: client.nodeKey,
      block_count: 1,
      block_size: 10,
      carve_size: 10,
      carve_id: 'c',
      request_id: 'r',
    };
    const refusal = await post('/api/osquery/carve/begin', JSON.stringify(begin), {});
    expect(JSON.parse(refusal)).toEqual({ error: 'refused' });

    const asked = appliance.samples.ask(admin('dana'), {
      device: number(),
      path: "/tmp/it's.bin",
      reason: 'unknown program',
    });
    await client.poll();
    expect(client.lastRound).toEqual({});
    expect(() => appliance.samples.decide(admin('dana'), asked.id, 'approve')).toThrow(/second administrator/);
    appliance.samples.decide(admin('aidar'), asked.id, 'approve');
    await client.poll();
    const sample = appliance.samples.get(asked.id);
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
    expect(eventsOf('sample-received')).toHaveLength(1);
    // The session is over.
    expect(JSON.parse(await post('/api/osquery/carve/begin', JSON.stringify(begin), {}))).toEqual({ error: 'refused' });
  });

  it('is bounded by what was approved, and bound to the node', async () => {
    const { client, number } = made('carve-2', debian('carve-2'), { files: { '/tmp/big.bin': file } });
    const other = made('carve-3', debian('carve-3'));
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
      post(
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
    expect(appliance.samples.get(asked.id)).toMatchObject({ state: 'failed', code: 'TOO_LARGE' });
    for (const path of ['relative', '/home/%/x', '/tmp/../etc/shadow', '/tmp/*'])
      expect(() => appliance.samples.ask(admin('dana'), { device: number(), path, reason: 'x' })).toThrow(/path/);
    const block = { session_id: 'a'.repeat(64), block_id: 0, request_id: 'r', data: 'AAAA' };
    expect(JSON.parse(await post('/api/osquery/carve/block', JSON.stringify(block), {}))).toEqual({ error: 'refused' });
  });
});

describe('log lines', () => {
  it('are taken packed and plain; a batch that is too large is taken and dropped, with an event', async () => {
    const { client, number } = made('log-1', debian('log-1'));
    await client.poll();
    expect(await client.log([{ action: 'added', columns: { name: 'x' } }])).toBe(true);
    expect(client.waitingLogLines).toBe(0);
    const big = JSON.stringify({ node_key: client.nodeKey, log_type: 'result', data: ['x'.repeat(9 << 20)] });
    expect(await post('/api/osquery/log', big, {})).toBe('{}');
    expect(eventsOf('osquery-log-dropped')).toMatchObject([{ device: number(), params: { bytes: big.length } }]);
  });
});
