import { familiesOf } from './families.ts';
import type { LeafName } from './leaf-name.ts';
import type { PartIdentity } from './match-types.ts';
import { relativesOf, vendorKey } from './vendors.ts';

// Whether a document speaks of a maker and of a family at all. "No findings" of a part is worth something only where some
// document that is here speaks of what it is.

const maker = (key: string): string => `maker ${key}`;
const family = (name: string): string => `family ${name}`;

/** Makers and families that the leaves of a document name; in a fixed order. */
export function spokenOfLeaves(names: Iterable<LeafName>): string[] {
  const found = new Set<string>();
  const orderNumbers = new Set<string>();
  for (const { vendors, families, orders } of names) {
    for (const key of vendors) found.add(maker(key));
    for (const name of families) found.add(family(name));
    for (const order of orders) orderNumbers.add(order);
  }
  for (const orderNumber of orderNumbers) for (const name of familiesOf({ orderNumber })) found.add(family(name));
  return [...found].sort();
}

/** How documents would name the maker of a part; none where its maker is not known. */
export function makersOf({ vendor }: PartIdentity): string[] {
  const key = vendor === undefined ? '' : vendorKey(vendor);
  return key === '' ? [] : [key, ...relativesOf(key)].map(maker);
}

/** How documents would name the families of a part. */
export const familiesOfPart = (part: PartIdentity): string[] => familiesOf(part).map(family);
