import { cpSync } from 'node:fs';
import { join, win32 } from 'node:path';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { runChild } from '../platform/child.ts';
import { systemProgram } from '../windows/system-program.ts';
import { versionOf } from './own-package.ts';
import type { Packager } from './types.ts';

// On Windows. Each package leaves a copy of itself beside what the agent keeps (`replace --keep`), because Windows' own copy has no
// files in it. Its installer stops and starts the service.

const timeoutMs = 600_000;
/** Done; done once the computer starts again, which the program's own version tells. */
const doneExits = new Set([0, 3010]);

const msiexec = async (...args: string[]): Promise<string | undefined> => {
  const done = await runChild({
    command: systemProgram('msiexec.exe'),
    args: [...args, '/qn', '/norestart'],
    timeoutMs,
  });
  return done.exit !== null && doneExits.has(done.exit)
    ? undefined
    : `msiexec ${args[0] ?? ''} ended with ${done.exit ?? 'no code'}`;
};

/** The file of the package that is installed. */
export const installedPackage = (folder: string): string => join(folder, 'installed.msi');

export function msiPackager(folder: string): Packager {
  const previous = join(folder, 'previous.msi');
  return {
    keep: () => {
      const installed = installedPackage(folder);
      if (!isThere(installed)) return Promise.resolve('no copy of the installed package was kept');
      cpSync(installed, previous);
      return Promise.resolve(undefined);
    },
    install: (file) => msiexec('/i', file),
    version: () =>
      versionOf(win32.join(env('ProgramFiles') ?? 'C:\\Program Files', 'Sallyport Agent', 'sallyport-agent.exe')),
    putBack: async (file) => {
      // A release goes in place of an older one only: the newer one is taken away first, what the agent keeps stays.
      await msiexec('/x', file);
      return msiexec('/i', previous);
    },
  };
}
