import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BundleError } from '../../src/errors.ts';
import type { HeldMetadata } from '../../src/trust/core.ts';

/** A set of metadata to be judged by two implementations. */
export type MetadataSet = {
  name: string;
  /** A volume, or a folder without versions in its names. */
  path: string;
  now: string;
  held: HeldMetadata;
  /** Look into every delegation as well. */
  delegations?: boolean;
};

/** `trusted` names each file that was trusted, in order: `root 2`, `timestamp 1`. */
export type Verdict = { accepted: boolean; trusted: string[]; why: string };

const python = '/usr/bin/python3';

/** True where Debian's python3-tuf is installed. */
export const hasPythonTuf = (): boolean => spawnSync(python, ['-c', 'import tuf.ngclient']).status === 0;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** python3-tuf's verdicts, in the order of the sets. */
export const pythonVerdicts = (sets: readonly MetadataSet[]): Verdict[] => {
  const input = sets.map(({ held: { root, ...others }, ...set }) => ({
    ...set,
    root: base64(root),
    held: Object.fromEntries(
      Object.entries(others).flatMap(([role, bytes]) => (bytes === undefined ? [] : [[role, base64(bytes)]])),
    ),
  }));
  const run = spawnSync(python, [join(import.meta.dirname, 'python-verdicts.py')], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`python-verdicts.py: ${run.stderr}`);
  return JSON.parse(run.stdout) as Verdict[];
};

/** Our verdict: what `follow` does, which tells `trusted` as it goes. A refusal must be one of the exchange's own. */
export const ourVerdict = async (follow: (trusted: string[]) => Promise<unknown>): Promise<Verdict> => {
  const trusted: string[] = [];
  try {
    await follow(trusted);
    return { accepted: true, trusted, why: '' };
  } catch (error) {
    if (!(error instanceof BundleError) || error.code === 'INTERNAL') throw error;
    return { accepted: false, trusted, why: `${error.code}: ${error.message}` };
  }
};
