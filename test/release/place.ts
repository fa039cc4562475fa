import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

// What the parts of the release test share.

/** A bare Debian, the folder that machines see as a stick, a folder for machines, the artefacts, and the package of this release. */
export type Place = {
  base: string;
  stick: string;
  work: string;
  dist: string;
  deb: string;
  version: string;
  say: (line: string) => void;
};

export function must(is: boolean, otherwise: string): void {
  if (!is) throw new Error(otherwise);
}

/** A machine's root becomes a copy of another one, with owners and hard links. */
export function copyOf(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}
