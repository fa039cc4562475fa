import { deflateSync } from 'node:zlib';
import { inlineIntake } from '@sallyport/appliance/intake/inline';
import { type Content, linuxContent, xmlMessage } from '../../appliance/test/support/glpi-client.ts';
import type { Result } from './report.ts';
import { fleet, type Item, updated } from './support/fleet.ts';
import { enrolDevices, makeSite, withAppliance } from './support/site.ts';

const deviceCount = 60;
const packages = 900;
const changedPackages = 3;

const rowOf = ({ name, version, arch, installedAt, sizeKb }: Item): Content => ({
  arch,
  comments: 'a line that says what the package is for',
  filesize: Number(sizeKb) * 1024,
  from: 'deb',
  installdate: String(installedAt).slice(0, 10).split('-').reverse().join('/'),
  name,
  publisher: 'Debian',
  system_category: 'libs',
  version,
});

/** An XML report as FusionInventory sends it; what changes every time are users and times. */
const wireOf = (software: readonly Item[], device: number, round: number): Uint8Array => {
  const content = linuxContent({
    hardware: { ...(linuxContent()['hardware'] as Content), name: `host-${device}`, uuid: undefined },
    // Nothing that would say that it is another machine than the one that was enrolled.
    bios: {},
    networks: [],
    users: [{ login: `user${round}` }],
    softwares: software.map(rowOf),
  });
  return deflateSync(xmlMessage('INVENTORY', `host-${device}-2026-01-02-03-04-05`, content));
};

const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** Whole XML reports of other agents through decoding and storing: first, the same again, a few packages changed. */
export const foreignReports = async (): Promise<Result> => {
  const site = await makeSite('foreign-reports');
  try {
    const made = fleet({ packages });
    const software = Array.from({ length: deviceCount }, (_, n) => made.sections(n)['software'] ?? []);
    return await withAppliance(site, async (appliance) => {
      const devices = await enrolDevices(appliance, deviceCount, { certified: false });
      const intake = inlineIntake(appliance);
      const changes = () => appliance.db.prepare<[], number>('select count(*) from change_log').pluck().get() ?? 0;
      const round = async (wires: readonly Uint8Array[]): Promise<{ ms: number; rows: number }> => {
        const rows = changes();
        const start = processorMs();
        for (const [n, wire] of wires.entries())
          await intake.report({ device: devices[n]?.id ?? 0, door: 'glpi', format: 'glpi', wire, now: Date.now() });
        return { ms: (processorMs() - start) / wires.length, rows: (changes() - rows) / wires.length };
      };
      const wires = (items: readonly (readonly Item[])[], number: number) =>
        items.map((one, n) => wireOf(one, n, number));
      const first = await round(wires(software, 0));
      await round(wires(software, 0));
      const same = await round(wires(software, 0));
      const again = await round(wires(software, 1));
      const next = software.map((one, n) => updated(one, changedPackages, n));
      const changed = await round(wires(next, 1));
      return {
        method: [
          `${deviceCount} devices × ${packages} packages in XML as FusionInventory writes it; processor time of the thread that decodes and stores, inflation apart, which runs on another; each report is a durable transaction of its own.`,
        ],
        figures: [
          { what: 'a first report, most packages new to the site', value: first.ms, unit: 'ms' },
          { what: 'the same report again', value: same.ms, unit: 'ms', target: '1 ms' },
          { what: 'the same packages, another user', value: again.ms, unit: 'ms' },
          { what: `${changedPackages} packages changed`, value: changed.ms, unit: 'ms' },
          { what: 'change rows of an unchanged report', value: same.rows, unit: '' },
          { what: `change rows of ${changedPackages} changed packages`, value: changed.rows, unit: '' },
        ],
      };
    });
  } finally {
    site.remove();
  }
};
