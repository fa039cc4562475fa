import { cleanLine } from '../../platform/text.ts';

// An entry of a directory, from a poll or from an LDIF file: a name and attributes with their raw values.

export type DirectoryEntry = {
  dn: string;
  /** By lower-case name without options, except ranges (`member;range=0-1499`). */
  attributes: ReadonlyMap<string, readonly Buffer[]>;
};

/** The raw values of an attribute. */
export const bytesOf = (entry: DirectoryEntry, name: string): readonly Buffer[] =>
  entry.attributes.get(name.toLowerCase()) ?? [];

/** The values as text, what is no UTF-8 replaced. */
export const textsOf = (entry: DirectoryEntry, name: string): string[] =>
  bytesOf(entry, name)
    .map((value) => cleanLine(value.toString('utf8')).trim())
    .filter((value) => value !== '');

/** The first value of the first attribute that has one, cut to a length. */
export const firstText = (entry: DirectoryEntry, names: readonly string[], maxLength: number): string | undefined => {
  for (const name of names) {
    const [value] = textsOf(entry, name);
    if (value !== undefined) return value.slice(0, maxLength);
  }
  return undefined;
};

/** A whole number in text. */
export const integerOf = (entry: DirectoryEntry, name: string): number | undefined => {
  const [value] = textsOf(entry, name);
  if (value === undefined || !/^-?\d{1,15}$/.test(value)) return undefined;
  return Number(value);
};

/** The classes of an entry, in lower case. */
export const classesOf = (entry: DirectoryEntry): ReadonlySet<string> =>
  new Set(textsOf(entry, 'objectClass').map((name) => name.toLowerCase()));

type Rdn = { type: string; value: string };

/** The parts of a distinguished name (RFC 4514), from the entry upwards; what cannot be read stays one part. */
export const parseDn = (dn: string): Rdn[] => {
  const parts: Rdn[] = [];
  let at = 0;
  const piece = (stops: string): string => {
    const bytes: Buffer[] = [];
    for (; at < dn.length && !stops.includes(dn[at] ?? ''); at += 1) {
      if (dn[at] !== '\\') {
        const code = dn.codePointAt(at) ?? 0;
        bytes.push(Buffer.from(String.fromCodePoint(code), 'utf8'));
        if (code > 0xffff) at += 1;
        continue;
      }
      const hex = /^[0-9a-fA-F]{2}/.exec(dn.slice(at + 1, at + 3))?.[0];
      bytes.push(hex === undefined ? Buffer.from(dn[at + 1] ?? '', 'utf8') : Buffer.from(hex, 'hex'));
      at += hex === undefined ? 1 : 2;
    }
    at += 1;
    return Buffer.concat(bytes).toString('utf8');
  };
  while (at < dn.length) {
    const type = piece('=,').trim().toLowerCase();
    if (dn[at - 1] !== '=') parts.push({ type: '', value: type });
    // A part of several attributes keeps them all in its value.
    else parts.push({ type, value: piece(',').trim() });
  }
  return parts;
};

/** A name as others refer to it: case and space around signs do not count. */
export const sameDn = (dn: string): string =>
  parseDn(dn)
    .map(({ type, value }) => `${type}=${value.toLowerCase()}`)
    .join(',');

/** The DNS name that the domain components of a name make; without any, the topmost part. */
export const domainOf = (dn: string): string => {
  const parts = parseDn(dn);
  const components = parts.filter(({ type }) => type === 'dc').map(({ value }) => value.toLowerCase());
  if (components.length > 0) return components.join('.');
  const top = parts.at(-1);
  return top === undefined ? '' : `${top.type}=${top.value}`;
};

/** Where an entry hangs: the units above it, from the top down. */
export const pathOf = (dn: string): string =>
  parseDn(dn)
    .slice(1)
    .filter(({ type }) => type !== 'dc')
    .map(({ value }) => value)
    .reverse()
    .join(' / ');
