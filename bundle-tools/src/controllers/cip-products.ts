// Catalogue numbers of CIP identities (vendor/type/code): facts that a shipped capture, OT.md or project files of several
// plants agree on. Whatever is not certain is not here: a part with only such a tuple is reported as too little known.

/** Raised with every change of the list. */
export const CIP_MAP = 1;

const products: ReadonlyMap<string, string> = new Map([
  ['1/12/58', '1756-ENBT'],
  ['1/12/166', '1756-EN2T'],
  ['1/12/196', '1734-AENTR'],
  ['1/14/54', '1756-L61'],
]);

/** The catalogue number without its series; undefined where it is ambiguous. */
export const productOfCip = (tuple: string): string | undefined => products.get(tuple.replace(/\s+/g, ''));
