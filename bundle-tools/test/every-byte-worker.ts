import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { ImportContext } from '../src/importer/context.ts';
import { ImportRefusal } from '../src/importer/verdict.ts';
import { verifyBundle } from '../src/importer/verify-bundle.ts';

// One share of the alterations of a small bundle: at each of its places all bits of the byte or one, and the cut before it.

export type Share = {
  whole: Uint8Array;
  context: ImportContext;
  folder: string;
  places: readonly number[];
  /** Bits of each byte that are altered: all, or one, each byte another. */
  bits: 8 | 1;
};
export type Tally = {
  flips: number;
  bits: number[];
  cuts: number;
  codes: Record<string, number>;
  wrong: string[];
  staged: string[];
};

const { whole, context, folder, places, bits } = workerData as Share;
const medium = join(folder, 'x.tar');
const stagingDir = join(folder, 'staging');
mkdirSync(join(stagingDir, 'objects'), { recursive: true });
const tally: Tally = { flips: 0, bits: [], cuts: 0, codes: {}, wrong: [], staged: [] };

const codeOf = async (): Promise<string> => {
  try {
    await verifyBundle({ path: medium, context, stagingDir });
    return 'accepted';
  } catch (error) {
    return error instanceof ImportRefusal ? error.code : `${String(error)}`;
  }
};

writeFileSync(medium, whole);
// One byte in place: a file that is cut and written anew is flushed by the file system each time.
const file = openSync(medium, 'r+');
const put = (at: number, byte: number): void => void writeSync(file, Uint8Array.of(byte), 0, 1, at);

const flip = async (at: number, bit: number): Promise<void> => {
  const byte = whole[at] ?? 0;
  put(at, byte ^ (1 << bit));
  const code = await codeOf();
  tally.flips += 1;
  tally.bits[bit] = (tally.bits[bit] ?? 0) + 1;
  tally.codes[code] = (tally.codes[code] ?? 0) + 1;
  if (code === 'accepted' || code === 'INTERNAL' || !/^[A-Z_]+$/.test(code))
    tally.wrong.push(`byte ${at}, bit ${bit}: ${code}`);
  put(at, byte);
};

for (const [n, at] of places.entries())
  for (let bit = 0; bit < bits; bit += 1) await flip(at, bits === 1 ? (n * 5) % 8 : bit);
closeSync(file);

if (!readFileSync(medium).equals(whole)) tally.wrong.push('the bundle was not put back');
for (const length of places.toReversed()) {
  truncateSync(medium, length);
  const code = await codeOf();
  tally.cuts += 1;
  if (code !== 'TRUNCATED') tally.wrong.push(`cut at ${length}: ${code}`);
}
tally.staged = readdirSync(join(stagingDir, 'objects'));
parentPort?.postMessage(tally);
