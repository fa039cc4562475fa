import { clean, type Item, item, type Look } from '../collectors/collector.ts';
import type { Bounded } from './bounded.ts';

// Snaps by the files that snapd keeps of them, `name_revision.snap`. Which revision is in force is a link, and its version stands in
// the mounted image; `state.json` has the log-in of the store in it and is not read.

const filesFolder = 'var/lib/snapd/snaps';
/** Where snapd mounts images: the second on systems without `/snap`. */
const mountFolders = ['snap', 'var/lib/snapd/snap'];
const maxManifestBytes = 64 * 1024;

type Revision = { name: string; revision: string };

const revisionOf = (file: string): Revision | undefined => {
  const match = /^([a-z0-9][a-z0-9-]*(?:_[a-z0-9]+)?)_(x?\d+)\.snap$/.exec(file);
  return match === null ? undefined : { name: match[1] ?? '', revision: match[2] ?? '' };
};

const numberOf = ({ revision }: Revision): number => Number(revision.replace('x', ''));

const snapItem = (read: Bounded, [newest, ...older]: readonly Revision[]): Item[] => {
  if (newest === undefined) return [];
  const { name } = newest;
  const current = mountFolders
    .map((folder) => read.link(`${folder}/${name}/current`))
    .find((link) => link !== undefined);
  const inForce = [newest, ...older].find(({ revision }) => revision === current) ?? newest;
  const manifest = mountFolders
    .map((folder) => read.text(`${folder}/${name}/${inForce.revision}/meta/snap.yaml`, maxManifestBytes))
    .find((text) => text !== undefined);
  const version = /^version:[ \t]*["']?([^"'\r\n]+)/m.exec(manifest ?? '')?.[1]?.trim();
  // An image that is not mounted has its revision alone.
  return [item({ type: 'snap', name: clean(name), version: clean(version ?? `revision ${inForce.revision}`) })];
};

/** Snaps that are installed, each once. */
export const snapLook = async (read: Bounded): Promise<Look> => {
  const revisions = read
    .names(filesFolder)
    .map(revisionOf)
    .filter((one) => one !== undefined)
    .sort((a, b) => numberOf(b) - numberOf(a));
  return {
    items: [...Map.groupBy(revisions, ({ name }) => name).values()].flatMap((of) => snapItem(read, of)),
    isWhole: true,
  };
};
