import { defined } from '../platform/defined.ts';
import type { CodePattern } from './code-pattern.ts';
import type { Code } from './code-patterns.ts';
import { familiesNamed, familiesOf } from './families.ts';
import { held } from './held.ts';
import type { LeafName, LeafRef } from './leaf-name.ts';
import { addLikeness, emptyLikenesses, findLike, type Likenesses, leastLikeness } from './likeness.ts';
import type { Level, PartIdentity, Synonym } from './match-types.ts';
import { codeKey, nameKeys } from './name-key.ts';
import { isSiplus, looseOrderKey, orderKey, orderNumbersIn, siplusKey, splitSeries } from './order-number.ts';
import { knownVendor, relativesOf, vendorKey } from './vendors.ts';

// Which leaves speak of a part, and how they name it (ADVISORIES 6.2). Answers depend on the names alone, not on versions, so
// that they are worked out once per distinct identity.

export type Candidate = {
  ref: LeafRef;
  level: Level;
  confidence: number;
  /** The leaf names models in place of a version, and the part is one of them. */
  isModelNamed: boolean;
  /** The leaf is of hardware series, and the part's is not known. */
  isSeriesOpen: boolean;
  /** How closely the leaf names the part; the higher wins within a document (ADVISORIES 6.1, 10). */
  specificity: number;
};

// ADVISORIES 6.2: the factors multiply.
const caseFolded = 0.95;
const dashesIgnored = 0.9;
const noVendor = 0.8;

const specificityOf = {
  order: 10_000,
  tuple: 9_000,
  model: 8_000,
  pattern: 7_000,
  family: 1_000,
  likeness: 0,
} as const;

const push = <K>(map: Map<K, LeafRef[]>, key: K, ref: LeafRef): void => {
  const held = map.get(key);
  if (held === undefined) map.set(key, [ref]);
  else if (held.at(-1) !== ref) held.push(ref);
};

/** A shortened number, and the leaves that have it. */
type Pattern = { pattern: CodePattern; refs: LeafRef[] };

/** A vendor as its map has it. */
type Vendor = { key: string; isKnown: boolean };

type Names = ReturnType<typeof indexNames>;

/** Indexes the leaves by every name that they give. */
export const indexNames = (refs: readonly LeafRef[]) => {
  const orders = new Map<string, LeafRef[]>();
  const loose = new Map<string, LeafRef[]>();
  const twins = new Map<string, LeafRef[]>();
  const literals = new Map<string, LeafRef[]>();
  const keys = new Map<string, LeafRef[]>();
  const families = new Map<string, LeafRef[]>();
  const patterns = new Map<string, Map<string, Pattern>>();
  const likenesses = new Map<string, Likenesses>();
  for (const ref of refs) {
    const { name } = ref;
    for (const order of name.orders) {
      push(orders, order, ref);
      push(loose, looseOrderKey(order), ref);
      const twin = siplusKey(order);
      if (twin !== undefined && name.withSiplus) push(twins, twin, ref);
    }
    for (const code of [...name.codes, ...name.only]) {
      if ('literal' in code) push(literals, code.literal, ref);
      else
        for (const vendor of name.vendors.length === 0 ? [''] : name.vendors) {
          const own = patterns.get(vendor) ?? new Map<string, Pattern>();
          patterns.set(vendor, own);
          const held = own.get(code.pattern.key);
          if (held === undefined) own.set(code.pattern.key, { pattern: code.pattern, refs: [ref] });
          else if (held.refs.at(-1) !== ref) held.refs.push(ref);
        }
    }
    for (const key of name.keys) push(keys, key, ref);
    for (const family of name.families) push(families, family, ref);
    for (const vendor of name.vendors) {
      const own = likenesses.get(vendor) ?? emptyLikenesses();
      likenesses.set(vendor, own);
      for (const key of name.keys) addLikeness(own, key, ref);
    }
  }
  // Names and vendors of parts repeat, and reading them costs more than finding them.
  const keysHeld = held<readonly string[]>();
  const vendorsHeld = held<Vendor>();
  const keysOf = (name: string): readonly string[] => keysHeld(name, () => nameKeys(name));
  const vendorOf = (raw: string): Vendor =>
    vendorsHeld(raw, () => ({ key: vendorKey(raw), isKnown: knownVendor(raw) !== undefined }));
  const patternsHeld = held<readonly Pattern[]>();
  /** Shortened part numbers of a vendor, and of leaves without one; all of them where the part's vendor is not known. */
  const patternsOf = (vendor: string | undefined): readonly Pattern[] =>
    patternsHeld(vendor ?? '', () =>
      (vendor === undefined ? [...patterns.keys()] : [vendor, '', ...relativesOf(vendor)]).flatMap((key) => [
        ...(patterns.get(key)?.values() ?? []),
      ]),
    );
  return { orders, loose, twins, literals, keys, families, likenesses, patternsOf, keysOf, vendorOf };
};

/** What of a part decides which leaves speak of it. */
export const identityKey = ({ vendor, orderNumber, cipTuple, model, productFamily, hwVersion }: PartIdentity): string =>
  JSON.stringify([vendor, orderNumber, cipTuple, model, productFamily, hwVersion]);

type Asked = {
  vendor?: string;
  order?: string;
  written?: string;
  series?: string;
  isSiplus: boolean;
  names: string[];
  /** Names without the order number, whose likeness says nothing. */
  spoken: string[];
  families: string[];
};

const seriesOf = (hwVersion: string | undefined): string | undefined =>
  /^(?:series )?([A-Z])(?:$|[ /])/i.exec(hwVersion?.trim() ?? '')?.[1]?.toUpperCase();

const ask = (part: PartIdentity, same: readonly string[], names: Names): Asked => {
  // A device that says its order number within its model: `1769-L33ER/A LOGIX5333ER`.
  const written = part.orderNumber ?? orderNumbersIn(part.model ?? '')[0];
  const key = written === undefined ? undefined : orderKey(written);
  const { order, series = seriesOf(part.hwVersion) } = key === undefined ? {} : splitSeries(key);
  const { key: given, isKnown: isInMap } = names.vendorOf(part.vendor ?? '');
  // A spelling that neither the map nor any document knows says no more than none.
  const isKnown = names.likenesses.has(given) || isInMap;
  const vendor = isKnown && given !== '' ? given : undefined;
  const named = [part.productFamily, ...same].filter((name) => name !== undefined);
  const families = [
    ...familiesOf(vendor === undefined ? { ...part, vendor: undefined } : part, (raw) => names.vendorOf(raw).key),
    ...named.flatMap((name) => (part.vendor === undefined ? [] : familiesNamed(part.vendor, name))),
  ];
  return {
    ...defined({ vendor }),
    ...(order === undefined ? {} : { order, written: written ?? '' }),
    ...defined({ series }),
    isSiplus: (order !== undefined && isSiplus(order)) || /^siplus\b/i.test(part.model ?? ''),
    names: [part.model, part.orderNumber, ...same].filter(
      (name) => name !== undefined && name.trim() !== '',
    ) as string[],
    spoken: [part.model, ...same].filter((name) => name !== undefined),
    families: [...new Set(families)],
  };
};

/** The same order number, or one of its twins, where both are known; undefined where either is not. */
const sharesOrder = (name: LeafName, order: string | undefined): boolean | undefined => {
  if (order === undefined || name.orders.length === 0) return undefined;
  if (name.orders.includes(order) || name.orders.some((own) => looseOrderKey(own) === looseOrderKey(order)))
    return true;
  const twin = siplusKey(order);
  return twin !== undefined && name.withSiplus && name.orders.some((own) => siplusKey(own) === twin);
};

const isOneOf = (codes: readonly Code[], { order, names }: Asked): boolean => {
  if (codes.length === 0) return false;
  const own = [...(order === undefined ? [] : [order]), ...names.map(codeKey)];
  return codes.some((code) => own.some((key) => ('literal' in code ? code.literal === key : code.pattern.fits(key))));
};

const vendorFactor = (name: LeafName, vendor: string | undefined): number | undefined => {
  if (vendor === undefined || name.vendors.length === 0) return noVendor;
  if (name.vendors.includes(vendor)) return 1;
  return relativesOf(vendor).some((relative) => name.vendors.includes(relative)) ? noVendor : undefined;
};

/** Finds the leaves that speak of a part; a leaf comes once, with its strongest level. */
export const findCandidates = (names: Names, part: PartIdentity, synonyms: readonly Synonym[]): Candidate[] => {
  const ownNames = [part.model, part.orderNumber, part.cipTuple]
    .filter((name) => name !== undefined)
    .map((name) => name.trim().toLowerCase());
  const decided = synonyms.filter(
    ({ vendor, name }) =>
      ownNames.includes(name.trim().toLowerCase()) &&
      (part.vendor === undefined || vendor === '' || vendorKey(vendor) === vendorKey(part.vendor)),
  );
  const same = decided.filter((synonym) => synonym.same).map(({ means }) => means);
  const different = new Set(decided.filter((synonym) => !synonym.same).flatMap(({ means }) => nameKeys(means)));
  const asked = ask(part, same, names);
  const found = new Map<LeafRef, Candidate>();

  const take = (ref: LeafRef, level: Level, factor: number, specificity: number): void => {
    const held = found.get(ref);
    if (held !== undefined && held.specificity >= specificity) return;
    const vendor = vendorFactor(ref.name, asked.vendor);
    if (vendor === undefined) return;
    if (asked.series !== undefined && ref.name.series.length > 0 && !ref.name.series.includes(asked.series)) return;
    const isModelNamed = isOneOf(ref.name.only, asked);
    // Of other models than this one.
    if (ref.name.only.length > 0 && !isModelNamed && asked.order !== undefined && level !== 'M5') return;
    found.set(ref, {
      ref,
      level,
      confidence: factor * vendor,
      specificity,
      isModelNamed,
      isSeriesOpen: asked.series === undefined && ref.name.series.length > 0,
    });
  };
  const takeAll = (refs: readonly LeafRef[] | undefined, level: Level, factor: number, specificity: number): void => {
    for (const ref of refs ?? []) take(ref, level, factor, specificity);
  };

  if (asked.order !== undefined) {
    const folded = asked.written === asked.order || asked.written?.replace(/\s+/g, '') === asked.order ? 1 : caseFolded;
    takeAll(names.orders.get(asked.order), 'M1', folded, specificityOf.order);
    takeAll(names.literals.get(asked.order), 'M1', folded, specificityOf.order);
    takeAll(names.loose.get(looseOrderKey(asked.order)), 'M1', folded * dashesIgnored, specificityOf.order - 1);
    const twin = siplusKey(asked.order);
    if (twin !== undefined) takeAll(names.twins.get(twin), 'M1', folded, specificityOf.order - 2);
  }
  const patterns = names.patternsOf(asked.vendor);
  for (const name of new Set(asked.names)) {
    const isTuple = same.length > 0 && part.cipTuple !== undefined && same.includes(name);
    const [level, rank] = isTuple ? (['M2', specificityOf.tuple] as const) : (['M3', specificityOf.model] as const);
    const order = orderKey(name);
    if (order !== undefined && order !== asked.order) {
      const exact = splitSeries(order).order;
      takeAll(names.orders.get(exact), level === 'M2' ? 'M2' : 'M1', 1, level === 'M2' ? rank : specificityOf.order);
      takeAll(names.literals.get(exact), level, 1, rank);
    }
    const code = codeKey(name);
    takeAll(names.literals.get(code), level, code === name.trim() ? 1 : caseFolded, rank);
    // What a person confirmed holds, whatever the numbers.
    for (const key of names.keysOf(name))
      for (const ref of names.keys.get(key) ?? [])
        if (same.includes(name) || sharesOrder(ref.name, asked.order) !== false)
          take(ref, level, key === name.trim() ? 1 : caseFolded, rank);
    const bare = order === undefined ? code : splitSeries(order).order;
    for (const { pattern, refs } of patterns)
      if (pattern.fits(code) || (bare !== code && pattern.fits(bare))) takeAll(refs, 'M4', 1, specificityOf.pattern);
  }
  for (const family of asked.families)
    for (const ref of names.families.get(family) ?? [])
      if (sharesOrder(ref.name, asked.order) !== false && (!asked.isSiplus || ref.name.withSiplus))
        // The longer name is the narrower family.
        take(ref, 'M4', 1, specificityOf.family + family.length);

  const documents = new Set<number>();
  for (const { doc } of found.keys()) documents.add(doc);
  const suggest = (ref: LeafRef, likeness: number): void => {
    if (!documents.has(ref.doc) && !(different.size > 0 && ref.name.keys.some((key) => different.has(key))))
      take(ref, 'M5', likeness, specificityOf.likeness);
  };
  // A family whose leaf is restricted to other numbers or leaves the twins out.
  for (const family of asked.families) for (const ref of names.families.get(family) ?? []) suggest(ref, leastLikeness);
  const own = asked.vendor === undefined ? undefined : names.likenesses.get(asked.vendor);
  if (own !== undefined)
    for (const { refs, likeness } of findLike(own, asked.spoken.flatMap(names.keysOf)))
      for (const ref of refs) suggest(ref, likeness);
  return [...found.values()];
};
