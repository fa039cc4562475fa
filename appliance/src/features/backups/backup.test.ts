import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../../test/support/engines.ts';
import { type Appliance, compose } from '../../compose.ts';
import { examine } from '../../doctor.ts';
import { initialise } from '../../init.ts';
import { openLog } from '../../platform/log.ts';
import { createBackup, parseRecoveryKey, restoreBackup, verifyBackup } from './backup.ts';

const require = createRequire(import.meta.url);
const log = openLog('silent');
let folder: string;
let recoveryKey: string;
let appliance: Appliance;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-backup-'));
  const listen = { address: '127.0.0.1', port: 0 };
  ({ recoveryKey } = await initialise({
    dataDir: at('data'),
    site: 'test-1',
    addresses: ['localhost'],
    listen,
    administrator: 'dana',
    log,
  }));
  appliance = await compose({ dataDir: at('data'), log });
  appliance.objects.create(admin, 'group', { name: 'Line 1' });
  await appliance.store.put(Buffer.alloc(200_000, 7), { maxBytes: 1e6 });
  await createBackup(appliance, at('one.spb'));
});
afterEach(async () => {
  await appliance.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('restores to the same appliance, personal values and keys included', async () => {
    const key = await parseRecoveryKey(recoveryKey);
    expect(verifyBackup(at('one.spb'), key, folder)).toMatchObject({ site: 'test-1' });
    await restoreBackup(at('one.spb'), key, at('restored'));
    const restored = await compose({ dataDir: at('restored'), log });
    try {
      expect(restored.objects.findBy('account', 'name', 'dana')?.body['name']).toBe('dana');
      expect(restored.objects.list({ kind: 'group', limit: 5 }).rows[0]?.body).toEqual({ name: 'Line 1' });
      expect(restored.ca.certificatePem).toBe(appliance.ca.certificatePem);
      expect([...restored.store.list()]).toEqual([...appliance.store.list()]);
      expect((await examine(restored)).filter(({ severity }) => severity === 'finding')).toEqual([]);
    } finally {
      await restored.close();
    }
    await expect(restoreBackup(at('one.spb'), key, at('restored'))).rejects.toThrow('not empty');
  });

  it('ends while another process commits without a pause', async () => {
    // Long enough a copy for a commit to come between two of its parts.
    appliance.db.exec(`create table busy (n);
      insert into busy with recursive many (n) as (select 1 union all select n + 1 from many where n < 5000)
      select zeroblob(4000) from many`);
    const writer = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const db = new (require(workerData.module))(workerData.path, { timeout: 10000 });
       db.pragma('synchronous = OFF');
       const insert = db.prepare('insert into busy values (?)');
       let goes = true;
       parentPort.on('message', () => { goes = false; });
       const some = (n) => {
         for (let at = 0; at < 20; at += 1) insert.run(n + at);
         if (n === 0) parentPort.postMessage('writes');
         if (goes) setImmediate(some, n + 20);
         else { db.close(); parentPort.close(); }
       };
       some(0);`,
      { eval: true, workerData: { path: appliance.paths.database, module: require.resolve('better-sqlite3') } },
    );
    await once(writer, 'message');
    await createBackup(appliance, at('busy.spb'));
    writer.postMessage('enough');
    await once(writer, 'exit');
    expect(verifyBackup(at('busy.spb'), await parseRecoveryKey(recoveryKey), folder)).toMatchObject({ site: 'test-1' });
  });

  it('is not made of a damaged database, and doctor names the newest good one', async () => {
    await createBackup(appliance, join(appliance.paths.backups, 'good.spb'));
    const root = appliance.db
      .prepare("select rootpage from sqlite_schema where name = 'event_at'")
      .pluck()
      .get() as number;
    const pageBytes = appliance.db.pragma('page_size', { simple: true }) as number;
    await appliance.close();
    const file = openSync(at('data/state.db'), 'r+');
    writeSync(file, Buffer.alloc(64, 0xff), 0, 64, (root - 1) * pageBytes + pageBytes - 64);
    closeSync(file);
    appliance = await compose({ dataDir: at('data'), log });
    await expect(createBackup(appliance, at('bad.spb'))).rejects.toMatchObject({ code: 'DATABASE' });
    expect(existsSync(at('bad.spb'))).toBe(false);
    const details = (await examine(appliance)).filter(({ check }) => check === 'database').map(({ detail }) => detail);
    expect(details.length).toBeGreaterThan(1);
    expect(details.at(-1)).toContain(`newest backup: ${join(appliance.paths.backups, 'good.spb')}`);
  });

  it('shows nothing of its content', () => {
    const bytes = readFileSync(at('one.spb')).toString('latin1');
    for (const text of ['test-1', 'state.db', 'Line 1', 'SQLite format', appliance.keyring.masterForBackup()])
      expect(bytes).not.toContain(text);
  });

  it('with another key, an altered byte or a cut is refused and leaves nothing', async () => {
    const key = await parseRecoveryKey(recoveryKey);
    const other = await parseRecoveryKey('ab'.repeat(32));
    expect(() => verifyBackup(at('one.spb'), other, folder)).toThrow(expect.objectContaining({ code: 'KEY' }));
    const bytes = readFileSync(at('one.spb'));
    for (const position of [3, 60, 100, 500, bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[position] = (altered[position] ?? 0) ^ 1;
      writeFileSync(at('altered.spb'), altered);
      await expect(restoreBackup(at('altered.spb'), key, at('nowhere'))).rejects.toThrow();
    }
    for (const length of [0, 50, 112, 112 + 65_553, bytes.length - 1]) {
      writeFileSync(at('cut.spb'), bytes);
      truncateSync(at('cut.spb'), length);
      await expect(restoreBackup(at('cut.spb'), key, at('nowhere'))).rejects.toThrow();
    }
    writeFileSync(at('longer.spb'), Buffer.concat([bytes, Buffer.of(0)]));
    await expect(restoreBackup(at('longer.spb'), key, at('nowhere'))).rejects.toThrow();
    await expect(createBackup(appliance, at('one.spb'))).rejects.toMatchObject({ code: 'EXISTS' });
    await expect(createBackup(appliance, at('gone/one.spb'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(parseRecoveryKey('1234')).rejects.toMatchObject({ code: 'KEY' });
  });
});
