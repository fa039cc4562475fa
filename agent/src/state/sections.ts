import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import type { Section } from '../collectors/all.ts';
import type { Item } from '../collectors/collector.ts';

// The newest section of each collection, kept so that a restart while the server is away loses nothing.

export type SectionFiles = {
  all(): Section[];
  write(section: Section): void;
  sizeBytes(): number;
};

/** Opens the folder of the last sections. */
export const openSections = (folder: string): SectionFiles => {
  ensureDir(folder, 0o700);
  const names = (): string[] =>
    readdirSync(folder)
      .filter((name) => /^[a-z][a-z0-9-]*\.json$/.test(name))
      .sort();
  const read = (name: string): Section | undefined => {
    const path = join(folder, name);
    if (!isThere(path)) return undefined;
    const parsed = sectionRequest.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (!parsed.success) return undefined;
    return { collection: name.replace(/\.json$/, ''), ...parsed.data, items: parsed.data.items as Item[] };
  };
  return {
    all: () =>
      names()
        .map(read)
        .filter((section) => section !== undefined),
    write: ({ collection, ...section }) =>
      writeFileDurable(join(folder, `${collection}.json`), JSON.stringify(section), 0o600),
    sizeBytes: () => names().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
  };
};
