import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHost } from '../../appliance/test/support/host.ts';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { deb } from '../../appliance/test/support/site.ts';
import { command, freePort, type Running, startCommand, temporaryFolder, tryCommand } from '../support/commands.ts';
import { serverCaller } from '../support/server-caller.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { mountSmallDisk, type SmallDisk } from './full-disk-mount.ts';
import { type Device, enrolDevice, hashOf } from './intake-kill-device.ts';

// What keeps the appliance from its work is told by readyz, on every page and by the command, each by its own code: a full disk, a
// damaged database, a missing key, a job that does not go on, a database of another release. The real server on a small disk.

const log = openLog('silent');
const password = 'a long enough password 7';
const diskBytes = 128 * 1024 * 1024;
const needsRoot = 'mounting a tmpfs takes root';

type Ready = { ready: boolean; checks: Array<{ name: string; state: string; code: string }> };

describe('an appliance that is not well', () => {
  const folder = temporaryFolder('unwell');
  const disk: SmallDisk | undefined = mountSmallDisk(join(folder.path, 'disk'), diskBytes);
  const dataDir = join(folder.path, 'disk', 'data');
  const base = join(folder.path, 'base');
  const data = ['--data', dataDir];
  let port = 0;
  let ca = '';
  let metricsToken = '';
  let agentToken = '';
  let server: Running | undefined;

  const ask = serverCaller(() => ({ port, ca }));
  const logIn = () => ask('/login', { form: { name: 'ann', password } });
  const ready = async (): Promise<{ status: number; codes: string[] }> => {
    const { status, text } = await ask('/readyz');
    const { checks } = JSON.parse(text) as Ready;
    return {
      status,
      codes: checks.filter(({ state }) => state === 'failed').map(({ name, code }) => `${name} ${code}`),
    };
  };
  /** Waits until readyz says so; the server looks every few seconds. */
  const untilReady = (codes: string[]): Promise<true> =>
    until(
      async () => {
        const found = await ready();
        return found.codes.join() === codes.join() && found.status === (codes.length === 0 ? 200 : 503);
      },
      { everyMs: 250 },
    );
  const sql = (text: string): void => {
    const db = new BetterSqlite3(join(dataDir, 'state.db'));
    try {
      db.exec(text);
    } finally {
      db.close();
    }
  };
  const opened = async <T>(dir: string, work: (appliance: Appliance) => Promise<T> | T): Promise<T> => {
    const appliance = await compose({ dataDir: dir, log });
    try {
      return await work(appliance);
    } finally {
      await appliance.close();
    }
  };
  const start = async (): Promise<void> => {
    server = await startCommand('sallyport', ['serve', ...data, '--listen', `127.0.0.1:${port}`], /listening/);
  };
  const stop = async (): Promise<void> => {
    await server?.kill();
    server = undefined;
  };

  beforeAll(async () => {
    if (disk === undefined) return;
    process.once('exit', disk.remove);
    port = await freePort();
    await initialised({
      dataDir: base,
      site: 'plant-7',
      addresses: ['127.0.0.1', 'localhost'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'administrator',
      log,
    });
    const host = makeHost(join(folder.path, 'host'));
    await host.publish();
    await opened(base, async ({ accounts, exchange, objects, ca: authority }) => {
      // Devices enrol where there is a root.
      await exchange.importTrust(systemActor, await host.trustFile(join(folder.path, 'trust')), host.rootFingerprint);
      ca = authority.certificatePem;
      const { id } = objects.create(systemActor, 'account', { name: 'ann', roles: ['administrator'] });
      const { token } = accounts.makeLink(systemActor, id);
      await accounts.useLink(token, { password, again: password, from: '127.0.0.1' });
      // What an import leaves free is more than this disk has.
      objects.setSetting(systemActor, 'exchange.reserve-bytes', 0);
      agentToken = makeToken(objects, 'agent');
      const role = objects.create(systemActor, 'role', { name: 'Monitoring', rights: ['metrics:read'] });
      const robot = objects.create(systemActor, 'account', { name: 'monitor', roles: [role.id] });
      metricsToken = accounts.createApiToken(systemActor, { name: 'monitor', account: robot.id }).secret;
    });
    cpSync(base, dataDir, { recursive: true });
    await start();
    await untilReady([]);
  });
  afterAll(async () => {
    await stop();
    disk?.remove();
    folder.remove();
  });

  it('takes root, for a small disk of its own', (context) => {
    if (disk === undefined) context.skip(needsRoot);
    expect(disk?.freeBytes()).toBeGreaterThan(diskBytes / 2);
  });

  it('refuses reports while the disk is full, lets a person log in, and goes on by itself once there is room', async (context) => {
    if (disk === undefined) return context.skip(needsRoot);
    const reserve = join(dataDir, 'reserve');
    await until(async () => statSync(reserve, { throwIfNoEntry: false }) !== undefined);
    let device: Device | undefined;
    const put = (round: number) => {
      const items = [deb(`own-${round}`, '1-1')];
      return (device as Device).call('PUT', '/sections/software', {
        hash: hashOf(items),
        collectedAt: '2026-11-24T10:00:00Z',
        items,
      });
    };
    try {
      device = await enrolDevice({ port, ca }, 'line-1', agentToken);
      expect(await put(0)).toMatchObject({ status: 200 });
      disk.fill();
      await untilReady(['disk DISK_FULL']);
      expect(await put(1)).toMatchObject({ status: 507, body: { error: 'DISK_FULL' } });
      expect(statSync(reserve, { throwIfNoEntry: false })).toBeUndefined();
      const session = await logIn();
      expect(session.status).toBe(303);
      expect((await ask('/', { cookie: session.cookie })).text).toContain('The disk is full: reports are refused');
      expect((await ask('/health', { cookie: session.cookie })).text).toContain('Make room now');
      expect((await ask('/events', { cookie: session.cookie })).text).toContain('The disk is full');
      disk.free();
      await untilReady([]);
      expect(await put(2)).toMatchObject({ status: 200 });
      await until(async () => statSync(reserve, { throwIfNoEntry: false }) !== undefined);
    } finally {
      device?.close();
    }
  });

  it('tells a missing key, a job that does not go on and a database of another release apart', async (context) => {
    if (disk === undefined) return context.skip(needsRoot);
    const key = join(dataDir, 'keys', 'site.key');
    renameSync(join(dataDir, 'keys', 'master.key'), `${key}.away`);
    await untilReady(['keys KEY']);
    renameSync(`${key}.away`, join(dataDir, 'keys', 'master.key'));
    sql("insert into job_run (kind, state, payload, created_at) values ('of-another-release', 'queued', 'null', 1)");
    await untilReady(['jobs JOB_STUCK']);
    sql("delete from job_run where kind = 'of-another-release'");
    const version = new BetterSqlite3(join(dataDir, 'state.db'), { readonly: true });
    const held = version.pragma('user_version', { simple: true }) as number;
    version.close();
    sql(`pragma user_version = ${held + 1}`);
    await untilReady(['schema SCHEMA']);
    sql(`pragma user_version = ${held}`);
    await untilReady([]);
    expect(await command('sallyport', 'health', ...data)).toMatchObject({ isReady: true });
  });

  it('gives monitoring its figures for a token of its own, in a text that promtool accepts', async (context) => {
    if (disk === undefined) return context.skip(needsRoot);
    expect((await ask('/metrics')).status).toBe(401);
    const { status, text } = await ask('/metrics', { bearer: metricsToken });
    expect(status).toBe(200);
    expect(text).toContain('sallyport_ready 1\n');
    expect(text).toMatch(/^sallyport_requests_total\{entry_point="console",status="2xx"\} [1-9]/m);
    expect(text).toMatch(/^sallyport_intake_waiting 0$/m);
    // The same token reads nothing else.
    expect((await ask('/api/v1/health', { bearer: metricsToken })).status).toBe(403);
    const judged = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(`${judged.error ?? ''}${judged.stdout}${judged.stderr}`).toBe('');
    expect(judged.status).toBe(0);
    const shown = await tryCommand('sallyport', ['metrics', 'show', ...data]);
    expect(shown.stdout).toContain('sallyport_ready 1');
    expect(shown.stdout).not.toContain('sallyport_requests_total');
  });

  it('serves what it can read of a damaged database, writes nothing any more, and says so everywhere', async (context) => {
    if (disk === undefined) return context.skip(needsRoot);
    const { cookie } = await logIn();
    await stop();
    // The pages of one table that only one page reads.
    const db = new BetterSqlite3(join(dataDir, 'state.db'));
    const [page, size] = [
      db.prepare("select rootpage from sqlite_schema where name = 'event'").pluck().get(),
      db.pragma('page_size', { simple: true }),
    ] as [number, number];
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    const file = openSync(join(dataDir, 'state.db'), 'r+');
    writeSync(file, Buffer.alloc(size, 0x55), 0, size, (page - 1) * size);
    closeSync(file);
    await start();
    await untilReady(['database DATABASE']);
    const front = await ask('/', { cookie });
    expect(front.text).toContain('The database is damaged: nothing is written any more');
    // Pages that need nothing of the damaged part are as they were; a form is refused, a report too.
    expect((await ask('/devices', { cookie })).status).toBe(200);
    const csrf = /name="csrf" value="([^"]+)"/.exec((await ask('/me', { cookie })).text)?.[1] ?? '';
    expect(await ask('/logout', { cookie, form: { csrf } })).toMatchObject({ status: 500 });
    expect((await ask('/logout', { cookie, form: { csrf } })).text).toContain('DATABASE');
    const doctor = await tryCommand('sallyport', ['doctor', ...data]);
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toContain('database');
  });
});
