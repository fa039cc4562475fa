import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Appliance } from '@sallyport/appliance/compose';
import { idBytes } from '@sallyport/appliance/platform/id-array';
import { compareKeys } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { debianNames, debianVersion, debianVersions } from './advisory-corpus.ts';
import { putHolders } from './derived-fleet.ts';
import { random } from './random.ts';

// What a fleet of any size has, as components and one item for each: storing ten thousand inventories takes minutes, and matching
// sees only the tables that are filled here. Half of the devices are of a distribution with real advisories, half of the made one.

const almaReleases = [8, 9, 10] as const;
const debianReleases = [12, 13] as const;
/** Packages of AlmaLinux that no advisory names, and their versions. */
const otherNames = 6_000;
const otherVersions = 4;

type Package = { name: string; versions: readonly string[] };
type World = { ecosystem: string; packages: readonly Package[] };

/** What the advisories of AlmaLinux name, per release, each package with the versions that fixed something, rising. */
const almaWorlds = async (path: string): Promise<World[]> => {
  const found = new Map<string, Map<string, Set<string>>>();
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()) })) {
    const record = JSON.parse(line) as {
      affected?: { package: { ecosystem: string; name: string }; ranges?: { events: { fixed?: string }[] }[] }[];
    };
    for (const { package: named, ranges = [] } of record.affected ?? []) {
      const ofRelease = found.get(named.ecosystem) ?? new Map<string, Set<string>>();
      found.set(named.ecosystem, ofRelease);
      const versions = ofRelease.get(named.name) ?? new Set<string>();
      ofRelease.set(named.name, versions);
      for (const { events } of ranges) for (const { fixed } of events) if (fixed !== undefined) versions.add(fixed);
    }
  }
  return almaReleases.map((release) => {
    const ecosystem = `AlmaLinux:${release}`;
    const named = [...(found.get(ecosystem) ?? [])]
      .map(([name, versions]) => ({
        name,
        versions: [...versions]
          .flatMap((version) => {
            const key = keyFor(ecosystem, version);
            return key === null ? [] : [{ version, key }];
          })
          .sort((a, b) => compareKeys(a.key, b.key))
          .map(({ version }) => version),
      }))
      .filter(({ versions }) => versions.length > 0)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const others = Array.from({ length: otherNames }, (_, n) => ({
      name: `other-${n}`,
      versions: Array.from({ length: otherVersions }, (_unused, at) => `1.${n % 7}-${1 + at}.el${release}`),
    }));
    // Named ones and others in turn, so that both are among the popular.
    const packages: Package[] = [];
    for (let n = 0; n < Math.max(named.length, others.length); n += 1)
      packages.push(...[named[n], others[n]].filter((one) => one !== undefined));
    return { ecosystem, packages };
  });
};

const debianWorlds = (): World[] =>
  debianReleases.map((release) => ({
    ecosystem: `Debian:${release}`,
    packages: Array.from({ length: debianNames }, (_, n) => ({
      name: `source-${n}`,
      versions: Array.from({ length: debianVersions(n) }, (_unused, at) => debianVersion(n, release, at)),
    })),
  }));

type ComponentFleet = { components: number; rows: number };

/** The items of the devices' software, one for each component and of its number. */
const fillItems = (
  { db }: Pick<Appliance, 'db'>,
  held: ReadonlyMap<number, Uint32Array>,
  hasHolders: boolean,
): void => {
  db.exec(`delete from inv_software_device; delete from inv_software_count; delete from pending;
    update inv_software set id = id + 100000000;
    insert into inv_software (id, ikey, type, name, version, arch, source, "sourceVersion", purl)
      select id, randomblob(16), 'deb', name, version, 'amd64', name, version, 'pkg:deb/debian/' || name || '@' || version from component;
    delete from inv_software where id > 100000000;
    insert into item_component (item, eco, component, settled) select id, eco, id, 1 from component;
    insert into inv_software_count (id, devices) select id, devices from component_count;`);
  const put = db.prepare(`insert or replace into device_software (section, items)
    select id, ? from section where device = ? and collection = 'software' and best = 1`);
  for (const [device, ids] of held) put.run(idBytes(ids), device);
  db.exec(`update section set count = (select length(items) / 4 from device_software where section = section.id)
    where collection = 'software'`);
  if (hasHolders) putHolders({ db }, held);
};

/** Puts components in place of those that the devices have. Behind `profiles` of them, each has the same as one of those. Who has
 * each item is left out where no page that is measured reads it: it is most of a large site. */
export const fillComponents = async (
  { db }: Pick<Appliance, 'db'>,
  options: {
    almaRecords?: string;
    devices: readonly number[];
    packages: number;
    profiles?: number;
    hasHolders?: boolean;
  },
): Promise<ComponentFleet> => {
  const { profiles = Number.POSITIVE_INFINITY, hasHolders = true } = options;
  const debian = debianWorlds();
  const alma = options.almaRecords === undefined ? debian : await almaWorlds(options.almaRecords);
  const add = db.prepare(
    `insert into component (id, eco, name, version, key, source, stream)
     select ?, p.eco, p.name, ?, ?, p.id, '' from source_package p where p.eco = ? and p.name = ?`,
  );
  const addPackage = db.prepare('insert or ignore into source_package (eco, name) values (?, ?)');
  const addName = db.prepare('insert or ignore into package_name (name) values (?)');
  const put = db.prepare(
    'insert or replace into device_component (device, since, components, nameless) values (?, ?, ?, 0)',
  );
  const count = db.prepare('insert into component_count (devices, id) values (?, ?)');
  const since = '2026-01-02T00:00:00Z';
  const ids = new Map<World, Int32Array[]>();
  const bearers: number[] = [0];
  const held = new Map<number, Uint32Array>();
  let rows = 0;
  db.transaction(() => {
    db.exec(
      'delete from device_component; delete from item_component; delete from component_count; delete from component;',
    );
    for (const [index, device] of options.devices.entries()) {
      const same = index < profiles ? undefined : held.get(options.devices[index % profiles] as number);
      if (same !== undefined) {
        for (const id of same) bearers[id] = (bearers[id] as number) + 1;
        rows += same.length;
        held.set(device, same);
        put.run(device, since, idBytes(same));
        continue;
      }
      const rng = random(40_000 + index);
      const worlds = index % 2 === 0 ? alma : debian;
      const world = worlds[(index >> 1) % worlds.length] as World;
      const known = ids.get(world) ?? world.packages.map(({ versions }) => new Int32Array(versions.length));
      ids.set(world, known);
      const patchLevel = rng.next();
      const chosen = new Set<number>();
      const most = Math.min(options.packages, world.packages.length);
      while (chosen.size < most) chosen.add(Math.floor(rng.next() ** 2 * world.packages.length));
      const components: number[] = [];
      for (const at of chosen) {
        const { name, versions } = world.packages[at] as Package;
        const level = Math.floor((patchLevel + rng.next() * 0.6 - 0.3) * versions.length);
        const version = Math.max(0, Math.min(versions.length - 1, level));
        const numbers = known[at] as Int32Array;
        let id = numbers[version] as number;
        if (id === 0) {
          id = bearers.length;
          numbers[version] = id;
          bearers.push(0);
          const text = versions[version] as string;
          addPackage.run(world.ecosystem, name);
          addName.run(name);
          add.run(id, text, keyFor(world.ecosystem, text), world.ecosystem, name);
        }
        bearers[id] = (bearers[id] as number) + 1;
        components.push(id);
      }
      rows += components.length;
      const sorted = Uint32Array.from(components).sort();
      held.set(device, sorted);
      put.run(device, since, idBytes(sorted));
    }
    for (let id = 1; id < bearers.length; id += 1) count.run(bearers[id], id);
    fillItems({ db }, held, hasHolders);
  }).immediate();
  return { components: bearers.length - 1, rows };
};
