import { packagesChangedMs } from '../collectors/activity.ts';
import { collectSections, type Section } from '../collectors/all.ts';
import type { CollectContext, Collector } from '../collectors/collector.ts';
import { jittered } from '../platform/timing.ts';
import type { SectionFiles } from '../state/sections.ts';

// The newest sections. All are collected once a day, some more often; what the package managers change is collected as
// soon as their databases changed, so that an installation shows in the next check-in.

export type DeviceInventory = {
  /** Collects what is due; `all` collects everything. */
  collect(all: boolean): Promise<void>;
  /** The next time collects what is collected each hour. */
  hurry(): void;
  sections(): ReadonlyMap<string, Section>;
  hashes(): Record<string, string>;
};

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

/** Keeps the sections of an enrolled agent. */
export const deviceInventory = (parts: {
  context: CollectContext;
  collectors: readonly Collector[];
  saved: SectionFiles;
  onFault: (collection: string, error: unknown) => void;
}): DeviceInventory => {
  const { context, collectors, saved, onFault } = parts;
  const { clock } = context;
  const sections = new Map(saved.all().map((section) => [section.collection, section]));
  const due = { dayAtMs: 0, hourAtMs: 0, packagesMs: undefined as number | undefined };
  return {
    collect: async (all) => {
      const packagesMs = packagesChangedMs(context.files);
      const isDay = all || clock() >= due.dayAtMs;
      const isHour = isDay || clock() >= due.hourAtMs;
      const isDue = ({ every, followsPackages }: Collector): boolean =>
        isDay ||
        every === 'turn' ||
        (every === 'hour' && isHour) ||
        (followsPackages === true && packagesMs !== due.packagesMs);
      for (const section of await collectSections(context, { chosen: collectors.filter(isDue), onFault })) {
        const changed = sections.get(section.collection)?.hash !== section.hash;
        sections.set(section.collection, section);
        if (changed) saved.write(section);
      }
      due.packagesMs = packagesMs;
      if (isDay) due.dayAtMs = clock() + jittered(dayMs);
      if (isHour) due.hourAtMs = clock() + jittered(hourMs);
    },
    hurry: () => {
      due.hourAtMs = 0;
    },
    sections: () => sections,
    hashes: () => Object.fromEntries([...sections].map(([name, section]) => [name, section.hash])),
  };
};
