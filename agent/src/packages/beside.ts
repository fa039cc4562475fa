import type { RootFiles } from '../platform/root-files.ts';
import { type Bounds, boundedFiles, type Look, usualBounds } from './bounded.ts';
import { flatpakLook } from './flatpak.ts';
import { containerLook } from './images.ts';
import { npmLook } from './npm.ts';
import { systemOwners } from './owners.ts';
import { pythonLook } from './python.ts';
import { snapLook } from './snap.ts';

// Kinds of packages that lie beside those of the system: what a look at their folders tells, without the tool that put them there.

const looks = {
  container: containerLook,
  flatpak: flatpakLook,
  npm: npmLook,
  python: pythonLook,
  snap: snapLook,
} as const;

type Kind = keyof typeof looks;

/** Every kind with its look, in the order of their names; each has bounds of its own, so that none hides another. */
export const looksBeside = async (
  files: RootFiles,
  clock: () => number,
  bounds: Bounds = usualBounds,
): Promise<ReadonlyMap<Kind, Look>> => {
  const found = new Map<Kind, Look>();
  const owners = systemOwners(files);
  for (const [kind, look] of Object.entries(looks) as [Kind, (typeof looks)[Kind]][]) {
    const read = boundedFiles(files, bounds, clock);
    const { items, isWhole } = await look(read, owners);
    found.set(kind, { items, isWhole: isWhole && !read.isCut() });
  }
  return found;
};

/** The kinds that were looked for, as the platform says them: `npm`, and `npm: not read` where some was not read. */
export const kindsRead = (found: ReadonlyMap<Kind, Look>): string[] =>
  Array.from(found, ([kind, { isWhole }]) => (isWhole ? kind : `${kind}: not read`));
