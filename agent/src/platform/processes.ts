import type { RootFiles } from './root-files.ts';

const maxProcesses = 100_000;

/** Short names of what runs; never a command line, which may hold passwords. */
export const processNames = (files: RootFiles): Set<string> =>
  new Set(
    files
      .names('proc')
      .filter((name) => /^\d+$/.test(name))
      .slice(0, maxProcesses)
      .map((name) => files.text(`proc/${name}/comm`, 64)?.trim() ?? '')
      .filter((name) => name !== ''),
  );
