import { createHash } from 'node:crypto';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { updateSample } from '../../../../bundle-tools/test/samples.ts';
import { type Browser, openConsole } from '../../../test/support/console.ts';
import { admin as actor } from '../../../test/support/engines.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// What holds orders back, on pages in three languages, in the file, and by command. Nothing is wrong: a deployment without a
// window is made, and waits.

const site = await openConsole();
const admin = await site.as('administrator');
const { deployments, objects, store, updates } = site.appliance;
const device = site.device('hmi-07');
const words = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
let update = '';
let deployment = '';

beforeAll(async () => {
  const bytes = Buffer.from('a package');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.put(bytes, { maxBytes: 100 });
  const sample = updateSample('line', '1.1-1', { files: [sha256] });
  site.report(device.id, 'platform', [debian13]);
  site.report(device.id, 'software', [deb('line', '1.0-1')]);
  updates.applyCatalog([sample], new Map([[sha256, bytes.length]]), '2026-11-01T00:00:00Z');
  updates.approve(actor, [sample.id]);
  while (updates.settle(1_000) > 0);
  update = sample.id;
});
afterAll(() => site.close());

const show = async (browser: Browser, language: string): Promise<string> => {
  const response = await browser.get(paths.deployment(deployment), { 'accept-language': language });
  expect(response.status).toBe(200);
  return words(await response.text());
};

it('a deployment of a device without a window is made by a command, which ends well and says so', async () => {
  const args = ['--update', update, '--device', device.publicId, '--data', site.dataDir];
  const preview = await runHere('deployment', 'preview', ...args);
  expect(preview).toMatchObject({ code: 0, stderr: expect.stringContaining('NO_WINDOW: 1 devices wait') as string });
  const made = await runHere('deployment', 'create', ...args, '--json');
  expect(made.code, made.stderr).toBe(0);
  expect(made.stderr).toContain('NO_WINDOW: 1 devices wait');
  const answer = JSON.parse(made.stdout) as { id: string };
  expect(answer).toMatchObject({ gate: 'NO_WINDOW', held: { NO_WINDOW: 1, WINDOW_CLOSED: 0 }, counts: { queued: 1 } });
  deployment = answer.id;
});

it.each([
  ['en', 'no window is set for the device'],
  ['ru', 'для устройства не задано окно'],
  ['kk', 'құрылғыға терезе белгіленбеген'],
])('its page says in %s what holds it back', async (language, text) => {
  const html = await show(admin, language);
  // Once above the list, with the number of devices, and once by the device.
  expect(html.split(text)).toHaveLength(3);
});

it('its page and its file say when the window opens, and that an agent asks no permit', async () => {
  // In half a year there is a day of work.
  const opens = toTime(nowMs() + 180 * 86_400_000).slice(0, 10);
  const window = { name: 'Night', recurrence: `${opens} 02-05`, timeZone: 'UTC', for: 'computers' } as const;
  const { id } = objects.create(systemActor, 'maintenance-window', window);
  expect(await show(admin, 'en')).toMatch(/waits for its window, opens .*WINDOW_CLOSED/);
  const csv = await admin.html(paths.deploymentCsv(deployment));
  expect(csv).toMatch(new RegExp(`hmi-07.*line 1.1-1.*WINDOW_CLOSED.*${opens}`));

  objects.update(systemActor, 'maintenance-window', id, { recurrence: 'daily 00-24' });
  expect(deployments.queue.next(device.id, false)).not.toBeNull();
  expect(await show(admin, 'en')).toContain('this agent asks no permit');
  expect(deployments.held(deployment, wholeSite('job'))).toMatchObject({ gate: null });
});
