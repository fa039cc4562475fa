import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import type { random } from './random.ts';

// Controllers that advisories speak of: worse than any real plant.

export type Known = { vendor: string; model?: string; orderNumber?: string };

/** Products that documents name, as a record would have them. */
export const productsIn = (bodies: readonly CsafBody[]): Known[] => {
  const found = new Map<string, Known>();
  for (const { leaves } of bodies)
    for (const { vendor, names, models } of leaves) {
      const name = names.at(-1) ?? '';
      const [orderNumber] = models;
      const known = {
        vendor,
        ...(name === '' ? {} : { model: name.slice(0, 200) }),
        ...(orderNumber === undefined ? {} : { orderNumber }),
      };
      found.set(JSON.stringify(known), known);
    }
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
};

/** A version that a controller may have; a tenth has none, a seventh a coarse one. */
export const versionOf = (rng: ReturnType<typeof random>): Pick<PartIdentity, 'firmware' | 'firmwareSide'> => {
  const chance = rng.next();
  const number = (most: number): number => Math.floor(rng.next() * most);
  if (chance < 0.1) return {};
  if (chance < 0.25) return { firmware: `V${1 + number(6)}.${number(10)}`, firmwareSide: 'configured' };
  return { firmware: `V${1 + number(6)}.${number(10)}.${number(12)}`, firmwareSide: 'observed' };
};
