import { gzipSync } from 'node:zlib';
import type { Appliance } from '@sallyport/appliance/compose';
import { immediate } from '@sallyport/appliance/platform/database';
import { freeWork, readSections, writeWork } from '@sallyport/appliance/server/intake/work';
import { inHashOrder, sectionHash } from '@sallyport/bundle-tools/protocol/section';
import type { Figure, Result } from './report.ts';
import { fleet, type Item, updated } from './support/fleet.ts';
import { enrolDevices, makeSite, withAppliance } from './support/site.ts';

const deviceCount = Number(process.env['BENCH_DEVICES'] ?? 300);
const packages = 900;
const changedPackages = 30;
const atOnce = 8;

/** The body of a call with these sections. */
const sentOf = (sections: Readonly<Record<string, readonly Item[]>>): Buffer =>
  gzipSync(
    JSON.stringify({
      sections: Object.entries(sections).map(([collection, items]) => ({
        collection,
        hash: sectionHash(items),
        collectedAt: '2026-01-02T03:04:05Z',
        items: inHashOrder(items),
      })),
    }),
  );

const msOf = ({ user, system }: { user: number; system: number }): number => (user + system) / 1000;
const threadMs = (): number => msOf(process.threadCpuUsage());

/** What the intake's thread does for our own agent's sections, without server, TLS and client: processor time. */
export const storing = async (): Promise<Result> => {
  const site = await makeSite('storing');
  try {
    const made = fleet({ packages });
    const sections = Array.from({ length: deviceCount }, (_, n) => made.sections(n));
    const first = sections.map(sentOf);
    const next = sections.map(({ software = [] }, n) => sentOf({ software: updated(software, changedPackages, n) }));
    const store = async (appliance: Appliance): Promise<Result> => {
      const { db, inventory } = appliance;
      const devices = await enrolDevices(appliance, deviceCount, { certified: false });

      const round = async (sent: readonly Buffer[], from: number, to: number): Promise<number[]> => {
        const spent = { read: 0, write: 0 };
        const whole = msOf(process.cpuUsage());
        for (let at = from; at < to; at += atOnce) {
          const start = threadMs();
          const works: Awaited<ReturnType<typeof readSections>>[] = [];
          for (const [place, wire] of sent.slice(at, Math.min(at + atOnce, to)).entries()) {
            const device = devices[at + place]?.id ?? 0;
            works.push(await readSections({ device, source: 'native', wire }, inventory, true));
          }
          const middle = threadMs();
          immediate(db, () => {
            for (const work of works) writeWork(appliance, work);
          });
          for (const work of works) freeWork(work);
          spent.read += middle - start;
          spent.write += threadMs() - middle;
        }
        const settling = threadMs();
        inventory.enterPending(deviceCount);
        const settle = threadMs() - settling;
        const all = msOf(process.cpuUsage()) - whole;
        return [spent.read, spent.write, settle, all].map((ms) => ms / (to - from));
      };

      const half = deviceCount >> 1;
      const rounds: Array<[string, number[]]> = [
        ['first inventories, most packages new to the site', await round(first, 0, half)],
        ['first inventories, few packages new to the site', await round(first, half, deviceCount)],
        [`${changedPackages} packages changed`, await round(next, 0, deviceCount)],
      ];
      const parts = ['reading', 'storing', 'entering who has what', 'the whole process, with garbage collection'];
      const figures: Figure[] = rounds.flatMap(([what, spent]) =>
        parts.map((part, n) => ({ what: `${what}: ${part}`, value: spent[n] ?? 0, unit: 'ms' })),
      );
      return {
        figures,
        method: [
          `${deviceCount} devices × ${packages} packages and 6 more sections; the calls of ${atOnce} devices, each with all its sections, share a transaction, as when the intake is behind; processor time for one device.`,
        ],
      };
    };
    return await withAppliance(site, store, { undoInMemory: true });
  } finally {
    site.remove();
  }
};
