import { isDigitCode, isKeyable, pushNumber, pushText } from './key.ts';

// Maven, by "Version Order Specification" of the POM reference, as ComparableVersion of Maven 3.9 applies it. Its order
// is no order of all texts: `1-alpha` > `1.sp.1` > `1` > `1-alpha`. The forms that take part in such circles have no key.

/** A number, a qualifier, or what stands behind a hyphen or a change between digits and letters. */
type Item = { readonly digits: string } | { readonly word: string } | Item[];

const SHORT: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);
const SAME: ReadonlyMap<string, string> = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);

const WORDS: ReadonlyMap<string, number> = new Map([
  ['alpha', 0x01],
  ['beta', 0x02],
  ['milestone', 0x03],
  ['rc', 0x04],
  ['snapshot', 0x05],
  ['', 0x08],
  ['sp', 0x09],
]);
const LIST_BELOW_NOTHING = 0x06;
const END = 0x07;
const OTHER_WORD = 0x0a;
const LIST = 0x0b;
const NUMBER = 0x0c;

const wordOf = (text: string, isBeforeDigit: boolean): Item => {
  const long = isBeforeDigit ? (SHORT.get(text) ?? text) : text;
  return { word: SAME.get(long) ?? long };
};

const isZero = (item: Item): boolean =>
  Array.isArray(item) ? item.length === 0 : 'word' in item ? item.word === '' : /^0*$/.test(item.digits);

/** Drops what equals nothing at the end of a list and before the list that ends it. */
const trim = (list: Item[]): void => {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    const item = list[at];
    if (item === undefined) return;
    if (isZero(item)) list.splice(at, 1);
    else if (!Array.isArray(item)) return;
  }
};

const parse = (version: string): Item[] => {
  const root: Item[] = [];
  const lists = [root];
  let list = root;
  const open = (): void => {
    const inner: Item[] = [];
    list.push(inner);
    lists.push(inner);
    list = inner;
  };
  let start = 0;
  let isDigit = false;
  const take = (end: number): Item =>
    end === start
      ? { digits: '0' }
      : isDigit
        ? { digits: version.slice(start, end) }
        : wordOf(version.slice(start, end), false);
  for (let at = 0; at < version.length; at += 1) {
    const char = version[at];
    if (char === '.' || char === '-') {
      list.push(take(at));
      start = at + 1;
      if (char === '-') open();
    } else if (isDigitCode(version.charCodeAt(at))) {
      if (!isDigit && at > start) {
        if (list.length > 0) open();
        list.push(wordOf(version.slice(start, at), true));
        start = at;
        open();
      }
      isDigit = true;
    } else {
      if (isDigit && at > start) {
        list.push(take(at));
        start = at;
        open();
      }
      isDigit = false;
    }
  }
  if (start < version.length) {
    if (!isDigit && list.length > 0) open();
    list.push(take(version.length));
  }
  for (const one of lists.reverse()) trim(one);
  return root;
};

/** True for what is older than the version without it: the first item that does not equal nothing decides. */
const isBelowNothing = (list: readonly Item[]): boolean => {
  const first = list.find((item) => !isZero(item));
  if (first === undefined) return false;
  if (Array.isArray(first)) return isBelowNothing(first);
  return 'word' in first && (WORDS.get(first.word) ?? OTHER_WORD) < END;
};

/** Appends a list; false where Maven's own order runs in a circle. */
const pushList = (out: number[], list: readonly Item[]): boolean => {
  for (const [at, item] of list.entries()) {
    const next = list[at + 1];
    // Maven takes a list for more than every word and less than every number, and nothing for `0` and for ``.
    if (isZero(item) && (next === undefined || !('digits' in next))) return false;
    if (Array.isArray(item)) {
      const isBelow = isBelowNothing(item);
      if (isBelow && at === 0) return false;
      out.push(isBelow ? LIST_BELOW_NOTHING : LIST);
      return pushList(out, item);
    }
    if ('digits' in item) {
      out.push(NUMBER);
      pushNumber(out, item.digits);
      continue;
    }
    const rank = WORDS.get(item.word) ?? OTHER_WORD;
    if (rank > END && at > 0) return false;
    out.push(rank);
    if (rank !== OTHER_WORD) continue;
    pushText(out, item.word);
    out.push(0x00);
  }
  out.push(END);
  return true;
};

/** The key of a Maven version; null for the forms that Maven itself orders in a circle. */
export const mavenKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version)) return null;
  const out: number[] = [];
  return pushList(out, parse(version.toLowerCase())) ? Uint8Array.from(out) : null;
};
