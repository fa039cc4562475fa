import { isKeyable, pushNumber, pushText } from './key.ts';

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** Appends the identifiers of a pre-release: numbers below texts, fewer below more. */
const pushIdentifiers = (out: number[], identifiers: string): void => {
  for (const identifier of identifiers.split('.')) {
    if (isNumber(identifier)) {
      out.push(0x02);
      pushNumber(out, identifier);
    } else {
      out.push(0x03);
      pushText(out, identifier);
      out.push(0x00);
    }
  }
  out.push(0x01);
};

/** The key of a semantic version, of any number of core parts; build metadata does not count. */
export const semverKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version)) return null;
  const bare = (version.replace(/^v/, '').split('+')[0] ?? '').trim();
  const dash = bare.indexOf('-');
  const core = (dash < 0 ? bare : bare.slice(0, dash)).split('.');
  if (core.join('') === '') return null;
  while (core.length > 0 && /^0+$/.test(core.at(-1) ?? '')) core.pop();
  const out: number[] = [];
  for (const part of core) {
    out.push(0x02);
    if (isNumber(part)) {
      pushNumber(out, part);
    } else {
      out.push(0xfb);
      pushText(out, part);
      out.push(0x00);
    }
  }
  out.push(0x01);
  if (dash < 0) {
    out.push(0xff);
    return Uint8Array.from(out);
  }
  pushIdentifiers(out, bare.slice(dash + 1));
  return Uint8Array.from(out);
};

// SemVer 2.0.0, clauses 2, 9 and 10.
const STRICT =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** The key of a version on Hex: SemVer 2.0.0 to the letter, as Elixir's Version reads it. */
export const hexKey = (version: string): Uint8Array | null => {
  const form = STRICT.exec(version);
  // Clause 9: a number has no leading zero.
  if (form === null || form[1]?.split('.').some((part) => /^0\d+$/.test(part))) return null;
  return semverKey(version);
};

const PUB = /^\d+\.\d+\.\d+(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** Dart takes these for numbers, SemVer for texts; and numbers of more than 64 bits the other way round. */
const isNumberInDart = (identifier: string): boolean =>
  /^-(?:\d+|0x[0-9a-f]+)$|^0x[0-9a-f]+$|^0*[1-9]\d{18,}$/i.test(identifier);

/**
 * The key of a version on Pub: SemVer 2.0.0, but build metadata counts, as identifiers above the version without ("Package
 * versioning" of Dart, pub_semver).
 */
export const pubKey = (version: string): Uint8Array | null => {
  const form = PUB.exec(version);
  const key = form === null ? null : semverKey(version);
  if (form === null || key === null) return null;
  const [, pre, build] = form;
  if ([pre, build].some((texts) => texts?.split('.').some(isNumberInDart))) return null;
  const out = [...key];
  if (build === undefined) out.push(0x00);
  else pushIdentifiers(out, build);
  return Uint8Array.from(out);
};
