import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { type Appliance, compose } from '../../compose.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { initialise } from '../../init.ts';
import { openLog } from '../../platform/log.ts';

const log = openLog('silent');

describe('diagnostics', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-diagnostics-'));
  const data = join(folder, 'data');
  const key = join(folder, 'recovery.txt');
  const names = [
    'plant-seven',
    'dana-karimova',
    'Press line nine',
    '10.77.66.55',
    'srv7.plant.example',
    'Site of names',
  ];
  let appliance: Appliance;
  beforeAll(async () => {
    const { recoveryKey } = await initialise({
      dataDir: data,
      site: 'plant-seven',
      addresses: ['srv7.plant.example', '10.77.66.55'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'dana-karimova',
      log,
    });
    writeFileSync(key, recoveryKey);
    appliance = await compose({ dataDir: data, log });
    appliance.objects.create(systemActor, 'group', { name: 'Press line nine' });
    appliance.objects.setSetting(systemActor, 'appliance.site-title', 'Site of names');
    appliance.objects.setSetting(systemActor, 'backups.every-days', 3);
    // A reason that names things, as one of a failed job would.
    const reason = 'plant at 10.77.66.55 (srv7.plant.example): "Press line nine" in /srv/dana-karimova';
    const job = appliance.jobs.enqueue('backup');
    appliance.db
      .prepare("update job_run set state = 'failed', error = ? where id = ?")
      .run(JSON.stringify({ code: 'STORE_IO', message: reason }), job);
  });
  afterAll(async () => {
    await appliance.close();
    rmSync(folder, { recursive: true });
  });
  it('are listed before they are written, and name nothing of the site', async () => {
    const listed = await runHere('diagnostics', 'list', '--data', data, '--json');
    const { rows } = JSON.parse(listed.stdout) as { rows: { name: string }[] };
    const out = join(folder, 'plain.json');
    expect((await runHere('diagnostics', 'export', '--plain', '--out', out, '--data', data)).code).toBe(0);
    const text = readFileSync(out, 'utf8');
    const { sections } = JSON.parse(text) as { sections: Record<string, unknown> };
    expect(Object.keys(sections)).toEqual(rows.map(({ name }) => name));
    expect(names.filter((name) => text.includes(name))).toEqual([]);
    expect(sections['settings']).toEqual([
      { name: 'appliance.site-title', value: 'set' },
      { name: 'backups.every-days', value: 3 },
    ]);
    expect(sections['jobs']).toMatchObject({ failed: [{ kind: 'backup', code: 'STORE_IO' }] });
    const again = await runHere('diagnostics', 'export', '--plain', '--out', out, '--data', data);
    expect(again).toMatchObject({ code: 1, stderr: `Error: EXISTS: ${out} exists\nNext: name another one\n` });
  });

  it('are sealed to the recovery key unless they are wanted plain', async () => {
    const out = join(folder, 'one.sealed');
    expect((await runHere('diagnostics', 'export', '--only', 'system', '--out', out, '--data', data)).code).toBe(0);
    expect(readFileSync(out).includes('sallyport-diagnostics')).toBe(false);
    const opened = await runHere('diagnostics', 'open', out, '--key-file', key, '--json');
    const { sections } = JSON.parse(opened.stdout) as { sections: object };
    expect(Object.keys(sections)).toEqual(['system']);
  });

  it('are offered on the page of health to who may write settings, and not collected by doctor there', async () => {
    const site = await openConsole();
    try {
      const administrator = await site.as('administrator');
      const page = await (await administrator.get(paths.health())).text();
      expect(page).toContain(paths.diagnosticsFile({ plain: 'true' }));
      const sent = await administrator.get(paths.diagnosticsFile({ plain: 'true' }));
      const { sections } = (await sent.json()) as { sections: Record<string, unknown> };
      expect(sections['doctor']).toEqual({ lastNight: null });
      expect((await (await site.as('viewer')).get(paths.diagnosticsFile())).status).toBe(403);
    } finally {
      await site.close();
    }
  });
});
