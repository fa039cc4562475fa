import { env } from '@sallyport/bundle-tools/platform/ambient';
import { percentile, type Result, timed } from './report.ts';
import { cloneFleet } from './support/cloned-fleet.ts';
import { openSignedIn } from './support/signed-in.ts';

/** Fewer for a look at one page. */
const devices = Number(env('BENCH_DEVICES') ?? 100_000);
const profiles = 250;
const packages = 900;
const rounds = 12;

/** Pages that people have open, each asked for with what is behind it. */
const pagesOf = (parts: { group: string; common: string; rare: string }): readonly (readonly [string, string])[] => [
  ['devices, worst first', '/devices'],
  ['devices by name, descending', '/devices?sort=-name'],
  ['devices by last contact', '/devices?sort=seen'],
  ['devices by address', '/devices?sort=address'],
  ['devices by findings', '/devices?sort=findings'],
  [
    'software, status and tag at once, by name',
    `/devices?software=${parts.common}&status=warning&status=ok&tag=critical&sort=name`,
  ],
  ['the same for rare software', `/devices?software=${parts.rare}&status=warning&status=ok&tag=critical&sort=name`],
  ['software with its version, group, tag', `/devices?software=${parts.common}&group=${parts.group}&tag=line-1`],
  ['part of a name', '/devices?q=host-12ab'],
  ['part of an address', '/devices?ip=10.1.2'],
  ['system and tag', '/devices?os=debian&tag=office&sort=os'],
  ['software of the site', '/software'],
  ['software by devices', '/software?sort=-_devices'],
  ['software by part of a name', '/software?q=kara'],
  ['accounts of the site', '/inventory/accounts'],
  ['changes', '/changes'],
  ['overview', '/'],
];

/** List pages over a large fleet, as the server makes them. */
export const lists = async (): Promise<Result> => {
  const site = await openSignedIn('lists');
  try {
    const { value: fleet, ms } = await timed(() => cloneFleet(site.appliance, { devices, profiles, packages }));
    const faults = [...site.appliance.inventory.verify(), ...site.appliance.vulnerabilities.verify()];
    if (faults.length > 0) throw new Error(`the made fleet is not consistent: ${faults[0]}`);
    const names = site.appliance.db
      .prepare<[], { name: string; devices: number }>(
        `select i.name as name, c.devices as devices from inv_software i join inv_software_count c on c.id = i.id order by c.devices desc`,
      )
      .all();
    const common = names[0]?.name ?? '';
    const rare = names.findLast((row) => row.devices > 0)?.name ?? '';
    const group = fleet.groups[3] ?? '';
    const figures: Result['figures'][number][] = [];
    const all: number[] = [];
    let largest = 0;
    for (const [what, path] of pagesOf({ group, common, rare })) {
      const took: number[] = [];
      for (let n = 0; n <= rounds; n += 1) {
        const start = process.cpuUsage();
        const response = await site.get(path);
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}`);
        largest = Math.max(largest, Buffer.byteLength(text));
        // The first compiles the statement.
        const { user, system } = process.cpuUsage(start);
        if (n > 0) took.push((user + system) / 1000);
      }
      all.push(...took);
      figures.push({ what, value: percentile(Float64Array.from(took).sort(), 0.95), unit: 'ms' });
    }
    const csv = await timed(async () => {
      const response = await site.get(`/devices.csv?software=${common}&status=warning&status=ok&tag=critical`);
      return (await response.text()).split('\n').length - 2;
    });
    return {
      figures: [
        {
          what: 'p95 over all of these pages',
          value: percentile(Float64Array.from(all).sort(), 0.95),
          unit: 'ms',
          target: '50 ms',
        },
        ...figures,
        { what: 'largest page, HTML', value: largest / 1000, unit: 'KB', target: 'first load under 100 KB' },
        { what: 'rows of the filtered list as a file', value: csv.value, unit: '' },
        { what: 'rows of the file each second', value: csv.value / (csv.ms / 1000), unit: '/s' },
      ],
      method: [
        `${devices} devices; ${profiles} of them reported ${packages} packages and 6 more sections through the engine, the others have the same sections without hardware and log-ins under names, addresses, groups and tags of their own (made in SQL in ${(ms / 1000).toFixed(0)} s; the engine's own checks then find nothing). No advisories.`,
        `Each page ${rounds} times after one that is not counted, through the application's own routes without TLS, log-in and rendering included; p95 of the processor time of each, since other work shares the machine: on a quiet one it is the time.`,
        `Software: a package that ${names[0]?.devices} devices have, and one that ${names.findLast((row) => row.devices > 0)?.devices} have.`,
      ],
    };
  } finally {
    await site.close();
  }
};
