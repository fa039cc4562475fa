import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import { familiesOfPart, makersOf } from '@sallyport/bundle-tools/controllers/spoken-of';
import type { DocumentStore } from './document-store.ts';
import type { HeldIdentity, IdentityStore } from './identity-store.ts';
import type { MatchStore } from './match-store.ts';

// What "no findings" of a part is worth: whether a document that is here names it or its family, its maker alone, or neither.

/** How much is said of an identity: nothing of its maker, of its maker alone, of it or its family. */
const spoken = { nothing: 0, maker: 1, product: 2 } as const;

const coverageOf = (identity: PartIdentity, isNamed: boolean, names: ReadonlySet<string>): number => {
  if (isNamed || familiesOfPart(identity).some((name) => names.has(name))) return spoken.product;
  // Documents name no CIP identity: what has nothing else can be found in none, unless a person entered what it means.
  if ((identity.orderNumber ?? identity.model ?? identity.productFamily) === undefined) return spoken.nothing;
  return makersOf(identity).some((name) => names.has(name)) ? spoken.maker : spoken.nothing;
};

/** Brings the coverage of identities to what the documents that are here speak of. In a transaction, after their matches. */
export function writeCoverage(
  { documents, identities, matches }: { documents: DocumentStore; identities: IdentityStore; matches: MatchStore },
  which: readonly HeldIdentity[],
): void {
  const names = new Set(documents.allSpokenOf());
  const named = new Set(matches.named(which.map(({ id }) => id)));
  for (const { id, identity, coverage } of which) {
    const now = coverageOf(identity, named.has(id), names);
    if (now !== coverage) identities.setCoverage(id, now);
  }
}
