import { neighboursOf, type Seen } from '../../discovery/types.ts';
import { type Row, text } from './rows.ts';

/** Of osquery's table the rows that the machine learned, not entered ones. */
export const learnedNeighbours = (rows: readonly Row[], now: number): Seen[] =>
  neighboursOf(
    rows
      .filter((row) => text(row, 'permanent', 5) !== '1')
      .map((row) => ({ address: text(row, 'address', 64), mac: text(row, 'mac', 20) })),
    now,
  );
