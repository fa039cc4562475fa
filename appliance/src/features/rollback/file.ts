import { deflateSync, inflateSync } from 'node:zlib';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { noPosition, type WitnessFile, witnessFile, witnessName } from './types.ts';

const maxBytes = 8 * 1024 * 1024;
const maxKeysBytes = 4 * 1024 * 1024;

/** What is kept in it before anything happened. */
export function emptyWitness(): WitnessFile {
  return {
    format: 'sallyport-witness/1',
    position: noPosition,
    keys: packIds([], 0),
    keysLast: 0,
    taken: [],
    takenFrom: 0,
    returns: [],
  };
}

/** Undefined when there is none; throws KEY when it is damaged or another site's. */
export function readWitness(keyring: Keyring): WitnessFile | undefined {
  if (!keyring.hasFile(witnessName)) return undefined;
  const parsed = witnessFile.safeParse(parseStrictJson(keyring.readFile(witnessName), { maxBytes }));
  if (!parsed.success) throw new AppError('KEY', `keys/${witnessName}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Durable when it returns: the old file is there, or the new one. */
export function writeWitness(keyring: Keyring, witness: WitnessFile): void {
  keyring.writeFile(witnessName, Buffer.from(JSON.stringify(witness)));
}

/** Whether a write was interrupted or is going on now. */
export function hasUnfinishedWitness(keyring: Keyring): boolean {
  return keyring.unfinished(witnessName).length > 0;
}

/** Needs the write lock of the database, under which the file is written. */
export function dropUnfinishedWitness(keyring: Keyring): void {
  keyring.dropUnfinished(witnessName);
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
