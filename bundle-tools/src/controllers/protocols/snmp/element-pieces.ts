import { berTag, integer } from '../../../platform/ber.ts';
import type { OpenSource, Piece } from '../packet-parts.ts';

/** One element, in pieces. */
export const elementOf = (tag: number, ...pieces: readonly Piece[]): Piece[] => [
  Buffer.of(tag),
  { size: 'ber', pieces },
];

/** An unsigned number that a plan cannot know. */
export const openInteger = (open: string, source: OpenSource, value: number): Piece[] =>
  elementOf(berTag.integer, { open, source, bytes: integer(value).subarray(2), form: 'rest', upTo: 5 });
