import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isThere } from '../platform/is-there.ts';

const selfPath = fileURLToPath(import.meta.url);
const fromSources = selfPath.endsWith('.ts');

// The program's own code, and each node_modules that its imports can resolve into.
const codeFolders = (): string[] => {
  const packageDir = realpathSync(resolve(dirname(selfPath), '../..'));
  const folders = [packageDir];
  for (let folder = packageDir; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (isThere(modules)) folders.push(realpathSync(modules));
    if (dirname(folder) === folder) return folders;
  }
};

/** The entry of the import process: the compiled file, or the source under tests. */
export const childEntry = (): string => join(dirname(selfPath), fromSources ? 'child.ts' : 'child.js');

/** Node's flags for a process that reads its code, staging and `readable`, and writes staging and `writable` only. */
export const permissionFlags = (options: {
  readable: readonly string[];
  stagingDir: string;
  /** Further folders to write. */
  writable?: readonly string[];
}): string[] => [
  '--permission',
  ...[...codeFolders(), options.stagingDir, ...(options.writable ?? []), ...options.readable].map(
    (folder) => `--allow-fs-read=${folder}`,
  ),
  ...[options.stagingDir, ...(options.writable ?? [])].map((folder) => `--allow-fs-write=${folder}`),
  // For the thread that hashes a large volume; it has the same permissions.
  '--allow-worker',
  '--max-old-space-size=768',
  '--no-warnings',
  ...(fromSources ? ['--conditions=@sallyport/source'] : []),
];
