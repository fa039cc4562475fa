import { createHash } from 'node:crypto';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../appliance/src/features/devices/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { type Browser, type Console, openConsole } from '../../appliance/test/support/console.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { deb, debian13 } from '../../appliance/test/support/site.ts';
import { updateSample } from '../../bundle-tools/test/samples.ts';
import { formsOf } from '../../scripts/compare/forms.ts';

// What a person selects in a list goes from page to page as a selection, and is what the last page orders: every row of it, the rows
// that were shown and no others. Through the pages as a browser without script has them.

const devices = 1_500;
const at = '2026-11-01T00:00:00Z';
const content = new TextEncoder().encode('package');
const sha256 = createHash('sha256').update(content).digest('hex');
const update = updateSample('line', '1.1-1', { files: [sha256] });

let site: Console;
let browser: Browser;

type Sent = { address: string; html: string; status: number; location: string | null };

/** Presses the button of a page whose form sends to an address, with what the page's fields have and `more`. */
const press = async (html: string, action: string, more: Record<string, string | string[]> = {}): Promise<Sent> => {
  const form = formsOf(html).find((one) => one.action === action);
  if (form === undefined) throw new Error(`no form sends to ${action}`);
  const fields: Record<string, string[]> = {};
  for (const [name, value] of [...form.fields, form.submit])
    if (name !== '') fields[name] = [...(fields[name] ?? []), value];
  const response = await browser.post(action, { ...fields, ...more });
  return {
    address: action,
    html: await response.text(),
    status: response.status,
    location: response.headers.get('location'),
  };
};

const token = newTokenSecret();
const enrolled: string[] = [];
const enrol = (hostname: string): void => {
  const n = enrolled.length;
  const clientId = String(n).padStart(64, '0');
  const { device } = site.appliance.devices.enrolClient({
    source: 'native',
    token,
    clientId,
    keyDigest: clientId,
    facts: { hostname },
    from: `10.0.${n >> 8}.${n & 255}`,
  });
  site.report(device.id, 'platform', [debian13]);
  site.report(device.id, 'software', [deb('line', '1.0-1')]);
  enrolled.push(device.publicId);
};
const settle = (): void => {
  while (site.appliance.updates.settle(1_000) > 0);
};
const ordered = (): { queued: number; devices: number } => {
  const [newest] = site.appliance.deployments.list({ scope: wholeSite('job'), limit: 1 }).rows;
  return { queued: newest?.counts.queued ?? 0, devices: newest?.devices ?? 0 };
};
const deployments = (): number => site.appliance.deployments.list({ scope: wholeSite('job'), limit: 1 }).total;

const question = async (list: string): Promise<Sent> =>
  press(await browser.html(list), paths.deploymentNew(), { update: update.id });

beforeAll(async () => {
  site = await openConsole();
  const { appliance } = site;
  await appliance.store.put(content, { maxBytes: 1_000 });
  appliance.objects.create(systemActor, 'token', {
    name: 'agents',
    purpose: 'agent',
    hash: tokenHash(token),
    approve: 'auto',
  });
  appliance.db.transaction(() => {
    for (let n = 0; n < devices; n += 1) enrol(`pump-${n}`);
  })();
  appliance.updates.applyCatalog([update], new Map([[sha256, content.length]]), at);
  settle();
  appliance.updates.approve(admin, [update.id]);
  browser = await site.as('administrator');
}, 300_000);
afterAll(() => site.close());

describe('devices that a list selects', () => {
  it('are all ordered to: as many as are shown, and none is named in an address', async () => {
    const asked = await question(paths.devices({ q: 'pump', all: '1' }));
    expect(asked.status).toBe(200);
    expect(asked.html).toContain('Updates: 1, devices: 1,500');
    expect(asked.html).not.toMatch(/(?:href|action)="[^"]{2000}/);
    const done = await press(asked.html, paths.deploymentNew(), { confirm: String(devices) });
    expect([done.status, done.location?.length]).toEqual([303, paths.deployment('x'.repeat(20)).length]);
    expect(ordered()).toEqual({ queued: devices, devices });
  });

  it('are asked about again, with both numbers, where one came meanwhile; and are those of the second question then', async () => {
    const asked = await question(paths.devices({ q: 'pump', all: '1' }));
    const before = deployments();
    enrol('pump-late');
    settle();
    const again = await press(asked.html, paths.deploymentNew(), { confirm: String(devices) });
    expect([again.status, deployments()]).toEqual([422, before]);
    expect(again.html).toContain('1,500 were shown, and now it is 1,501.');
    const done = await press(again.html, paths.deploymentNew(), { confirm: String(devices + 1) });
    expect(done.status).toBe(303);
    expect(ordered()).toEqual({ queued: devices + 1, devices: devices + 1 });
  });

  it('leave out those that were unticked on the page that was shown', async () => {
    const html = await browser.html(paths.devices({ q: 'pump-149', all: '1' }));
    const [shown] = formsOf(html).filter(({ action }) => action === paths.deploymentNew());
    const ids = (shown?.fields ?? []).filter(([name]) => name === 'id').map(([, id]) => id);
    expect(ids).toHaveLength(11);
    const asked = await press(html, paths.deploymentNew(), { update: update.id, id: ids.slice(2) });
    expect(asked.html).toContain('Updates: 1, devices: 9<');
    expect((await press(asked.html, paths.deploymentNew())).status).toBe(303);
    const [newest] = site.appliance.deployments.list({ scope: wholeSite('job'), limit: 1 }).rows;
    const tasks = site.appliance.deployments.tasks(newest?.id ?? '', wholeSite('job'));
    const orderedIds = tasks.map(({ device }) => site.appliance.devices.byId(device).publicId);
    expect(orderedIds.sort()).toEqual(ids.slice(2).sort());
  });

  it('are named one by one where few were ticked, in fields and not in an address', async () => {
    const [publicId = ''] = enrolled;
    const asked = await press(await browser.html(paths.devices()), paths.deploymentNew(), {
      update: update.id,
      id: [publicId],
    });
    expect(asked.html).toContain(`name="device" value="${publicId}"`);
    expect((await press(asked.html, paths.deploymentNew())).status).toBe(303);
    expect(ordered()).toEqual({ queued: 1, devices: 1 });
  });

  it('are no devices where none was ticked: nothing is asked', async () => {
    const none = await press(await browser.html(paths.devices({ q: 'pump' })), paths.deploymentNew());
    expect([none.status, none.location]).toEqual([303, paths.devices({ q: 'pump' })]);
  });

  it('are refused with a seal that is not of this appliance', async () => {
    const asked = await question(paths.devices({ q: 'pump', all: '1' }));
    const forged = await press(asked.html, paths.deploymentNew(), { shown: `${'A'.repeat(43)}eyJraW5kIjoieCJ9` });
    expect(forged.status).toBe(400);
  });
});

describe('an act on everything that a list finds', () => {
  it('is asked about again where the list has another device of the same number', async () => {
    const list = paths.devices({ q: 'pump-13', all: '1' });
    const asked = await press(await browser.html(list), paths.devicesBulk(), { action: 'tag', newTag: 'line 3' });
    expect(asked.html).toMatch(/Tag 111 devices/);
    const { devices } = site.appliance;
    devices.revoke(systemActor, devices.byPublicId(enrolled[130] ?? '').id);
    enrol('pump-13-new');
    const again = await press(asked.html, paths.devicesBulk(), { confirm: '111' });
    expect(again.status).toBe(422);
    expect(again.html).toContain('They are 111 as before, but not the same ones.');
    expect((await press(again.html, paths.devicesBulk(), { confirm: '111' })).status).toBe(303);
  });
});

describe('updates that a list selects', () => {
  it('are those of the deployment', async () => {
    const list = await browser.html(paths.updates({ all: '1' }));
    const asked = await press(list, paths.deploymentNew());
    expect(asked.html).toContain(`name="update" value="${update.id}"`);
  });
});
