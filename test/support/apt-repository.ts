import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FolderServer,
  makeAptRepository,
  makeRepositoryKey,
  type Repository,
  type RepositoryKey,
  type RepositoryOptions,
  serveFolder,
} from '../../scripts/demo-repository.ts';

/** A signed repository in a temporary folder, served on loopback for the length of a test. */
export type TestRepository = {
  dir: string;
  url: string;
  key: RepositoryKey;
  /** The armored public key's path; there once a suite was made. */
  keyring: string;
  /** The paths that were asked for. */
  requests: string[];
  /** Adds or replaces a suite. */
  addSuite(options: Omit<RepositoryOptions, 'dir' | 'key'>): Promise<Repository>;
  close(): Promise<void>;
};

/** Starts an empty repository. */
export const startAptRepository = async (): Promise<TestRepository> => {
  const dir = mkdtempSync(join(tmpdir(), 'apt-repository-'));
  const key = await makeRepositoryKey('Test repository');
  const server: FolderServer = await serveFolder(dir);
  return {
    dir,
    url: server.url,
    key,
    keyring: join(dir, 'repository-key.asc'),
    requests: server.requests,
    addSuite: (options) => makeAptRepository({ dir, key, ...options }),
    async close() {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
