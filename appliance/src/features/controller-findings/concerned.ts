import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { handlesOfPart, holdsOf, mayConcern } from '@sallyport/bundle-tools/controllers/handles';
import { type LeafName, readLeafName } from '@sallyport/bundle-tools/controllers/leaf-name';
import type { PartIdentity, Synonym } from '@sallyport/bundle-tools/controllers/match-types';
import { vendorKey } from '@sallyport/bundle-tools/controllers/vendors';
import type { IdentityStore } from './identity-store.ts';

// Which parts a few documents may speak of, without reading every part: by vendor, then by what names have in common.

const separator = '\n';

/** Works the handles of parts out, each product once. */
export const handleWriter = (synonyms: readonly Synonym[]): ((identity: PartIdentity) => string) => {
  const known = new Map<string, string>();
  return (identity) => {
    const { vendor, orderNumber, cipTuple, model, productFamily } = identity;
    const key = JSON.stringify([vendor, orderNumber, cipTuple, model, productFamily]);
    const handles = known.get(key) ?? handlesOfPart(identity, synonyms).join(separator);
    known.set(key, handles);
    return handles;
  };
};

/** A leaf of another vendor never speaks of a part; one without a vendor may. */
const vendorsOf = (names: readonly LeafName[]): ReadonlySet<string> | undefined =>
  names.some(({ vendors }) => vendors.length === 0) ? undefined : new Set(names.flatMap(({ vendors }) => vendors));

/** The parts that were matched before and that these documents may speak of. */
export const concernedBy = (identities: IdentityStore, bodies: readonly CsafBody[]): Set<number> => {
  const names = bodies.flatMap(({ leaves }) => leaves.map(readLeafName));
  const vendors = vendorsOf(names);
  const spelled = identities.vendors().filter((vendor) => {
    const key = vendorKey(vendor);
    return vendors === undefined || key === '' || vendors.has(key);
  });
  const holds = holdsOf(names);
  return new Set(
    identities
      .ofVendors(spelled)
      .filter(({ handles }) => handles === null || mayConcern(holds, handles.split(separator)))
      .map(({ id }) => id),
  );
};
