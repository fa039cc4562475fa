import type { CodePattern } from './code-pattern.ts';
import { familiesNamed, familiesOf } from './families.ts';
import type { LeafName } from './leaf-name.ts';
import { numbersIn } from './likeness.ts';
import type { PartIdentity, Synonym } from './match-types.ts';
import { codeKey, nameKeys, nameTokens } from './name-key.ts';
import { looseOrderKey, orderKey, orderNumbersIn, siplusKey, splitSeries } from './order-number.ts';
import { knownVendor } from './vendors.ts';

// By what a part can be taken hold of: a leaf that shares no handle with a part, and has no pattern that fits one, cannot
// speak of it, by whatever level. Handles are kept beside parts, so that a few changed documents find the parts that they may
// concern without reading the names of every part again. They may fit too much, never too little.

const orderHandles = (order: string): string[] => {
  const twin = siplusKey(order);
  return [`o ${looseOrderKey(order)}`, `l ${order}`, ...(twin === undefined ? [] : [`t ${twin}`])];
};

const numberHandles = (key: string): string[] => numbersIn(nameTokens(key)).map((number) => `n ${number}`);

/** The handles of a part, with the names that a person declared the same; in a fixed order. */
export const handlesOfPart = (part: PartIdentity, synonyms: readonly Synonym[]): string[] => {
  const ownNames = [part.model, part.orderNumber, part.cipTuple].map((name) => name?.trim().toLowerCase());
  const same = synonyms
    .filter((synonym) => synonym.same && ownNames.includes(synonym.name.trim().toLowerCase()))
    .map(({ means }) => means);
  const names = [part.model, part.orderNumber, ...same].filter((name) => name !== undefined && name.trim() !== '');
  const found = new Set<string>();
  const add = (handles: readonly string[]): void => {
    for (const handle of handles) found.add(handle);
  };
  for (const written of [part.orderNumber ?? orderNumbersIn(part.model ?? '')[0], ...names]) {
    const key = written === undefined ? undefined : orderKey(written);
    if (key === undefined) continue;
    add(orderHandles(key));
    add(orderHandles(splitSeries(key).order));
  }
  for (const name of names) {
    add([`l ${codeKey(name ?? '')}`]);
    for (const key of nameKeys(name ?? '')) add([`k ${key}`, ...numberHandles(key)]);
  }
  const isKnown = part.vendor !== undefined && knownVendor(part.vendor) !== undefined;
  const families = [
    ...familiesOf(part),
    ...(isKnown ? [] : familiesOf({ ...part, vendor: undefined })),
    ...(part.vendor === undefined
      ? []
      : [part.productFamily, ...same].flatMap((name) =>
          name === undefined ? [] : familiesNamed(part.vendor ?? '', name),
        )),
  ];
  add(families.map((family) => `f ${family}`));
  return [...found].sort();
};

/** What some leaves can be taken hold of by. */
type Holds = { handles: ReadonlySet<string>; patterns: readonly CodePattern[] };

/** The holds of all these leaves together. */
export const holdsOf = (names: Iterable<LeafName>): Holds => {
  const handles = new Set<string>();
  const patterns = new Map<string, CodePattern>();
  for (const name of names) {
    for (const order of name.orders) {
      handles.add(`o ${looseOrderKey(order)}`);
      const twin = siplusKey(order);
      if (twin !== undefined && name.withSiplus) handles.add(`t ${twin}`);
    }
    for (const code of [...name.codes, ...name.only])
      if ('literal' in code) handles.add(`l ${code.literal}`);
      else patterns.set(code.pattern.key, code.pattern);
    for (const key of name.keys) {
      handles.add(`k ${key}`);
      for (const handle of numberHandles(key)) handles.add(handle);
    }
    for (const family of name.families) handles.add(`f ${family}`);
  }
  return { handles, patterns: [...patterns.values()] };
};

/** Whether any of the leaves may speak of a part with these handles. */
export const mayConcern = ({ handles, patterns }: Holds, own: readonly string[]): boolean =>
  own.some(
    (handle) =>
      handles.has(handle) ||
      (handle.startsWith('l ') && patterns.some((pattern) => pattern.fits(handle.slice('l '.length)))),
  );
