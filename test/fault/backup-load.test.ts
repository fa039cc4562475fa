import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { parseRecoveryKey, restoreBackup, verifyBackup } from '@sallyport/appliance/features/backups/restore';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { enrolDevices, startServer } from '../bench/support/site.ts';
import { steadyLoad } from '../bench/support/steady-load.ts';
import { command, temporaryFolder } from '../support/commands.ts';
import { until } from '../support/until.ts';

// The server makes a backup while devices check in and report; the copy is whole, and nobody was refused.

const log = openLog('silent');

describe('a backup beside a hundred check-ins and twenty reports a second', () => {
  const folder = temporaryFolder('backup-load');
  const dataDir = join(folder.path, 'data');
  const taken = join(folder.path, 'taken');
  let recoveryKey = '';
  beforeAll(async () => {
    mkdirSync(taken);
    const listen = { address: '127.0.0.1', port: 0 };
    const addresses = ['localhost', '127.0.0.1'];
    ({ recoveryKey } = await initialised({ dataDir, site: 'plant-7', addresses, listen, administrator: 'ann', log }));
  });
  afterAll(() => folder.remove());

  it('ends, is whole, and costs no device its report', async () => {
    const appliance = await compose({ dataDir, log });
    const certified = await enrolDevices(appliance, 100, { certified: true });
    appliance.objects.setSetting(systemActor, 'backups.folder', taken);
    const ca = appliance.ca.certificatePem;
    const server = await startServer({ dataDir, ca, remove: () => undefined });
    try {
      const load = await steadyLoad({ port: server.port, ca }, certified, {
        checkInsPerSecond: 100,
        reportsPerSecond: 20,
      });
      const { state, error } = await appliance.jobs.finished(appliance.backups.start(systemActor), {
        timeoutMs: 120_000,
      });
      expect([state, error]).toEqual(['done', null]);
      const seen = load.take();
      await load.stop();
      expect(seen.refused).toEqual([]);
      expect(seen.reports.length).toBeGreaterThan(0);
      expect(seen.checkIns.length).toBeGreaterThan(0);
    } finally {
      await server.stop();
    }
    const [last] = appliance.backups.list();
    const path = join(taken, last?.file ?? '');
    await appliance.close();
    const key = await parseRecoveryKey(recoveryKey);
    expect(await verifyBackup(path, { key, workFolder: folder.path })).toMatchObject({ site: 'plant-7' });
    const restored = join(folder.path, 'restored');
    await restoreBackup(path, key, restored);
    const { findings } = await command<{ findings: unknown[] }>('sallyport', 'doctor', '--data', restored);
    expect(findings).toEqual([]);
  });

  it('is made anew where the server was killed in the middle of it, and no half stays', async () => {
    const appliance = await compose({ dataDir, log });
    const { paths, db, jobs, backups, ca } = appliance;
    // Parts enough to be met half-way.
    db.exec(`create table filler (n blob) strict;
      insert into filler with recursive many (n) as (select 1 union all select n + 1 from many where n < 4000)
      select randomblob(4000) from many`);
    const site = { dataDir, ca: ca.certificatePem, remove: () => undefined };
    const copies = (): string[] => readdirSync(paths.staging).filter((name) => name.startsWith('backup-'));
    const taking = (ending: string): string[] => readdirSync(taken).filter((name) => name.endsWith(ending));
    let server = await startServer(site);
    let job = backups.start(systemActor);
    try {
      for (const isHalf of [() => copies().length > 0, () => taking('.spb.part').length > 0]) {
        await until(() => {
          // It was quicker than we looked.
          if (jobs.get(job)?.state === 'done') job = backups.start(systemActor);
          return isHalf();
        });
        process.kill(server.pid, 'SIGKILL');
        await server.stop();
        for (const name of taking('.spb')) await verifyBackup(join(taken, name), { workFolder: folder.path });
        server = await startServer(site);
      }
      expect((await jobs.finished(job, { timeoutMs: 120_000 })).state).toBe('done');
    } finally {
      await server.stop();
    }
    expect(copies()).toEqual([]);
    const [last] = backups.list();
    await appliance.close();
    const key = await parseRecoveryKey(recoveryKey);
    const path = join(taken, last?.file ?? '');
    expect(await verifyBackup(path, { key, workFolder: folder.path })).toMatchObject({ site: 'plant-7' });
  });
});
