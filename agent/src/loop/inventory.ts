import { collectors, collectSections, type Section } from '../collectors/all.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { jittered } from '../platform/timing.ts';
import type { SectionFiles } from '../state/sections.ts';

// The newest sections. All are collected once a day; what dpkg changes is collected as soon as its database changed, so
// that an installation shows in the next check-in.

export type DeviceInventory = {
  /** Collects what is due; `all` collects everything. */
  collect(all: boolean): Promise<void>;
  sections(): ReadonlyMap<string, Section>;
  hashes(): Record<string, string>;
};

const intervalMs = 24 * 3600 * 1000;
const followDpkg = new Set(['software', 'platform', 'activity']);

export const deviceInventory = (parts: {
  files: RootFiles;
  saved: SectionFiles;
  clock: () => number;
}): DeviceInventory => {
  const { files, saved, clock } = parts;
  const sections = new Map(saved.all().map((section) => [section.collection, section]));
  const due = { atMs: 0, dpkgMs: undefined as number | undefined };
  return {
    collect: async (all) => {
      const dpkgMs = files.modifiedMs('var/lib/dpkg/status');
      const everything = all || clock() >= due.atMs;
      if (!everything && dpkgMs === due.dpkgMs) return;
      const chosen = everything ? collectors : collectors.filter((one) => followDpkg.has(one.collection));
      for (const section of await collectSections({ files }, clock, chosen)) {
        const changed = sections.get(section.collection)?.hash !== section.hash;
        sections.set(section.collection, section);
        if (changed) saved.write(section);
      }
      due.dpkgMs = dpkgMs;
      if (everything) due.atMs = clock() + jittered(intervalMs);
    },
    sections: () => sections,
    hashes: () => Object.fromEntries([...sections].map(([name, section]) => [name, section.hash])),
  };
};
