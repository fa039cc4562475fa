import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { type Browser, openConsole } from '../../../test/support/console.ts';
import { wholeSite } from '../../platform/scope.ts';

// What is asked of one device, as a browser without scripts sees it.

const page = async (browser: Browser): Promise<string> => {
  const response = await browser.get(paths.deviceTasks(device.publicId));
  expect(response.status).toBe(200);
  return response.text();
};
const words = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const ask = (body: Record<string, string>) => admin.post(paths.deviceTasks(device.publicId), body);
const idsOn = (html: string): string[] => [
  ...new Set([...html.matchAll(/\/tasks\/([0-9a-f]{32})"/g)].map((match) => match[1] ?? '')),
];

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
const device = site.device('hmi-07');
site.report(device.id, 'quarantine-file', [{ product: 'Guard "2"', number: '17', name: 'x.exe' }]);
afterAll(() => site.close());

describe('the tasks of a device', () => {
  it('are a tab; a log is asked for, waited for and read', async () => {
    expect(await page(admin)).toContain('Nothing was asked of this device');
    expect((await ask({ kind: 'show-log', lines: '20', reason: 'silent since Monday' })).status).toBe(303);
    const waiting = words(await page(admin));
    expect(waiting).toMatch(/Waits for the device.*20 lines of its log.*silent since Monday/);
    const { queue } = site.appliance.deviceTasks;
    const order = queue.next(device.id);
    const steps = [{ name: 'log', exit: 0, output: 'a <b> line', ms: 1 }];
    queue.result(device.id, order?.id ?? '', { attempt: 1, steps, state: 'completed' });
    expect(await page(viewer)).toContain('a &lt;b&gt; line');
  });

  it('about a kept file wait for a second look', async () => {
    const html = await page(admin);
    const value = JSON.stringify(['quarantine', 'Guard "2"', '17']);
    expect(html.replaceAll('&quot;', '"')).toContain(`value="${value}"`);
    expect((await ask({ kind: 'kept-file', number: value, act: 'delete', reason: 'worm' })).status).toBe(303);
    expect((await ask({ kind: 'kept-file', number: value, act: 'restore', reason: 'false alarm' })).status).toBe(303);
    const asked = await page(admin);
    expect(words(asked)).toContain('Delete the file');
    expect(asked).toContain('another person confirms that a file is given back');
    expect(await page(viewer)).not.toMatch(/<button(?![^>]*(?:disabled|aria-disabled))[^>]*value="confirm"/);
    const ids = idsOn(asked);
    expect(ids).toHaveLength(2);
    const tasks = ids.map((id) => site.appliance.deviceTasks.get(id, wholeSite('job')));
    const idOf = (act: string) =>
      tasks.find(({ wanted }) => wanted?.kind === 'kept-file' && wanted.act === act)?.id ?? '';
    const decide = (id: string, decision: string, browser = admin) =>
      browser.post(paths.deviceTaskDecide(device.publicId, id), { decision });
    expect((await decide(idOf('delete'), 'confirm')).status).toBe(303);
    expect((await decide(idOf('restore'), 'confirm')).status).toBe(403);
    expect((await decide(idOf('restore'), 'cancel', viewer)).status).toBe(403);
    expect((await decide(idOf('restore'), 'cancel')).status).toBe(303);
    expect(tasks.map(({ id }) => site.appliance.deviceTasks.get(id, wholeSite('job')).state).sort()).toEqual([
      'cancelled',
      'queued',
    ]);
    const stranger = site.device('hmi-08');
    expect(
      (await admin.post(paths.deviceTaskDecide(stranger.publicId, idOf('delete')), { decision: 'cancel' })).status,
    ).toBe(404);
  });

  it('that cannot be asked are refused at their field, and kept', async () => {
    const refused = await ask({ kind: 'show-log', lines: '9999', reason: 'x' });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toMatch(/aria-invalid="true"/);
    const unknown = await ask({ kind: 'kept-file', number: '["quarantine","Other","1"]', act: 'delete', reason: 'x' });
    expect(unknown.status).toBe(422);
    const odd = await ask({ kind: 'kept-file', number: '][', act: 'format', reason: 'x' });
    expect(odd.status).toBe(422);
  });
});
