// A project writes versions with fewer parts than a device does: `V2.9` and `V2.9.4` are the same as far as the shorter one
// goes, and so are `33.011` and `33.11`.

const versionParts = (version: string): string[] =>
  (
    version
      .toLowerCase()
      .replace(/^(?:fw|firmware)?[\s:]*v?(?=[\d])/, '')
      .match(/\d+|[a-z]+/g) ?? []
  ).map((part) => (/^\d+$/.test(part) ? part.replace(/^0+(?=\d)/, '') : part));

/** Whether two versions agree as far as the shorter one goes. */
export const sameVersion = (one: string, two: string): boolean => {
  const [a, b] = [versionParts(one), versionParts(two)];
  const length = Math.min(a.length, b.length);
  if (length === 0) return a.length === b.length && one.trim().toLowerCase() === two.trim().toLowerCase();
  return a.slice(0, length).every((part, at) => part === b[at]);
};
