import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './sources.ts';

/** The shell blocks of a document, in order. */
export const shellBlocks = (document: string): string[] =>
  [...readFileSync(join(repositoryRoot, document), 'utf8').matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(
    (match) => match[1] ?? '',
  );

type BlockOutcome = { status: number | null; output: string };

/** Runs a block as a person would who stops at the first fault. */
export const runBlock = (block: string, folder: string): BlockOutcome => {
  const done = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', block], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    // The system's own tools, whatever stands before them on this computer.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: folder },
  });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
};
