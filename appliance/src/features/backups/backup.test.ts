import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
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
import { until } from '../../../../test/support/until.ts';
import { admin } from '../../../test/support/engines.ts';
import { initialised } from '../../../test/support/initialised.ts';
import { type Appliance, compose } from '../../compose.ts';
import { examine } from '../../doctor.ts';
import { openLog } from '../../platform/log.ts';
import { createBackup } from './make-backup.ts';
import { parseRecoveryKey, restoreBackup, restoreObjects, verifyBackup } from './restore.ts';

const require = createRequire(import.meta.url);
const log = openLog('silent');
let folder: string;
let recoveryKey: string;
let appliance: Appliance;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-backup-'));
  const listen = { address: '127.0.0.1', port: 0 };
  ({ recoveryKey } = await initialised({
    dataDir: at('data'),
    site: 'test-1',
    addresses: ['localhost'],
    listen,
    administrator: 'dana',
    log,
  }));
  appliance = await compose({ dataDir: at('data'), log, lateStatements: true });
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
    expect(await verifyBackup(at('one.spb'), { key, workFolder: folder })).toMatchObject({ site: 'test-1' });
    const report = await restoreBackup(at('one.spb'), key, at('restored'));
    expect(report.objects).toEqual({ needed: 1, brought: 1, missing: [], damaged: [] });
    const restored = await compose({ dataDir: at('restored'), log, lateStatements: true });
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
    const key = await parseRecoveryKey(recoveryKey);
    expect(await verifyBackup(at('busy.spb'), { key, workFolder: folder })).toMatchObject({ site: 'test-1' });
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
    appliance = await compose({ dataDir: at('data'), log, lateStatements: true });
    await expect(createBackup(appliance, at('bad.spb'))).rejects.toMatchObject({ code: 'DATABASE' });
    expect(existsSync(at('bad.spb'))).toBe(false);
    const details = (await examine(appliance)).filter(({ check }) => check === 'database').map(({ detail }) => detail);
    expect(details.length).toBeGreaterThan(1);
    expect(details.at(-1)).toContain(`newest backup: ${join(appliance.paths.backups, 'good.spb')}`);
  });

  it('is checked without any secret, and its check writes no key anywhere', async () => {
    const whole = await verifyBackup(at('one.spb'), { workFolder: at('nowhere') });
    expect(whole).toMatchObject({ site: 'test-1', files: null, objects: { needed: 1, missing: [], damaged: [] } });
    expect(whole.signedBy).toBe(appliance.exchange.signedBy());
    mkdirSync(at('work'));
    const looker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const { readdirSync } = require('node:fs');
       const names = new Set();
       let goes = true;
       parentPort.on('message', () => { goes = false; });
       const look = () => {
         try {
           for (const name of readdirSync(workerData, { recursive: true })) names.add(name.replace(/^[^/]*\\/?/, ''));
         } catch {} // Removed meanwhile.
         parentPort.postMessage([...names]);
         if (goes) setImmediate(look); else parentPort.close();
       };
       look();`,
      { eval: true, workerData: at('work') },
    );
    let seen: string[] = [];
    looker.on('message', (names: string[]) => {
      seen = names;
    });
    const key = await parseRecoveryKey(recoveryKey);
    // Until it was seen while its database is looked at.
    await until(async () => {
      await verifyBackup(at('one.spb'), { key, workFolder: at('work') });
      return seen.includes('state.db');
    });
    looker.postMessage('enough');
    await once(looker, 'exit');
    expect(seen.filter((name) => name.includes('key'))).toEqual([]);
    // A byte of what is sealed, and of a copy of an object.
    const bytes = readFileSync(at('one.spb'));
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    writeFileSync(at('altered.spb'), bytes);
    await expect(verifyBackup(at('altered.spb'), { workFolder: folder })).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
    });
    const [copy = ''] = readdirSync(at('objects'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.length > 64,
    );
    writeFileSync(at(join('objects', copy)), 'altered');
    const { objects } = await verifyBackup(at('one.spb'), { workFolder: folder });
    expect(objects).toEqual({ needed: 1, missing: [], damaged: [copy.slice(3, 67)] });
  });

  it('adds only the objects that are new, and no object is readable beside it', async () => {
    const before = readdirSync(at('objects'), { recursive: true, encoding: 'utf8' });
    await appliance.store.put(Buffer.from('a second object'), { maxBytes: 1e6 });
    const made = await createBackup(appliance, at('two.spb'));
    expect(made.objects).toMatchObject({ copied: 1 });
    const after = readdirSync(at('objects'), { recursive: true, encoding: 'utf8' });
    expect(after).toEqual(expect.arrayContaining(before));
    for (const name of after.filter((one) => one.length > 64))
      expect(readFileSync(at(join('objects', name))).includes('a second object')).toBe(false);
    // Beside the store itself a copy would help nobody.
    expect((await createBackup(appliance, join(appliance.paths.backups, 'here.spb'))).objects).toBeUndefined();
    expect(readdirSync(appliance.paths.backups)).toEqual(['here.spb']);
  });

  it('comes back with database and objects in any order, and says which objects are missing', async () => {
    const key = await parseRecoveryKey(recoveryKey);
    const [{ sha256 } = { sha256: '' }] = [...appliance.store.list()];
    renameSync(at('objects'), at('elsewhere'));
    const lost = await restoreBackup(at('one.spb'), key, at('first'));
    expect(lost.objects).toEqual({ needed: 1, brought: 0, missing: [sha256], damaged: [] });
    expect(await restoreObjects(at('one.spb'), key, at('first'), [at('elsewhere')])).toMatchObject({
      brought: 1,
      missing: [],
    });
    // The objects first, from the data directory of before.
    const old = join(at('data'), 'objects');
    expect(await restoreObjects(at('one.spb'), key, at('second'), [old])).toMatchObject({ brought: 1, missing: [] });
    expect((await restoreBackup(at('one.spb'), key, at('second'))).objects).toMatchObject({ missing: [] });
    for (const name of ['first', 'second']) {
      const restored = await compose({ dataDir: at(name), log, lateStatements: true });
      expect([...restored.store.list()].map((one) => one.sha256)).toEqual([sha256]);
      expect((await examine(restored)).filter(({ severity }) => severity === 'finding')).toEqual([]);
      await restored.close();
    }
  });

  it('shows nothing of its content', () => {
    const bytes = readFileSync(at('one.spb')).toString('latin1');
    for (const text of ['state.db', 'Line 1', 'SQLite format', 'dana', appliance.keyring.masterForBackup()])
      expect(bytes).not.toContain(text);
  });

  it('with another key, an altered byte or a cut is refused and leaves nothing', async () => {
    const key = await parseRecoveryKey(recoveryKey);
    const other = await parseRecoveryKey('ab'.repeat(32));
    await expect(verifyBackup(at('one.spb'), { key: other, workFolder: folder })).rejects.toMatchObject({
      code: 'KEY',
    });
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
