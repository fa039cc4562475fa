import { blockBytes, decodeHeader, isEntryName, isZeroBlock } from './header.ts';

// A person chose a photograph, or another program's archive: that is no attack and no wear, and is told in these words. Whatever
// could be a bundle that was changed keeps its own code.

/** So far a bundle's first document begins, even with entries put before it. */
export const foreignHeadBytes = 128 * 1024;
const first = 'bundle.dsse.json';
const nameBytes = 100;
/** A file or a folder with a plain name, as other programs write them; what leads elsewhere or is special is never taken for harmless. */
const isPlain = (name: string, type: string): boolean =>
  (type === '5' && isEntryName(name.replace(/\/$/, ''))) || ((type === '0' || type === '\0') && isEntryName(name));

const hasRightSum = (block: Uint8Array): boolean => {
  const digits = /^[ 0]*([0-7]{1,6})[ \0]/.exec(Buffer.from(block.subarray(148, 156)).toString('latin1'))?.[1];
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return digits !== undefined && Number.parseInt(digits, 8) === sum;
};

const isOurs = (block: Uint8Array): boolean => {
  try {
    decodeHeader(block);
    return true;
  } catch {
    return false;
  }
};

/** Whether a file that begins so is no bundle at all, as far as its first bytes tell. */
export const isForeignFile = (head: Uint8Array): boolean => {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  if (head.length < blockBytes) return head.length > 0 && !text.startsWith(first) && !first.startsWith(text);
  for (let at = 0; at < text.length; at += blockBytes) if (text.slice(at, at + nameBytes).includes(first)) return false;
  const block = head.subarray(0, blockBytes);
  if (isZeroBlock(block) || isOurs(block)) return false;
  const isTar = text.slice(257, 262) === 'ustar';
  const name = text.slice(0, nameBytes).replace(/\0.*$/s, '');
  return !isTar || (hasRightSum(block) && isPlain(name, text.charAt(156)));
};
