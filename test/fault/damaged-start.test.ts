import { X509Certificate } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { openLog } from '@sallyport/appliance/platform/log';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { command, freePort, type Running, startCommand, temporaryFolder, tryCommand } from '../support/commands.ts';
import { serverCaller } from '../support/server-caller.ts';
import { until } from '../support/until.ts';
import { opened } from './fault-site.ts';

// A database that cannot be opened, one of which a leaf is damaged, and a data folder that goes away: the real server over files
// that are really damaged.

const languages = ['kk', 'ru', 'en'] as const;

/** Writes over one page of a database that nobody has open, but for its first bytes. */
const spoil = (path: string, page: number, size: number, kept = 0): void => {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size - kept, 0x55), 0, size - kept, (page - 1) * size + kept);
  closeSync(file);
};

/** The first page of a table or an index, and the length of a page. */
const rootOf = (path: string, name: string): [page: number, size: number] => {
  const db = new BetterSqlite3(path);
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
    return [
      db.prepare('select rootpage from sqlite_schema where name = ?').pluck().get(name),
      db.pragma('page_size', { simple: true }),
    ] as [number, number];
  } finally {
    db.close();
  }
};

describe('a server whose data are damaged or gone', () => {
  const folder = temporaryFolder('damaged-start');
  const base = join(folder.path, 'base');
  const dataDir = join(folder.path, 'data');
  const database = join(dataDir, 'state.db');
  let port = 0;
  let ca = '';
  let server: Running | undefined;

  const ask = serverCaller(() => ({ port, ca }));
  const start = async (ready = /listening/): Promise<Running> => {
    server = await startCommand('sallyport', ['serve', '--data', dataDir, '--listen', `127.0.0.1:${port}`], ready);
    return server;
  };
  const ended = (running: Running): Promise<number | null> =>
    new Promise((resolve) => {
      const { child } = running;
      if (child.exitCode !== null) resolve(child.exitCode);
      else child.once('exit', resolve);
    });
  const presented = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => {
        resolve(new X509Certificate(socket.getPeerCertificate(true).raw).fingerprint256);
        socket.destroy();
      });
      socket.once('error', reject);
    });
  type Ready = {
    ready: boolean;
    pagesCheckedAt: number | null;
    checks: Array<{ name: string; state: string; code: string }>;
  };
  const ready = async () => {
    const { status, text } = await ask('/readyz');
    const { checks, pagesCheckedAt } = JSON.parse(text) as Ready;
    const failed = checks.filter(({ state }) => state === 'failed').map(({ name, code }) => `${name} ${code}`);
    return { status, failed, pagesCheckedAt };
  };
  const untilReady = (failed: string[]) =>
    until(async () => (await ready()).failed.join() === failed.join(), { everyMs: 250 });

  beforeAll(async () => {
    await initialised({
      dataDir: base,
      site: 'plant-7',
      addresses: ['127.0.0.1', 'localhost'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'administrator',
      log: openLog('silent'),
    });
    await opened(base, ({ ca: authority }) => {
      ca = authority.certificatePem;
    });
  });
  beforeEach(async () => {
    await server?.kill();
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(`${dataDir}.away`, { recursive: true, force: true });
    cpSync(base, dataDir, { recursive: true });
    port = await freePort();
  });
  afterAll(async () => {
    await server?.kill();
    folder.remove();
  });

  it('shows one page in three languages under the same certificate where the database cannot be opened, and gives way', async () => {
    await start();
    const certificate = await presented();
    await server?.kill();
    await command('sallyport', 'backup', 'create', '--data', dataDir);
    copyFileSync(database, join(folder.path, 'whole.db'));
    // The page that says which tables there are; the header before it stays whole.
    spoil(database, 1, 4096, 100);
    const page = await start(/a page says so/);
    // The way back stands in the log.
    expect(page.output()).toMatch(/sallyport backup restore \S+\.spb/);
    expect(await presented()).toBe(certificate);
    for (const path of ['/', '/login', '/healthz', '/readyz', '/api/v1/health', '/api/agent/v1/check-in']) {
      const answer = await ask(path);
      expect(answer.status, path).toBe(503);
      for (const lang of languages) expect(answer.text, path).toContain(`lang="${lang}"`);
      expect(answer.text, path).toMatch(/<time datetime="\d{4}-\d\d-\d\dT/);
      // A stranger learns nothing of files and commands.
      expect(answer.text, path).not.toContain(dataDir);
    }
    const first = /<time datetime="([^"]+)"/.exec((await ask('/')).text)?.[1];
    const doctor = await tryCommand('sallyport', ['doctor', '--data', dataDir]);
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toMatch(/newest backup: \S+\.spb/);
    expect(doctor.stdout).toContain('sallyport backup restore');
    // Told to look again, it ends for a new start, which says since when it was so.
    page.child.kill('SIGHUP');
    expect(await ended(page)).toBe(1);
    const again = await start(/a page says so/);
    expect(/<time datetime="([^"]+)"/.exec((await ask('/')).text)?.[1]).toBe(first);
    await again.kill();
    expect(again.child.exitCode).toBe(0);
    copyFileSync(join(folder.path, 'whole.db'), database);
    await start();
    expect((await ask('/healthz')).status).toBe(200);
    // What was known to be damaged is so until every page was looked at.
    await untilReady([]);
    expect(existsSync(join(dataDir, 'damage.json'))).toBe(false);
  });

  it('says in readyz that a leaf is damaged when the check of all pages found it, and when they were last checked', async () => {
    const [, size] = rootOf(database, 'event');
    await start();
    await untilReady([]);
    expect((await ready()).pagesCheckedAt).toBeNull();
    await server?.kill();
    // A table that no page of the start reads.
    spoil(database, rootOf(database, 'controller_firmware_handover')[0], size);
    const db = new BetterSqlite3(database);
    db.prepare("insert into job_run (kind, state, payload, created_at) values ('self-check', 'queued', 'null', ?)").run(
      1,
    );
    db.close();
    await start();
    await untilReady(['database DATABASE']);
    await until(async () => (await ready()).pagesCheckedAt !== null, { everyMs: 250 });
    await server?.kill();
    // It is not forgotten by a start.
    await start();
    expect((await ready()).failed).toEqual(['database DATABASE']);
  });

  // The index that a turn two seconds after the start reads.
  it('tells damage that a turn of the server met, not only what a call met', async () => {
    spoil(database, ...rootOf(database, 'import_batch_unfinished'));
    await start();
    await untilReady(['database DATABASE']);
  });

  it('ends with a code of its own where its data folder is taken away, and makes none in its place', async () => {
    const running = await start();
    await untilReady([]);
    renameSync(dataDir, `${dataDir}.away`);
    expect(await ended(running)).toBe(3);
    expect(running.output()).toContain('DATA_GONE');
    const next = await tryCommand('sallyport', ['serve', '--data', dataDir, '--listen', `127.0.0.1:${port}`]);
    expect(next.status).toBe(2);
    expect(next.stderr).toContain('DATA_DIR');
    expect(existsSync(dataDir)).toBe(false);
    renameSync(`${dataDir}.away`, dataDir);
    await start();
    await untilReady([]);
  });

  it('ends also where another folder lies in the place of its own', async () => {
    const running = await start();
    await untilReady([]);
    renameSync(dataDir, `${dataDir}.away`);
    cpSync(base, dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'here'), '');
    expect(await ended(running)).toBe(3);
  });
});
