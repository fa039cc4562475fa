import { isKeyable, pushNumber } from './key.ts';

// Versions that are rows of numbers.

const keyOf = (numbers: readonly string[]): Uint8Array => {
  const out: number[] = [];
  for (const part of numbers) {
    out.push(0x02);
    pushNumber(out, part);
  }
  out.push(0x01);
  return Uint8Array.from(out);
};

/** R reads numbers into 32 bits. */
const MOST_IN_R = 2_147_483_647;

/**
 * The key of a version on CRAN: two or more numbers between `.` or `-` ("Writing R Extensions" 1.1.1), compared as R's
 * compareVersion does: of two that begin alike the shorter one is older. To the operators of package_version `1.0` and `1.0.0`
 * are equal; taken so, a fix in `1.0.0` would hide that `1.0` has it not.
 */
export const cranKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version) || !/^\d+(?:[.-]\d+)+$/.test(version)) return null;
  const numbers = version.split(/[.-]/);
  if (numbers.some((part) => Number(part) > MOST_IN_R)) return null;
  return keyOf(numbers);
};

/**
 * The key of a version on Hackage: the Package Versioning Policy, as Cabal reads it: numbers of up to nine digits without
 * leading zeros, of which `1.0` is below `1.0.0`; tags have no order.
 */
export const hackageKey = (version: string): Uint8Array | null =>
  isKeyable(version) && /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))*$/.test(version)
    ? keyOf(version.split('.'))
    : null;
