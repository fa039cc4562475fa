import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import type { Memory } from '../collectors/collector.ts';

/** What collectors remember, one file of JSON each; a file that cannot be read is as good as none. */
export const openMemory = (folder: string): Memory => {
  ensureDir(folder, 0o700);
  const path = (name: string): string => join(folder, `${name}.json`);
  return {
    read: (name) => {
      if (!existsSync(path(name))) return undefined;
      try {
        return JSON.parse(readFileSync(path(name), 'utf8')) as unknown;
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    write: (name, value) => writeFileDurable(path(name), JSON.stringify(value), 0o600),
  };
};
