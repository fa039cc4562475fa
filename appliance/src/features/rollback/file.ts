import { deflateSync, inflateSync } from 'node:zlib';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import {
  digestsFile,
  digestsName,
  noPosition,
  type Position,
  type Return,
  type Witness,
  witnessFile,
  witnessName,
} from './types.ts';

const maxBytes = 16 * 1024 * 1024;
const maxKeysBytes = 4 * 1024 * 1024;

/** What is kept in it before anything happened. */
export function emptyWitness(): Witness {
  return {
    format: 'sallyport-witness/1',
    position: noPosition,
    digests: {},
    keys: packIds([], 0),
    keysLast: 0,
    taken: [],
    takenFrom: 0,
    returns: [],
  };
}

const read = <T>(keyring: Keyring, name: string, shape: z.ZodType<T>): T | undefined => {
  if (!keyring.hasFile(name)) return undefined;
  const parsed = shape.safeParse(parseStrictJson(keyring.readFile(name), { maxBytes }));
  if (!parsed.success) throw new AppError('KEY', `keys/${name}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

const isSame = (a: Position, b: Position): boolean => a.entries === b.entries && a.head === b.head;

/** Undefined when there is none; throws KEY when it is damaged or another site's. */
export function readWitness(keyring: Keyring): Witness | undefined {
  const witness = read(keyring, witnessName, witnessFile);
  if (witness === undefined) return undefined;
  const beside = read(keyring, digestsName, digestsFile);
  return {
    ...witness,
    // A release that does not know them may have written the witness since.
    digests: beside?.of.some((one) => isSame(one, witness.position)) === true ? beside.digests : {},
    returns: witness.returns.map((back) => ({ ...back, ...beside?.returns[back.id] })),
  };
}

const halves = ({ compared, uncompared, lines, moreLines, lost, ended, held, ...back }: Return) => ({
  back,
  details: defined({ compared, uncompared, lines, moreLines, lost, ended, held }),
});

/** Durable when it returns: the old files are there, or the new ones, or the digests are of both. */
export function writeWitness(keyring: Keyring, { digests, returns, ...rest }: Witness): void {
  const before = read(keyring, witnessName, witnessFile)?.position;
  const of = [rest.position, ...(before === undefined || isSame(before, rest.position) ? [] : [before])];
  const parts = returns.map(halves);
  const beside: z.infer<typeof digestsFile> = {
    format: 'sallyport-witness-digests/1',
    of,
    digests,
    returns: Object.fromEntries(parts.map(({ back, details }) => [back.id, details])),
  };
  const witness: z.infer<typeof witnessFile> = { ...rest, returns: parts.map(({ back }) => back) };
  keyring.writeFile(digestsName, Buffer.from(JSON.stringify(beside)));
  keyring.writeFile(witnessName, Buffer.from(JSON.stringify(witness)));
}

/** Whether a write was interrupted or is going on now. */
export function hasUnfinishedWitness(keyring: Keyring): boolean {
  return [witnessName, digestsName].some((name) => keyring.unfinished(name).length > 0);
}

/** Needs the write lock of the database, under which the file is written. */
export function dropUnfinishedWitness(keyring: Keyring): void {
  for (const name of [witnessName, digestsName]) keyring.dropUnfinished(name);
}

/** Numbers from 1 to `last`, one bit each. */
export function packIds(ids: readonly number[], last: number): string {
  const bits = Buffer.alloc(Math.ceil(last / 8));
  for (const id of ids) bits[(id - 1) >> 3] = (bits[(id - 1) >> 3] ?? 0) | (1 << ((id - 1) & 7));
  return deflateSync(bits).toString('base64');
}

/** Those of `ids` that are at most `last` and whose bit is not set. */
export function missingIds(packed: string, last: number, ids: readonly number[]): number[] {
  const bits = inflateSync(Buffer.from(packed, 'base64'), { maxOutputLength: maxKeysBytes });
  return ids.filter((id) => id <= last && ((bits[(id - 1) >> 3] ?? 0) & (1 << ((id - 1) & 7))) === 0);
}
