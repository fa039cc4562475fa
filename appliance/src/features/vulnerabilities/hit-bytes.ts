import { pushAdvisory, pushNumber } from './package-records.ts';

// What advisories do to one component as bytes, rising by advisory: the key of the advisory, the state, the fix with its
// length. They are only kept while a match is under way, where objects for a million of them would be too many.

/** What an advisory does to a component; states as in match-state.ts. */
export type Hit = { readonly adv: number; readonly state: number; readonly fixed: string | null };

const headBytes = 7 + 1 + 5;

/** Hits of many components, one behind the other. */
export const hitArena = (firstBytes: number) => {
  let arena = Buffer.allocUnsafeSlow(firstBytes);
  let at = 0;
  return {
    at: (): number => at,
    bytes: (start: number, end: number): Buffer => arena.subarray(start, end),
    /** The fix is what `data` holds from a place to a place; nothing: there is none. */
    push: (adv: number, state: number, data: Buffer, from: number, to: number): void => {
      const length = to - from;
      if (at + headBytes + length > arena.length) {
        const larger = Buffer.allocUnsafeSlow(2 * arena.length + headBytes + length);
        arena.copy(larger, 0, 0, at);
        arena = larger;
      }
      pushAdvisory(arena, at, adv);
      arena[at + 7] = state;
      at = pushNumber(arena, at + 8, length);
      // Short texts: a loop is faster than a call out of the engine.
      for (let n = from; n < to; n += 1) {
        arena[at] = data[n] as number;
        at += 1;
      }
    },
  };
};

/** The hits of bytes. */
export const unpackHits = (bytes: Buffer): Hit[] => {
  const hits: Hit[] = [];
  for (let at = 0; at < bytes.length; ) {
    const adv = bytes.readUInt32BE(at) * 2 ** 24 + bytes.readUIntBE(at + 4, 3);
    const state = bytes[at + 7] as number;
    at += 8;
    let length = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at] as number;
      at += 1;
      length += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    hits.push({ adv, state, fixed: length === 0 ? null : bytes.toString('utf8', at, at + length) });
    at += length;
  }
  return hits;
};
