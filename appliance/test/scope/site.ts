import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { type Appliance, compose } from '../../src/compose.ts';
import { type Right, systemActor } from '../../src/engine/objects/types.ts';
import { rightsInGroups } from '../../src/features/accounts/types.ts';
import type { Database } from '../../src/platform/database.ts';
import { openLog } from '../../src/platform/log.ts';
import { httpApp } from '../../src/server/http-app.ts';
import { passingClocks } from '../support/clocks.ts';
import { openConsole, password } from '../support/console.ts';
import { addDevices, reportSection } from '../support/fleet.ts';
import { cheapPasswords } from '../support/passwords.ts';
import { plantRecords } from './plant-records.ts';
import { plantRest } from './plant-rest.ts';
import { plantRisks } from './plant-risks.ts';
import { plantZones, zoneBodies } from './plant-zones.ts';
import { outsideOf, prune, type Roots } from './prune.ts';

// The site of the judge of scope: three halls with a line each and an office below one plant, the same things planted in all of
// them; persons of six roles and three reaches; and for each reach a copy from which SQL deleted everything else.

/** By place; each with the place of what stands above it. */
const tree = ['Plant', 'Hall A', 'Line A', 'Hall B', 'Line B', 'Hall C', 'Line C', 'Office'] as const;
const parents = [undefined, 0, 1, 0, 3, 0, 5, undefined];
const perGroup = 4;

/** A quarter of the groups with two zones, one group with one zone, and all of it; by places in `tree` and among the zones. */
const reaches = {
  quarter: { groups: [1], zones: [1] },
  one: { groups: [2], zones: [4] },
  whole: { groups: [], zones: [] },
} as const;
type Reach = keyof typeof reaches;
const allReaches = Object.keys(reaches) as Reach[];

export type Person = { reach: Reach; role: string; account: string; cookie: string; csrf: string; token: string };
/** A site that answers, and its calls without a listener. */
export type Side = { app: Hono; appliance: Appliance };

/** Runs `work` and takes back what it wrote. */
export async function takenBack<T>(db: Database, work: () => Promise<T>): Promise<T> {
  db.exec('begin immediate');
  try {
    return await work();
  } finally {
    if (db.inTransaction) db.exec('rollback');
  }
}

/** Rights that a limited role can name, of the ones that a built-in role has. */
const partOf = (rights: readonly Right[]): Right[] => {
  const all = rights.includes('all');
  return rightsInGroups.filter((right) => all || rights.includes(right));
};

/** The built-in roles by what they can be in a part of the site, and three that the seed draws: of few, of some, of many rights. */
const rolesOf = (appliance: Appliance, draw: (below: number) => number): Readonly<Record<string, readonly Right[]>> => {
  const builtIn = ['administrator', 'operator', 'viewer'].map(
    (id) => [id, partOf((appliance.objects.get('role', id).body['rights'] ?? []) as Right[])] as const,
  );
  const drawn = [1, 3, 7].map((count) => {
    const left = [...rightsInGroups];
    const rights = Array.from({ length: count }, () => left.splice(draw(left.length), 1)[0] as Right);
    return [`drawn-${count}`, rights] as const;
  });
  return Object.fromEntries([...builtIn, ...drawn]);
};

/** Makes the site at a clock that stands; `draw` gives whole numbers below its argument. */
export async function makeSite(draw: (below: number) => number) {
  const site = await openConsole();
  const { appliance } = site;
  const { db, objects, inventory, events, accounts } = appliance;
  const groups: string[] = [];
  for (const [at, name] of tree.entries()) {
    const parent = parents[at];
    const under = parent === undefined ? {} : { parent: groups[parent] ?? '' };
    groups.push(objects.create(systemActor, 'group', { name, description: `About ${name}`, ...under }).id);
  }
  const names = tree.flatMap((_, at) => Array.from({ length: perGroup }, (_one, n) => `host-${at}-${n}`));
  const ids = addDevices(
    db,
    names.map((hostname) => ({ hostname, lastSeenAt: 1 })),
  );
  const publicIds = ids.map((id) => appliance.devices.byId(id).publicId);
  const groupOf = (n: number): number => Math.floor(n / perGroup);
  for (const [n, device] of ids.entries()) {
    const at = groupOf(n);
    reportSection(inventory, device, 'identity', [
      { name: `host-${at}-${n}`, ipv4: [`10.0.${at}.${n + 1}`], ipv6: [] },
    ]);
    reportSection(inventory, device, 'accounts', [{ name: `user-${n}`, uid: n }]);
    reportSection(inventory, device, 'hardware', [
      { type: 'disk', model: 'Disk', serial: `SN-${n}`, maker: at % 2 === 0 ? 'Acme' : 'Zeta' },
    ]);
    objects.put(systemActor, 'device-decision', publicIds[n] ?? '', {
      // Two of one name, each in another hall.
      displayName: n === 6 || n === 13 ? 'Press' : `Device ${n}`,
      group: groups[at] ?? '',
      tags: [n % 3 === 0 ? 'pump' : `mixer-${at}`],
    });
    // One that resembles a device of another hall.
    if (n === 5) db.prepare('update device set resembles = ? where id = ?').run(ids[14], device);
    events.record('section-rejected', { device, params: { collection: 'software', code: `C${n % 3}` } });
    const resembles = publicIds[(n + 9) % ids.length] ?? '';
    events.record('device-possible-clone', {
      device,
      params: { device: publicIds[n] ?? '', resembles, reason: 'serial' },
    });
  }
  const some = [groups[2] ?? '', groups[3] ?? '', 'Line A', 'Line B'];
  const risks = await plantRisks(appliance, ids, publicIds, some);
  const records = plantRecords(appliance, ids, publicIds, groups);
  const zones = await plantZones(appliance);
  plantRest(appliance, { ids, publicIds, groups, zones });
  // Nothing waits any more: what would be worked out at a copy is worked out before.
  for (let more = true; more; )
    more = [...appliance.queues.quick, ...appliance.queues.bulk].map((queue) => queue.run({}).more).includes(true);

  const rootsOf = (reach: Reach): Roots => ({
    groups: reaches[reach].groups.map((at) => groups[at] ?? ''),
    zones: reaches[reach].zones.map((at) => zones.zones[at] ?? ''),
  });
  const roles = rolesOf(appliance, draw);
  const persons: Person[] = [];
  for (const reach of allReaches)
    for (const [role, rights] of Object.entries(roles)) {
      const name = `${reach}-${role}`;
      const limit = reach === 'whole' ? {} : rootsOf(reach);
      const made = objects.create(systemActor, 'role', { name, rights: [...rights], ...limit }).id;
      const { id } = objects.create(systemActor, 'account', { name, roles: [made] });
      const browser = site.browser();
      await browser.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
      persons.push({
        reach,
        role,
        account: id,
        cookie: [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
        csrf: await browser.csrf(),
        token: accounts.createApiToken(systemActor, { name, account: id }).secret,
      });
    }
  const administrator = await site.as('administrator');

  const own = (reach: Reach): string[] =>
    persons.filter((one) => one.reach === reach).map(({ account }) => `account:${account}`);
  const outside = new Map<Reach, () => ReadonlyMap<string, string>>();
  for (const reach of allReaches) if (reach !== 'whole') outside.set(reach, outsideOf(db, rootsOf(reach)));
  const copies = new Map<Reach, Side & { folder: string }>();
  for (const reach of allReaches) {
    db.pragma('wal_checkpoint(truncate)');
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-pruned-'));
    cpSync(site.dataDir, join(folder, 'data'), { recursive: true });
    const copy = await compose({
      clocks: passingClocks,
      dataDir: join(folder, 'data'),
      log: openLog('silent'),
      hashing: cheapPasswords(),
      lateStatements: true,
    });
    if (reach !== 'whole') prune(copy.db, rootsOf(reach), own(reach));
    copies.set(reach, { folder, appliance: copy, app: httpApp(copy) as unknown as Hono });
  }
  return {
    whole: { app: site.app as unknown as Hono, appliance } satisfies Side,
    administrator,
    persons,
    copies,
    /** A digest of all that a reach does not have, as it is now. */
    outside,
    groups,
    ids,
    publicIds,
    zones,
    planted: [risks, records, zoneBodies(zones)],
    asked: risks.asked,
    close: async () => {
      for (const { appliance: copy, folder } of copies.values()) {
        await copy.close();
        rmSync(folder, { recursive: true, force: true });
      }
      await site.close();
    },
  };
}

export type JudgedSite = Awaited<ReturnType<typeof makeSite>>;
