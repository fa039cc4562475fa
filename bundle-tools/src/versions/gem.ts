import { isKeyable, pushNumber, pushText } from './key.ts';

// RubyGems, by the documentation of Gem::Version: segments of digits or letters, a letter before a digit, missing
// segments are 0, and `-` reads `.pre.`.

const FORM = /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

const WORD = 0x01;
const END = 0x02;
const NUMBER = 0x03;
/** More than the zeros that can stand in a row in a version of the longest kind. */
const MOST_ZEROS = 0xff;

/**
 * The key of a version of a gem. Zeros are counted, not written, since a version goes on with zeros for ever: after more of
 * them a number lies closer above the end.
 */
export const gemKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version) || !FORM.test(version)) return null;
  const segments = version.replaceAll('-', '.pre.').match(/\d+|[A-Za-z]+/g) ?? [];
  const firstWord = segments.findIndex((segment) => /^[A-Za-z]/.test(segment));
  const out: number[] = [];
  let zeros = 0;
  for (const [at, segment] of segments.entries()) {
    // Zeros right before the first word do not count: 1.0.a is 1.a. Before a later one releases of RubyGems disagree.
    if (at === firstWord) zeros = 0;
    else if (zeros > 0 && /^[A-Za-z]/.test(segment)) return null;
    if (/^0+$/.test(segment)) {
      zeros += 1;
      continue;
    }
    if (/^\d/.test(segment)) {
      out.push(NUMBER, MOST_ZEROS - zeros);
      pushNumber(out, segment);
    } else {
      out.push(WORD);
      pushText(out, segment);
      out.push(0x00);
    }
    zeros = 0;
  }
  out.push(END);
  return Uint8Array.from(out);
};
