import { type Random, random } from './random.ts';

// A made fleet that is no row of clones: two releases, eight roles with their own core packages, a long tail of rarer
// ones, and devices at different stages of patching. Same seed, same fleet.

export type Item = Record<string, string | number | boolean | string[]>;
export type Sections = Record<string, Item[]>;

type FleetOptions = {
  packages: number;
  /** Distinct package names in the world. */
  poolNames?: number;
  seed?: number;
};

const roles = 8;
const coreShare = 0.75;
const releases = [
  { release: '12', codename: 'bookworm' },
  { release: '13', codename: 'trixie' },
] as const;
const baseTime = Date.parse('2026-01-01T00:00:00Z');
const syllables = ['ka', 'ro', 'mi', 'ten', 'sul', 'var', 'el', 'dis', 'por', 'na', 'qu', 'xi', 'be', 'lo', 'gra'];

type Known = { name: string; source: string; versions: string[]; maintainer: string; sizeKb: number };

const word = (rng: Random, count: number): string =>
  Array.from({ length: count }, () => syllables[rng.below(syllables.length)]).join('');

const makePool = (rng: Random, names: number): Known[] =>
  Array.from({ length: names }, (_, index) => {
    const source = `${word(rng, 2)}${index >> 1}`;
    // Half of the packages never get an update in the life of a release, some get many.
    const updates = rng.next() < 0.5 ? 1 : 1 + rng.below(6);
    const upstream = `${rng.below(9)}.${rng.below(30)}.${rng.below(12)}`;
    return {
      name: index % 2 === 0 ? source : `lib${source}-${1 + rng.below(6)}`,
      source,
      versions: Array.from({ length: updates }, (_, n) => `${upstream}-${1 + rng.below(3)}+deb12u${n + 1}`),
      maintainer: `Maintainers of ${word(rng, 3)} <${word(rng, 2)}@lists.example.org>`,
      sizeKb: 20 + rng.below(9000),
    };
  });

const daySeconds = 86_400;
/** Of a hundred packages, those that somebody installed on a day of its own. */
const singles = 2;

/**
 * When a device's packages were installed, in seconds. dpkg and rpm work through a list: a system is installed in one run of
 * a few packages a second, then every two weeks or so those with an update are, and now and then somebody installs one.
 */
const installations = (device: Random): ((updates: number) => number) => {
  const start = device.below(30 * daySeconds);
  const packagesPerSecond = 3 + device.below(8);
  const runs = Array.from(
    { length: 6 },
    (_, n) => start + (20 + n * 25 + device.below(14)) * daySeconds + device.below(7200),
  );
  let installed = 0;
  const updated = runs.map(() => 0);
  return (updates) => {
    if (device.below(100) < singles) return start + device.below(170 * daySeconds);
    if (updates === 0) return start + Math.floor(installed++ / packagesPerSecond);
    const run = Math.max(0, Math.min(runs.length - 1, updates - 1));
    updated[run] = (updated[run] ?? 0) + 1;
    return (runs[run] ?? start) + Math.floor((updated[run] ?? 0) / packagesPerSecond);
  };
};

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** One device's sections after another; `software` has exactly `packages` items. */
export const fleet = (options: FleetOptions) => {
  const seed = options.seed ?? 1;
  const rng = random(seed);
  const pools = releases.map(() => makePool(rng, options.poolNames ?? 4000));
  const core = Math.floor(options.packages * coreShare);

  const chosen = (device: Random, role: number, pool: readonly Known[]): Known[] => {
    const picked = new Set<number>();
    // Roles overlap by half, as installations of one distribution do.
    for (let n = 0; n < core; n += 1) picked.add((role * (core >> 1) + n) % pool.length);
    // Low numbers are popular.
    while (picked.size < options.packages) picked.add(Math.floor(device.next() ** 2 * pool.length));
    return [...picked].map((index) => pool[index] as Known);
  };

  const software = (device: Random, index: number, patchLevel: number): Item[] => {
    const { pool, release } = worldOf(index);
    const installedAt = installations(device);
    return chosen(device, index % roles, pool)
      .map(({ name, source, versions, maintainer, sizeKb }): Item => {
        const level = patchLevel * versions.length + device.next() * 0.8 - 0.4;
        const at = Math.max(0, Math.min(versions.length - 1, Math.floor(level)));
        const version = (versions[at] ?? '1').replace('deb12', `deb${release.release}`);
        return {
          purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64&distro=debian-${release.release}`,
          type: 'deb',
          name,
          version,
          arch: 'amd64',
          publisher: maintainer,
          source,
          sourceVersion: version,
          installedAt: time(baseTime + installedAt(at) * 1000),
          sizeKb: sizeKb + at,
        };
      })
      .sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1));
  };

  const worldOf = (index: number) => {
    const at = index % 3 === 0 ? 0 : 1;
    return { pool: pools[at] ?? [], release: releases[at] ?? releases[0] };
  };

  const own = (device: Random, index: number): Sections => {
    const { release } = worldOf(index);
    const name = `host-${String(index).padStart(5, '0')}`;
    const mac = `3c:ec:ef:${device.hex(2)}:${device.hex(2)}:${device.hex(2)}`;
    const user = `user${device.below(5000)}`;
    return {
      identity: [
        {
          name,
          dnsName: `${name}.plant.example`,
          dnsDomain: 'plant.example',
          ipv4: [`10.${device.below(250)}.${device.below(250)}.${1 + device.below(250)}`],
          macs: [mac],
          osType: 'linux',
          isVirtual: false,
        },
      ],
      platform: [
        {
          vendor: 'debian',
          ...release,
          arch: 'amd64',
          kernel: `6.${release.release}.${device.below(40)}-amd64`,
          suites: [release.codename, `${release.codename}-security`],
        },
      ],
      activity: [
        { bootedAt: time(baseTime + device.below(1e7) * 1000), lastUpdateAt: time(baseTime), restartPending: false },
      ],
      accounts: ['root', 'backup', user].map((account, uid) => ({
        name: account,
        fullName: `Name of ${account}`,
        isAdmin: uid === 0,
        enabled: true,
        uid,
        shell: '/bin/bash',
      })),
      sessions: [0, 1].map((n) => ({
        account: user,
        kind: 'tty',
        startedAt: time(baseTime + device.below(1e7) * 1000 + n),
        remoteAddress: `10.0.${device.below(250)}.${device.below(250)}`,
      })),
      hardware: Array.from({ length: 20 }, (_, n) => ({
        type: ['pci', 'memory', 'disk', 'usb', 'network'][n % 5] ?? 'pci',
        subtype: `part ${n}`,
        maker: `Maker ${device.below(30)}`,
        model: `Model ${device.below(400)}`,
        serial: device.hex(12),
        slot: `0000:00:${n}`,
      })),
    };
  };

  return {
    /** Everything that device `index` reports; `software` last. */
    sections: (index: number): Sections => {
      const device = random(seed * 7919 + index);
      const patchLevel = device.next();
      return { ...own(device, index), software: software(device, index, patchLevel) };
    },
  };
};

/** The next morning: some packages at another version. */
export const updated = (software: readonly Item[], changes: number, seed: number): Item[] => {
  const rng = random(seed);
  const changed = new Set(Array.from({ length: changes }, () => rng.below(software.length)));
  return software.map((item, index) =>
    changed.has(index)
      ? {
          ...item,
          version: `${String(item['version'])}.1`,
          sourceVersion: `${String(item['version'])}.1`,
          purl: String(item['purl']).replace('?', '.1?'),
        }
      : item,
  );
};
