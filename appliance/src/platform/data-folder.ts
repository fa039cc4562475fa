import { statSync } from 'node:fs';
import type { DataPaths } from './config.ts';

const identity = (path: string): string | undefined => {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
};

/**
 * Whether the database that is there now by its name is not the one that was there when this was called: the folder was removed,
 * renamed or unmounted, or another one lies in its place. What is written then has no name any more.
 */
export function dataFolderWatch({ database }: Pick<DataPaths, 'database'>): () => boolean {
  const opened = identity(database);
  return () => identity(database) !== opened;
}
