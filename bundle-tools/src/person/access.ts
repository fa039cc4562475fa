import { basename, dirname, join, relative } from 'node:path';
import type { Place } from './kinds.ts';

// Which place of the command line a path belongs to, for both sides: the command asks by it, the part with the person's rights judges by it.

/** A path below a place: where the walk begins, and the names that follow. `isAbove`: a folder on the way to a place that is written. */
export type Reached = {
  readonly place: Place;
  readonly from: string;
  readonly below: readonly string[];
  readonly isAbove: boolean;
};

const namesBelow = (folder: string, path: string): readonly string[] | undefined => {
  if (path === folder) return [];
  const rest = relative(folder, path);
  return rest === '' || rest === '..' || rest.startsWith('../') || rest.startsWith('/') ? undefined : rest.split('/');
};

const writes = ({ kind }: Place): boolean => kind !== 'input';

/** `plant.spb.pub`, `.plant.spb.1f0c.tmp`: what is made beside a file on its way. */
const isOf = (name: string, file: string): boolean => name.startsWith(`${file}.`) || name.startsWith(`.${file}.`);

const reachedBy = (place: Place, path: string): Reached | undefined => {
  const below = namesBelow(place.path, path);
  if (below !== undefined) return { place, from: place.path, below, isAbove: false };
  const folder = dirname(place.path);
  for (const one of place.beside ?? []) {
    const found = namesBelow(join(folder, one), path);
    if (found !== undefined) return { place, from: join(folder, one), below: found, isAbove: false };
  }
  const beside = namesBelow(folder, path);
  const [name, ...more] = beside ?? [];
  if (name !== undefined) {
    if (writes(place) && more.length === 0 && isOf(name, basename(place.path)))
      return { place, from: path, below: [], isAbove: false };
    if (writes(place) && isOf(name, basename(place.path)))
      return { place, from: join(folder, name), below: more, isAbove: false };
  }
  if (writes(place) && namesBelow(path, place.path) !== undefined)
    return { place, from: path, below: [], isAbove: true };
  return undefined;
};

/** The place that a path belongs to, of several the nearest; undefined where the person named nothing of it. */
export function reach(places: readonly Place[], path: string): Reached | undefined {
  const found = places.flatMap((place) => reachedBy(place, path) ?? []);
  return found.find(({ isAbove }) => !isAbove) ?? found[0];
}
