import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../../test/support/chance.ts';
import { isLong } from '../../test/support/long.ts';
import { type Browser, type Console, openConsole, password } from '../test/support/console.ts';
import { addDevices, reportSection } from '../test/support/fleet.ts';
import { type Right, systemActor } from './engine/objects/types.ts';
import { rightsInGroups } from './features/accounts/types.ts';

// Who reaches a part of the site is led to no refusal: from the first page on, each link of each page opens, whatever the role.

const perHall = 3;
/** Pages of one address that differ by ids and parameters alone. */
const perAddress = 4;
/** The same for who has one right: ids are judged by who has all of them. */
const perAddressOfOne = isLong ? perAddress : 1;
/** Of every how many rights one is held alone. */
const step = isLong ? 1 : 4;

let site: Console;
let hall = '';

beforeAll(async () => {
  site = await openConsole();
  const { db, objects, inventory } = site.appliance;
  const groups = ['Hall A', 'Hall B'].map((name) => objects.create(systemActor, 'group', { name }).id);
  hall = groups[0] ?? '';
  const ids = addDevices(
    db,
    Array.from({ length: 2 * perHall }, (_, n) => ({ hostname: `host-${n}`, lastSeenAt: 1 })),
  );
  const publicIds = db.prepare<[], string>('select public_id from device order by id').pluck().all();
  for (const [n, device] of ids.entries()) {
    reportSection(inventory, device, 'identity', [{ name: `host-${n}`, ipv4: [`10.0.0.${n + 1}`], ipv6: [] }]);
    reportSection(inventory, device, 'platform', [{ vendor: 'debian', release: '13' }]);
    reportSection(inventory, device, 'software', [{ type: 'deb', name: 'bash', version: String(n), arch: 'amd64' }]);
    reportSection(inventory, device, 'accounts', [{ name: `user-${n}`, uid: n }]);
    objects.put(systemActor, 'device-decision', publicIds[n] ?? '', {
      displayName: `Device ${n}`,
      group: groups[Math.floor(n / perHall)] ?? '',
      tags: ['pump'],
    });
    db.prepare('insert into device_findings (device, findings, act, attend, worst) values (?, 2, 1, 0, 3)').run(device);
    // A copy of one in its hall, and one of the other.
    if (n === 1 || n === 2)
      db.prepare('update device set resembles = ? where id = ?').run(ids[(n - 1) * perHall], device);
  }
  site.appliance.rules.keepUp(10_000);
  inventory.enterPending(1_000);
}, 120_000);
afterAll(() => site.close());

const signIn = async (rights: readonly Right[], groups: readonly string[]): Promise<Browser> => {
  const { objects, accounts } = site.appliance;
  const name = `${rights.join(' ')} ${groups.length}`.slice(0, 90);
  const role = objects.create(systemActor, 'role', { name, rights: [...rights], groups: [...groups] }).id;
  const { id } = objects.create(systemActor, 'account', { name, roles: [role] });
  const browser = site.browser();
  await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
  return browser;
};

/** The address without what varies: ids and the values of parameters. */
const shapeOf = (href: string): string => {
  const { pathname, searchParams } = new URL(href, 'http://localhost');
  const path = pathname.replace(/\/(?:[0-9a-f]{10,}|device-\d+|\d+)(?=\/|$)/g, '/:id');
  return `${path}?${[...searchParams.keys()].sort().join('&')}`;
};

/** Every link that is met, from the first page on; those that lead to a refusal, with the page they are on. */
const walk = async (browser: Browser, most: number): Promise<{ pages: number; refused: string[] }> => {
  const seen = new Map<string, number>();
  const refused: string[] = [];
  const queue: [href: string, from: string][] = [['/', 'the start']];
  let pages = 0;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [href, from] = next;
    const shape = shapeOf(href);
    const count = seen.get(shape) ?? 0;
    if (count >= most || seen.has(href)) continue;
    seen.set(shape, count + 1).set(href, 1);
    const response = await browser.get(href);
    pages += 1;
    if (response.status >= 400) refused.push(`${response.status} ${href} on ${from}`);
    const location = response.headers.get('location');
    if (location !== null) queue.push([location, href]);
    if (response.headers.get('content-type')?.startsWith('text/html') !== true) continue;
    const html = await response.text();
    for (const [, found = ''] of html.matchAll(/<a\b[^>]*\shref="([^"#]+)/g)) {
      const link = found.replaceAll('&amp;', '&');
      if (link.startsWith('/') && !link.startsWith('/assets') && !link.includes('/stream')) queue.push([link, href]);
    }
  }
  return { pages, refused };
};

describe('every link opens for who holds over a hall', () => {
  it.each([
    [[...rightsInGroups]],
    ...rightsInGroups.filter((_, at) => at % step === seed % step).map((right) => [[right]]),
  ])(
    '%s',
    async (rights) => {
      const { pages, refused } = await walk(
        await signIn(rights, [hall]),
        rights.length === 1 ? perAddressOfOne : perAddress,
      );
      expect(refused).toEqual([]);
      expect(pages).toBeGreaterThan(5);
    },
    300_000,
  );
});

describe('every link opens for who holds over the site', () => {
  it.each([[[]], [['devices:read']], [['events:read']], [['software:read', 'updates:read']]] as Right[][][])(
    '%s',
    async (rights) => {
      const { refused } = await walk(await signIn(rights, []), rights.length === 1 ? perAddressOfOne : perAddress);
      expect(refused).toEqual([]);
    },
    300_000,
  );
});

describe('the frame of a page', () => {
  it('has no entry, no place and no link of what does not open', async () => {
    const browser = await signIn(['devices:read', 'updates:read'], [hall]);
    const html = await (await browser.get(paths.devices())).text();
    const navigation = /<nav class="nav"[\s\S]*?<\/nav>/.exec(html)?.[0] ?? '';
    for (const href of [paths.exchange(), paths.settings(), paths.deployments(), paths.exchangeReceive()])
      expect(navigation).not.toContain(`href="${href}"`);
    expect(navigation).toContain(`href="${paths.devices()}"`);
    const found = await (await browser.get(paths.search({ q: 'settings' }))).text();
    expect(found).not.toContain(`href="${paths.settings()}`);
  });
});
