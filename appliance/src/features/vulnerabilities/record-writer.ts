import type { AffectedRange } from '@sallyport/bundle-tools/advisories/advisory';
import { EXACT, pushAdvisory, pushNumber, RANGE, REVIEW, type RecordKind } from './package-records.ts';

// Writes the records of packages (package-records.ts) one behind the other into one piece of memory: an import makes a
// million of them, and a buffer for each, let alone for each bound, would cost more than all the rest.

const arenaBytes = 16 << 20;
/** The head of a record, and the lengths of its texts. */
const headBytes = 1 + 7 + 10 + 3 * 10;

/** What a hexadecimal digit stands for, by its code. */
const nibbles = Uint8Array.from({ length: 256 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0);

/** Encodes records; each begins where the one before ended. */
export const recordWriter = () => {
  let arena = Buffer.allocUnsafeSlow(arenaBytes);
  let at = 0;

  const begin = (kind: RecordKind, adv: number, qual: number, textBytes: number): void => {
    const most = at + headBytes + textBytes;
    if (most > arena.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(most, arena.length * 2));
      arena.copy(larger, 0, 0, at);
      arena = larger;
    }
    arena[at] = kind;
    pushAdvisory(arena, at + 1, adv);
    at = pushNumber(arena, at + 8, qual);
  };
  // Short texts: a loop is faster than a call out of the engine.
  const pushHex = (hex: string): void => {
    const into = arena;
    let end = pushNumber(into, at, hex.length >> 1);
    for (let n = 0; n < hex.length; n += 2) {
      into[end] = ((nibbles[hex.charCodeAt(n)] as number) << 4) | (nibbles[hex.charCodeAt(n + 1)] as number);
      end += 1;
    }
    at = end;
  };
  const pushText = (text: string): void => {
    const into = arena;
    let end = pushNumber(into, at, text.length);
    for (let n = 0; n < text.length; n += 1) {
      const code = text.charCodeAt(n);
      if (code >= 0x80) {
        end = pushNumber(into, at, Buffer.byteLength(text));
        at = end + into.write(text, end);
        return;
      }
      into[end] = code;
      end += 1;
    }
    at = end;
  };

  return {
    /** Where the next record begins. */
    at: (): number => at,
    bytes: (start: number, end: number): Buffer => arena.subarray(start, end),
    isFull: (): boolean => at > arenaBytes / 2,
    /** From the start: what was written is overwritten. */
    reset: (): void => {
      at = 0;
    },
    range: (adv: number, qual: number, { lo, hi, fixed = '' }: AffectedRange): void => {
      begin(RANGE, adv, qual, (lo.length + hi.length) / 2 + fixed.length * 3);
      pushHex(lo);
      pushHex(hi);
      pushText(fixed);
    },
    exact: (adv: number, qual: number, version: string): void => {
      begin(EXACT, adv, qual, version.length * 3);
      pushText(version);
      pushText('');
      pushText('');
    },
    review: (adv: number, qual: number, range: AffectedRange): void => {
      const { introduced = '', fixed = '', last_affected: last = '' } = range;
      begin(REVIEW, adv, qual, (introduced.length + fixed.length + last.length) * 3);
      pushText(introduced);
      pushText(fixed);
      pushText(last);
    },
  };
};
