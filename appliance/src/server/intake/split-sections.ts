import { wireLimits } from '@sallyport/bundle-tools/protocol/common';

const head = Buffer.from('{"sections":[');
const tail = Buffer.from(']}]}');
const between = Buffer.from(']},{"collection":"');

/**
 * The sections in the bytes of a call as our own agent lays it out; undefined for any other. In JSON the bytes between two
 * sections stand in no text, since a quote in one is escaped; in an item they may stand, and then the pieces do not have
 * the hashes that they begin with.
 */
export const splitSections = (bytes: Buffer): Buffer[] | undefined => {
  if (!bytes.subarray(0, head.length).equals(head) || !bytes.subarray(-tail.length).equals(tail)) return undefined;
  const pieces: Buffer[] = [];
  for (let at = head.length; pieces.length < wireLimits.sections; ) {
    const next = bytes.indexOf(between, at);
    if (next === -1) {
      pieces.push(bytes.subarray(at, -2));
      return pieces;
    }
    pieces.push(bytes.subarray(at, next + 2));
    at = next + 3;
  }
  return undefined;
};
