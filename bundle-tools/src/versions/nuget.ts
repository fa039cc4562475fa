import { isKeyable, pushNumber, pushText } from './key.ts';

// NuGet, by "Package versioning" of its documentation (normalized version numbers, pre-release versions): one to four
// numbers, missing ones are 0, labels compared without case, build metadata without weight.

const FORM = /^(\d+(?:\.\d+){0,3})(?:-([0-9a-z-]+(?:\.[0-9a-z-]+)*))?(?:\+[0-9a-z-]+(?:\.[0-9a-z-]+)*)?$/;

/** Numbers are 32 bits wide in NuGet: a greater one is no version, and as a label it is text. */
const MOST = 2_147_483_647;

/** The key of a NuGet version. */
export const nugetKey = (version: string): Uint8Array | null => {
  const form = isKeyable(version) ? FORM.exec(version.toLowerCase()) : null;
  if (form === null) return null;
  const numbers = (form[1] ?? '').split('.');
  if (numbers.some((part) => Number(part) > MOST)) return null;
  const out: number[] = [];
  for (let at = 0; at < 4; at += 1) pushNumber(out, numbers[at] ?? '');
  if (form[2] === undefined) {
    out.push(0xff);
    return Uint8Array.from(out);
  }
  for (const label of form[2].split('.')) {
    // NuGet reads `-5` as the number, SemVer as a text.
    if (/^-\d+$/.test(label)) return null;
    if (/^\d+$/.test(label) && Number(label) <= MOST) {
      out.push(0x02);
      pushNumber(out, label);
    } else {
      out.push(0x03);
      pushText(out, label);
      out.push(0x00);
    }
  }
  out.push(0x01);
  return Uint8Array.from(out);
};
