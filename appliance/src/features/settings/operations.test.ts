import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { openConsole } from '../../../test/support/console.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { systemActor } from '../../engine/objects/types.ts';

describe('settings on the command line', () => {
  let site: ApiSite;
  beforeAll(async () => {
    site = await openApiSite();
  });
  afterAll(() => site.close());

  const run = (...args: string[]) => runHere(...args, '--data', site.appliance.paths.data);

  it('are shown, set by their type and reset', async () => {
    expect((await run('setting', 'set', 'devices.baseline-days', '3')).code).toBe(0);
    expect((await run('setting', 'show', 'devices.baseline-days')).stdout).toBe(
      'devices.baseline-days  3  default 35\n',
    );
    expect(site.appliance.objects.setting('devices.baseline-days')).toBe(3);
    expect((await run('setting', 'reset', 'devices.baseline-days')).code).toBe(0);
    expect(site.appliance.objects.setting('devices.baseline-days')).toBe(35);
    expect((await run('setting', 'set', 'devices.baseline-days', 'often')).stderr).toContain('INVALID');
    expect((await run('setting', 'set', 'no.such', '1')).stderr).toContain('NOT_FOUND');
  });

  it('take a time zone that exists and no other, and pages follow it at once', async () => {
    expect((await run('setting', 'set', 'appliance.time-zone', 'Asia/Nowhere')).stderr).toContain('INVALID');
    expect((await run('setting', 'set', 'appliance.time-zone', 'Asia/Almatty')).stderr).toContain('Asia/Almaty');
    const console = await openConsole();
    try {
      const { objects } = console.appliance;
      const admin = await console.as('administrator');
      for (const [zone, offset] of [
        ['Asia/Almaty', 'UTC+5'],
        ['America/St_Johns', 'UTC-3:30'],
      ] as const) {
        objects.setSetting(systemActor, 'appliance.time-zone', zone);
        expect(await (await admin.get(paths.health())).text()).toContain(offset);
      }
    } finally {
      await console.close();
    }
  });
});
