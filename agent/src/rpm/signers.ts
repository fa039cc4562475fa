import { withArchive } from '@sallyport/bundle-tools/versions/package-archive';

// Whose build a package of rpm is, beyond what it calls its vendor: anybody can write `Vendor: AlmaLinux` into a rebuild, or no vendor at
// all. The key that signed it says more, and rpm's database has the keys that it trusts with the names of their owners. Only what
// differs from the rest of the system is told: a plant that signs all packages of its mirror anew is all that there is.

type SignedPackage = {
  readonly vendor: string;
  /** The id of the key that signed it, in hex; empty: it is not signed. */
  readonly keyId: string;
};

/** A public key that rpm trusts: its id or the end of it, and the user id of its owner. */
export type RpmKey = { readonly id: string; readonly owner: string };

/** A key and the one after it have owners of one domain, whatever they are called. */
const domainOf = (owner: string): string | undefined => /@([^@<>\s]+)>?\s*$/.exec(owner)?.[1]?.toLowerCase();

const nameOf = (owner: string): string => owner.replace(/\s*<[^<>]*>\s*$/, '').trim();

/** What more than half of some have in common; undefined: nothing. */
const mostOf = (values: readonly string[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].find(([, count]) => count * 2 > values.length)?.[0];
};

/**
 * What the publisher of each package is: its vendor, and in brackets who signed it where it has the vendor of most packages, or
 * none, and another signature than these. A key whose owner is not known says nothing.
 */
export const publishersBySignature = (
  packages: readonly SignedPackage[],
  keys: readonly RpmKey[],
): ((found: SignedPackage) => string) => {
  const owners = new Map<string, string | undefined>();
  const ownerOf = (keyId: string): string | undefined => {
    if (!owners.has(keyId)) owners.set(keyId, keys.find(({ id }) => keyId.endsWith(id) || id.endsWith(keyId))?.owner);
    return owners.get(keyId);
  };
  const vendor = mostOf(packages.map((one) => one.vendor));
  const ofVendor = packages.filter((one) => one.vendor === vendor && one.keyId !== '');
  const domain = mostOf(ofVendor.map(({ keyId }) => domainOf(ownerOf(keyId) ?? '') ?? ''));
  const isSigned = ofVendor.length * 2 > packages.filter((one) => one.vendor === vendor).length;
  if (vendor === undefined || vendor === '' || !isSigned) return (found) => found.vendor;
  return (found) => {
    if (found.vendor !== vendor && found.vendor !== '') return found.vendor;
    if (found.keyId === '') return withArchive(found.vendor, 'not signed');
    const owner = ownerOf(found.keyId);
    if (owner === undefined || domain === undefined || domain === '') return found.vendor;
    return domainOf(owner) === domain ? found.vendor : withArchive(found.vendor, nameOf(owner));
  };
};
