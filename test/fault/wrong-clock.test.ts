import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { type Outcome, temporaryFolder } from '../support/commands.ts';
import { canMountFuse, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { until } from '../support/until.ts';
import { copyData, type FaultSite, findingsOf, makeFaultSite, opened } from './fault-site.ts';
import { startImport } from './import-run.ts';

// The real command under a clock that is wrong (libfaketime): decades behind, decades ahead, set back while it imports.

const faketime = spawnSync('faketime', ['-f', '+0d', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
const needs = 'takes Debian faketime';
const dayMs = 86_400_000;

/** `-100d`, or `@2099-06-01 00:00:00`: the clock starts there and goes on; timers keep to the real one. */
const under = (clock: string): { env: NodeJS.ProcessEnv } => ({
  env: {
    PATH: '/usr/bin:/bin',
    LD_PRELOAD: faketime.stdout.trim(),
    FAKETIME: clock,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    TZ: 'UTC',
  },
});

type Summary = { warnings: string[] };

describe.skipIf(faketime.status !== 0)('an import under a wrong clock', () => {
  const folder = temporaryFolder('wrong-clock');
  let site: FaultSite;
  let runs = 0;

  beforeAll(async () => {
    site = await makeFaultSite(join(folder.path, 'site'), { packages: 3, largeBytes: 6 * 1024 * 1024 });
  });
  afterAll(() => folder.remove());

  const lay = (): string => {
    runs += 1;
    return copyData(site.base, join(folder.path, `data-${runs}`));
  };
  const floorOf = (dataDir: string): Promise<string> => opened(dataDir, ({ exchange }) => exchange.state().floor);
  const newest = (dataDir: string) => opened(dataDir, ({ exchange }) => exchange.receipts({ limit: 1 }).rows[0]);
  const summaryOf = ({ status, stdout, stderr }: Outcome): Summary => {
    expect(status, stdout + stderr).toBe(0);
    return (JSON.parse(stdout) as { summary: Summary }).summary;
  };

  it.each([
    ['1970', '@1970-01-02 03:04:05', 'CLOCK_BEHIND'],
    ['a year ahead', '+365d', 'CLOCK_SUSPECT'],
    ['2099', '@2099-06-01 00:00:00', 'CLOCK_SUSPECT'],
  ])('of %s takes nothing in and changes nothing; the right clock takes the same bundle', async (_, clock, code) => {
    const dataDir = lay();
    const before = await floorOf(dataDir);
    const refused = await startImport(dataDir, site.volumes, under(clock)).ended;
    expect(refused.status, refused.stdout + refused.stderr).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain(code);
    expect(site.expectOldOrNew(dataDir)).toBe(false);
    expect((await floorOf(dataDir)) < toTime(Date.now() + dayMs)).toBe(true);
    expect((await floorOf(dataDir)) >= before).toBe(true);
    expect(summaryOf(await startImport(dataDir, site.volumes).ended).warnings).toEqual([]);
    expect(await newest(dataDir)).toMatchObject({ result: 'imported' });
    await site.expectComplete(dataDir);
    expect(await findingsOf(dataDir)).toEqual([]);
  });

  it('of 2099 takes no broadcast, and the right clock takes it', async () => {
    const dataDir = lay();
    await opened(dataDir, ({ objects }) => objects.setSetting(systemActor, 'exchange.broadcast', true));
    const broadcast = await site.host.trustFile(join(folder.path, 'broadcast'));
    const outcome = await startImport(dataDir, [broadcast], under('@2099-06-01 00:00:00')).ended;
    expect(outcome.status).not.toBe(0);
    expect(site.expectOldOrNew(dataDir)).toBe(false);
    const again = await startImport(dataDir, [broadcast]).ended;
    expect(again, again.stdout + again.stderr).toMatchObject({ status: 0 });
  });

  it('that is set back by a day while it imports makes no difference', async (context) => {
    if (!canMountFuse()) return context.skip(fuseNeeds);
    const medium = await mountFuse(join(folder.path, 'medium'));
    try {
      const [volume = ''] = site.volumes;
      copyFileSync(volume, join(medium.folder, basename(volume)));
      const clock = join(folder.path, 'clock');
      writeFileSync(clock, '+0d\n');
      const { FAKETIME: _, ...env } = under('').env;
      const dataDir = lay();
      const before = await floorOf(dataDir);
      await medium.setFaults({ ops: ['read'], fromByte: 4 * 1024 * 1024, hold: true });
      const running = startImport(dataDir, [medium.path], {
        env: { ...env, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1' },
      });
      await until(async () => ((await medium.status()).rules[0]?.struck ?? 0) > 0);
      writeFileSync(clock, '-1d\n');
      await medium.setFaults();
      const { warnings } = summaryOf(await running.ended);
      expect(warnings.filter((code) => code.startsWith('CLOCK'))).toEqual([]);
      expect((await floorOf(dataDir)) >= before).toBe(true);
      await site.expectComplete(dataDir);
      expect(await findingsOf(dataDir)).toEqual([]);
    } finally {
      await medium.remove();
    }
  });

  it('is really seen by the command', () => {
    const { env } = under('@2099-06-01 00:00:00');
    const year = spawnSync(process.execPath, ['-p', 'new Date().getFullYear()'], { env, encoding: 'utf8' });
    expect(year.stdout.trim()).toBe('2099');
    const waited = spawnSync(process.execPath, ['-e', 'setTimeout(() => console.log("woke"), 50)'], {
      env,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(waited.stdout.trim()).toBe('woke');
  });
});

if (faketime.status !== 0) it('an import under a wrong clock', (context) => context.skip(needs));
