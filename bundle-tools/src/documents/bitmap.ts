import { BundleError } from '../errors.ts';

/** Packs line numbers into a bitmap over `count` lines, bit i (LSB first) = line i, in base64. */
export const encodeBitmap = (lines: Iterable<number>, count: number): string => {
  const bits = Buffer.alloc(Math.ceil(count / 8));
  for (const line of lines) {
    if (line < 0 || line >= count) throw new BundleError('INTERNAL', `line ${line} of ${count}`);
    bits[line >> 3] = (bits[line >> 3] ?? 0) | (1 << (line & 7));
  }
  return bits.toString('base64');
};

/** The line numbers of a bitmap over `count` lines; a wrong length or a set bit past the end is METADATA. */
export const decodeBitmap = (base64: string, count: number): number[] => {
  const bits = Buffer.from(base64, 'base64');
  if (bits.length !== Math.ceil(count / 8)) {
    throw new BundleError('METADATA', `bitmap of ${bits.length} bytes for ${count} lines`);
  }
  const lines: number[] = [];
  for (let line = 0; line < bits.length * 8; line += 1) {
    if (((bits[line >> 3] ?? 0) & (1 << (line & 7))) === 0) continue;
    if (line >= count) throw new BundleError('METADATA', `bitmap: bit ${line} is past ${count} lines`);
    lines.push(line);
  }
  return lines;
};
