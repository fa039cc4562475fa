import type { CollectContext, Item, Look } from '../collectors/collector.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type Bounds, boundedFiles, usualBounds } from './bounded.ts';
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

/** Of one kind: a section holds 50,000 items, and those of the system have to find a place in it. */
const mostItems = 6_000;
const maxPurlLength = 512;
/** A section is taken whole or not at all: what no appliance takes is left out here. */
const isTaken = ({ name, version, purl }: Item): boolean =>
  name !== undefined && version !== undefined && (typeof purl !== 'string' || purl.length <= maxPurlLength);

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
    const { items, isWhole, hasUnlisted = false } = await look(read, owners);
    const taken = items.filter(isTaken).slice(0, mostItems);
    found.set(kind, { items: taken, isWhole: isWhole && read.isWhole() && taken.length === items.length, hasUnlisted });
  }
  return found;
};

/** The look of the round; a collector that is run alone has one of its own. */
export const lookedBeside = ({ beside, files, clock }: CollectContext): Promise<ReadonlyMap<string, Look>> =>
  beside === undefined ? looksBeside(files, clock) : beside();

/**
 * The kinds that were looked for, as the platform says them: `npm`, `npm: not read` where some was not read, `container: not listed` where
 * all was read that is listed, and there is more.
 */
export const kindsRead = (found: ReadonlyMap<string, Look>): string[] =>
  Array.from(found, ([kind, { isWhole, hasUnlisted }]) =>
    isWhole ? `${kind}${hasUnlisted === true ? ': not listed' : ''}` : `${kind}: not read`,
  );
