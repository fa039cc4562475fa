import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeOnce } from '../../appliance/test/support/made-once.ts';
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
  addSuite(options: Suite): Promise<Repository>;
  close(): Promise<void>;
};

type Suite = Omit<RepositoryOptions, 'dir' | 'key'>;

const make = async (dir: string, suites: readonly Suite[]): Promise<RepositoryKey> => {
  const key = await makeRepositoryKey('Test repository');
  mkdirSync(dir, { recursive: true });
  for (const suite of suites) await makeAptRepository({ dir, key, ...suite });
  return key;
};

/** Starts a repository: an empty one has a key of its own, one with suites is made once per run. */
export const startAptRepository = async (suites: readonly Suite[] = []): Promise<TestRepository> => {
  const dir = mkdtempSync(join(tmpdir(), 'apt-repository-'));
  const key = await (suites.length === 0
    ? make(dir, [])
    : madeOnce(`repository ${JSON.stringify(suites)}`, dir, (folder) => make(folder, suites)));
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
