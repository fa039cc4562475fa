import { patchesPages } from './patches.ts';

/** Addresses that pages had before they moved to their workspace (CONSOLE 3), each with the one they have. */
const moved: readonly (readonly [from: string, to: string])[] = [
  ['/controllers/windows', patchesPages.windows()],
  ['/controllers/plans', `${patchesPages.windows()}/plans`],
  ['/controllers/measures', patchesPages.measures()],
  ['/controllers/evidence', patchesPages.evidence()],
];

/** Where the page of a path, or one below it, is now; undefined: it did not move. */
export function movedTo(path: string): string | undefined {
  const found = moved.find(([from]) => path === from || path.startsWith(`${from}/`));
  return found === undefined ? undefined : `${found[1]}${path.slice(found[0].length)}`;
}
