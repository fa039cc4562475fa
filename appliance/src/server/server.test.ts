import { createHash, randomBytes, type X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { paths } from '@sallyport/ui/paths';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { initialised } from '../../test/support/initialised.ts';
import { type Appliance, compose } from '../compose.ts';
import { systemActor } from '../engine/objects/types.ts';
import { initialise } from '../init.ts';
import { writeConfig } from '../platform/config.ts';
import { nowIn } from '../platform/database.ts';
import { openLog } from '../platform/log.ts';
import { takeTrialLock } from '../platform/process-lock.ts';
import { wholeSite } from '../platform/scope.ts';
import { sectionHash } from '../platform/section-hash.ts';
import { type Server, startServer } from './server.ts';

const log = openLog('silent');
let folder: string;
let appliance: Appliance;
let server: Server | undefined;

const initOptions = () => ({
  dataDir: folder,
  site: 'test-1',
  addresses: ['localhost', '127.0.0.1'],
  listen: { address: '127.0.0.1', port: 0 },
  administrator: 'administrator',
  log,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-server-'));
  await initialised(initOptions());
  appliance = await compose({ dataDir: folder, log, lateStatements: true });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await appliance.close();
  rmSync(folder, { recursive: true, force: true });
});

const securing = {
  'content-security-policy': expect.stringContaining("default-src 'none'") as string,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': expect.stringContaining('camera=()') as string,
  'strict-transport-security': 'max-age=31536000',
};

const get = (
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> =>
  new Promise((resolve, reject) => {
    const { certificatePem: ca } = appliance.ca;
    const options = { host: '127.0.0.1', servername: 'localhost', port, path, headers, ca, agent: false };
    const call = request(options, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    call.once('error', reject);
    call.end();
  });

describe('the certificate of a server that goes on', () => {
  const presented = (port: number): Promise<X509Certificate> =>
    new Promise((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', servername: 'localhost', port, ca: appliance.ca.certificatePem });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        const certificate = socket.getPeerX509Certificate();
        socket.destroy();
        if (certificate === undefined) reject(new Error('no certificate'));
        else resolve(certificate);
      });
    });

  it('is another one once the configuration names another address, and the same one otherwise', async () => {
    const running = await startServer(appliance);
    server = running;
    const before = await presented(running.port);
    expect(await running.reload()).toBe(false);
    writeConfig(appliance.paths, { ...appliance.config, addresses: [...appliance.config.addresses, '10.9.8.7'] });
    expect(await running.reload()).toBe(true);
    const after = await presented(running.port);
    expect([before.checkIP('10.9.8.7'), after.checkIP('10.9.8.7')]).toEqual([undefined, '10.9.8.7']);
    // As strict as before: TLS 1.1 is not spoken again.
    await expect(
      new Promise((resolve, reject) => {
        const old = {
          host: '127.0.0.1',
          port: running.port,
          rejectUnauthorized: false,
          maxVersion: 'TLSv1.1',
        } as const;
        const socket = connectTls({ ...old, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }, () =>
          resolve('spoken'),
        );
        socket.once('error', reject);
      }),
    ).rejects.toThrow();
    expect((await get(running.port, '/healthz')).status).toBe(200);
  });
});

describe('what was left in staging', () => {
  it('goes at the start, but for the copy of an upgrade that tries itself meanwhile', async () => {
    const { paths: at } = appliance;
    for (const name of ['backup-cut', 'offline-cut', 'backup-trial-on']) mkdirSync(join(at.staging, name));
    const trial = takeTrialLock(at.data);
    server = await startServer(appliance);
    expect(readdirSync(at.staging)).toEqual(['backup-trial-on']);
    await server.stop();
    trial.release();
    server = await startServer(appliance);
    expect(readdirSync(at.staging)).toEqual([]);
  });
});

describe('a new data directory', () => {
  it('has roles, one administrator and one link, whose secret is not in it', async () => {
    const { objects } = appliance;
    expect(
      objects
        .list({ kind: 'role', limit: 9 })
        .rows.map((role) => role.id)
        .sort(),
    ).toEqual(['administrator', 'auditor', 'operator', 'viewer']);
    const account = objects.findBy('account', 'name', 'administrator');
    expect(account?.body).toMatchObject({ roles: ['administrator'] });
    expect(objects.list({ kind: 'token', where: { purpose: 'first' }, limit: 9 }).rows[0]?.body).toMatchObject({
      account: account?.id,
      uses: 1,
    });
    await expect(initialise(initOptions())).rejects.toMatchObject({ code: 'EXISTS' });
  });

  it('is readable by its owner only', () => {
    for (const name of readdirSync(join(folder, 'keys')).filter((file) => !file.endsWith('.pem'))) {
      expect(statSync(join(folder, 'keys', name)).mode & 0o077).toBe(0);
    }
  });

  it('is finished when the first attempt was cut short', async () => {
    rmSync(join(folder, 'keys', 'recovery.pub'));
    const made = await initialise(initOptions());
    expect(made.linkPath).toMatch(/^\/first\/[\w-]{43}$/);
    expect(appliance.objects.list({ kind: 'account', limit: 9 }).total).toBe(1);
  });
});

describe('the server', () => {
  it('answers over HTTP/1.1 and HTTP/2 with its own certificate and the security headers', async () => {
    server = await startServer(appliance);
    const answer = await get(server.port, '/healthz');
    expect(answer).toMatchObject({ status: 200, body: '{"ok":true}' });
    const session = connect(`https://127.0.0.1:${server.port}`, { ca: appliance.ca.certificatePem });
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({ ':path': '/healthz' });
      stream.once('response', (said) => resolve({ ...said }));
      stream.resume();
      stream.end();
    });
    session.close();
    expect(headers[':status']).toBe(200);
    expect(headers).toMatchObject(securing);
    expect(answer.headers).toMatchObject(securing);
  });

  it('says the security headers with every answer', async () => {
    server = await startServer(appliance);
    const answers = [
      [200, paths.login()],
      [303, '/'],
      [404, '/assets/nothing.css'],
      [401, '/api/v1/devices'],
      [404, '/api/nothing'],
      [401, '/api/agent/v1/trust/root.json'],
      [404, '/api/agent/v1/nothing'],
      [404, '/api/osquery/nothing'],
      // No request that anything of ours could answer.
      [400, '/', { host: 'a b' }],
    ] as const;
    for (const [status, path, headers] of answers) {
      const answer = await get(server.port, path, headers);
      expect([path, answer.status, answer.headers]).toEqual([path, status, expect.objectContaining(securing)]);
    }
  });

  it('lets another in before the hundreds of pages that one program asked for at once', async () => {
    const { port } = await startServer(appliance).then((running) => (server = running));
    const programOf = (name: string): string => {
      const account = appliance.objects.create(systemActor, 'account', { name, roles: ['administrator'] });
      const secret = `sallyport-api-${randomBytes(32).toString('base64url')}`;
      const hash = createHash('sha256').update(secret).digest('hex');
      const actor = { ...systemActor, type: 'account', id: account.id } as const;
      appliance.objects.create(actor, 'token', { name, purpose: 'api', hash, account: account.id });
      return secret;
    };
    const finished: string[] = [];
    const call = (session: ClientHttp2Session, secret: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': '/api/v1/devices', authorization: `Bearer ${secret}` });
        stream.once('error', reject);
        stream.once('response', (said) => {
          finished.push(secret);
          resolve(Number(said[':status']));
        });
        stream.resume();
        stream.end();
      });
    const open = (): ClientHttp2Session => connect(`https://127.0.0.1:${port}`, { ca: appliance.ca.certificatePem });
    const [many, other] = [programOf('many'), programOf('other')];
    const sessions = [open(), open(), open()];
    const another = open();
    for (const [session, secret] of [...sessions.map((one) => [one, many] as const), [another, other] as const])
      expect(await call(session, secret)).toBe(200);
    finished.splice(0);
    const all = sessions.flatMap((session) => Array.from({ length: 80 }, () => call(session, many)));
    // They are all on their way: the first of them is answered.
    await until(() => finished.length > 0);
    expect(await call(another, other)).toBe(200);
    const before = finished.indexOf(other);
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
    expect(before).toBeLessThan(all.length / 2);
    for (const session of [...sessions, another]) session.close();
  });

  it('is the only one on its data directory', async () => {
    server = await startServer(appliance);
    const second = await compose({ dataDir: folder, log, lateStatements: true });
    try {
      await expect(startServer(second)).rejects.toMatchObject({ code: 'IN_USE' });
    } finally {
      await second.close();
    }
    expect((await get(server.port, '/healthz')).status).toBe(200);
  });

  it('works off jobs, those of before a crash too', async () => {
    const { jobs, db } = appliance;
    const crashed = Number(
      db
        .prepare(
          "insert into job_run (kind, state, payload, attempt, created_at) values ('retention', 'running', 'null', 1, 0)",
        )
        .run().lastInsertRowid,
    );
    const hopeless = Number(
      db
        .prepare(
          "insert into job_run (kind, state, payload, attempt, created_at) values ('retention', 'running', 'null', 3, 0)",
        )
        .run().lastInsertRowid,
    );
    const waiting = jobs.enqueue('retention');
    server = await startServer(appliance);
    expect(await jobs.finished(crashed, { timeoutMs: 30_000 })).toMatchObject({ state: 'done', attempt: 2 });
    expect(await jobs.finished(waiting, { timeoutMs: 30_000 })).toMatchObject({
      state: 'done',
      attempt: 1,
      result: { tombstones: 0 },
    });
    expect(jobs.get(hopeless)).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
    const later = jobs.enqueue('retention');
    expect((await jobs.finished(later, { timeoutMs: 30_000 })).state).toBe('done');
    expect(() => jobs.enqueue('no-such-kind')).toThrow('no job kind');
  });

  it('does what it missed while it was off, and nothing twice', async () => {
    const { jobs, db } = appliance;
    const hourMs = 3_600_000;
    const now = nowIn(db);
    const put = db.prepare('insert or replace into schedule_run (name, last_at) values (?, ?)');
    put.run('retention', now - 26 * hourMs);
    put.run('self-check', now - 24 * hourMs);
    // A clock that was ahead once.
    put.run('daily-values', now + 400 * 24 * hourMs);
    server = await startServer(appliance);
    const runsOf = (kind: string) => jobs.list({ kind, limit: 9 });
    jobs.catchUp();
    jobs.catchUp();
    expect([runsOf('retention').length, runsOf('self-check').length, runsOf('daily-values').length]).toEqual([1, 0, 0]);
    expect(await jobs.finished(runsOf('retention')[0]?.id ?? 0, { timeoutMs: 30_000 })).toMatchObject({
      state: 'done',
    });
    put.run('daily-values', nowIn(db) - 5 * hourMs);
    jobs.catchUp();
    expect(runsOf('daily-values')).toHaveLength(1);
  });

  it('derives what a crash left to the thread of reports, without a report', async () => {
    const seen = { method: 'agent', at: 0, facts: { hostname: 'gate' }, names: ['gate'] } as const;
    expect(appliance.devices.discover(seen)).toMatchObject({ device: { id: 1 } });
    const items = [{ type: 'deb', name: 'bash', version: '1', arch: 'amd64' }];
    const report = { hash: sectionHash(items), collectedAt: '2026-11-24T10:00:00Z', items };
    appliance.inventory.putSection({ device: 1, collection: 'software', source: 'native', ...report });
    // The rules of a new site are a backlog, whose job would derive it, too.
    appliance.rules.recomputePending();
    expect(appliance.inventory.waiting()).toBe(1);
    server = await startServer(appliance);
    await until(() => appliance.inventory.waiting() === 0);
  });

  it('leaves its traces in the audit chain', async () => {
    server = await startServer(appliance);
    await server.stop();
    server = undefined;
    expect(
      appliance.events.list({ scope: wholeSite('job'), type: ['server-started', 'server-stopped'], limit: 5 }).total,
    ).toBe(2);
    expect(appliance.events.verifyChain().ok).toBe(true);
  });

  it('writes down how far the time is at its start and at its end, by the boot clock and not by the wall clock', async () => {
    const kept = () =>
      appliance.db
        .prepare<[], { ran: number; floor: string }>('select ran_ms as ran, floor from exchange_state')
        .get() ?? { ran: 0, floor: '' };
    const before = kept();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 });
    try {
      server = await startServer(appliance);
      const started = kept();
      await server.stop();
      server = undefined;
      expect(started.ran).toBeGreaterThan(before.ran);
      expect(kept().ran).toBeGreaterThan(started.ran);
      expect(Date.parse(kept().floor)).toBeLessThan(Date.now() - 300 * 86_400_000);
    } finally {
      vi.useRealTimers();
    }
  });
});
