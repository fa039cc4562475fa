import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { parseStrictJson } from '@sallyport/bundle-tools/documents/strict-json';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { bothDeltas, digestsAfter } from './digests.ts';
import {
  addedFile,
  addedName,
  besideWitness,
  type DigestsDelta,
  digestsFile,
  digestsName,
  type KindDigests,
  noPosition,
  type Position,
  type Return,
  type Witness,
  witnessFile,
  witnessName,
} from './types.ts';

const maxBytes = 16 * 1024 * 1024;
const maxKeysBytes = 4 * 1024 * 1024;
/** So much is added to the digests before all of them are written anew. */
const maxAddedBytes = 64 * 1024;

/** The witness as its own file has it. */
export type WitnessHead = z.infer<typeof witnessFile>;

/** Digests that can be added to: which they are, what was added, and what of each kind they have. */
export type WitnessLog = {
  readonly to: string;
  readonly stamp: string | undefined;
  readonly position: Position;
  readonly delta: DigestsDelta;
  readonly kinds: Readonly<Record<string, Pick<KindDigests, 'fields' | 'entry'>>>;
};

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

const parsed = <T>(name: string, bytes: Uint8Array, shape: z.ZodType<T>): T => {
  const found = shape.safeParse(parseStrictJson(bytes, { maxBytes }));
  if (!found.success) throw new AppError('KEY', `keys/${name}: ${z.prettifyError(found.error)}`);
  return found.data;
};

const isSame = (a: Position, b: Position): boolean => a.entries === b.entries && a.head === b.head;

/** The witness alone; undefined when there is none. Throws KEY when it is damaged or another site's. */
export function readHead(keyring: Keyring): WitnessHead | undefined {
  return keyring.hasFile(witnessName) ? parsed(witnessName, keyring.readFile(witnessName), witnessFile) : undefined;
}

type Beside = {
  digests: Witness['digests'];
  details: z.infer<typeof digestsFile>['returns'];
  log: WitnessLog | undefined;
  isOwnWayBack?: boolean | undefined;
};

const nothingAdded: DigestsDelta = { others: [], changed: {} };
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What lies beside the witness, as far as it belongs to this position. */
const readBeside = (keyring: Keyring, position: Position): Beside => {
  if (!keyring.hasFile(digestsName)) return { digests: {}, details: {}, log: undefined };
  const stamp = keyring.stampOf(digestsName);
  const bytes = keyring.readFile(digestsName);
  const base = parsed(digestsName, bytes, digestsFile);
  const to = hashOf(bytes);
  const found = keyring.hasFile(addedName) ? parsed(addedName, keyring.readFile(addedName), addedFile) : undefined;
  // What was added to digests that were written anew since is in these.
  const added = found?.to === to ? found : undefined;
  const isOf = ({ of }: { of: readonly Position[] }): boolean => of.some((one) => isSame(one, position));
  // A release that does not know them may have written the witness since.
  if (!isOf(added ?? base)) return { digests: {}, details: base.returns, log: undefined };
  const delta = added?.delta ?? nothingAdded;
  const digests = added === undefined ? base.digests : digestsAfter(base.digests, delta, position.entries);
  const log = { to, stamp, position, delta, kinds: kindsOf(digests) };
  return { digests, details: base.returns, log, ...defined({ isOwnWayBack: base.isOwnWayBack }) };
};

const kindsOf = (digests: Witness['digests']): WitnessLog['kinds'] =>
  Object.fromEntries(Object.entries(digests).map(([name, { fields, entry }]) => [name, { fields, entry }]));

/** All of it, and the digests as they can be added to; undefined when there is no witness. Throws KEY. */
export function openWitness(keyring: Keyring): { witness: Witness; log: WitnessLog | undefined } | undefined {
  const head = readHead(keyring);
  if (head === undefined) return undefined;
  const { digests, details, log, ...own } = readBeside(keyring, head.position);
  const returns = head.returns.map((back) => ({ ...back, ...details[back.id] }));
  return { witness: { ...head, ...own, digests, returns }, log };
}

/** Undefined when there is none; throws KEY when it is damaged or another site's. */
export function readWitness(keyring: Keyring): Witness | undefined {
  return openWitness(keyring)?.witness;
}

const halves = ({ compared, uncompared, lines, moreLines, lost, ended, held, tokensGoOn, ...back }: Return) => ({
  back,
  details: defined({ compared, uncompared, lines, moreLines, lost, ended, held, tokensGoOn }),
});

const writeHead = (keyring: Keyring, head: WitnessHead): void =>
  keyring.writeFile(witnessName, Buffer.from(JSON.stringify(head)));

/** Writes all of it. Durable when it returns: the old files are there, or the new ones, or the digests are of both. */
export function writeWitness(keyring: Keyring, { digests, returns, isOwnWayBack, ...rest }: Witness): WitnessLog {
  const before = readHead(keyring)?.position;
  const of = [rest.position, ...(before === undefined || isSame(before, rest.position) ? [] : [before])];
  const parts = returns.map(halves);
  const beside: z.infer<typeof digestsFile> = {
    format: 'sallyport-witness-digests/1',
    of,
    digests,
    returns: Object.fromEntries(parts.map(({ back, details }) => [back.id, details])),
    ...defined({ isOwnWayBack }),
  };
  const bytes = Buffer.from(JSON.stringify(beside));
  keyring.writeFile(digestsName, bytes);
  writeHead(keyring, { ...rest, returns: parts.map(({ back }) => back) });
  return {
    to: hashOf(bytes),
    stamp: keyring.stampOf(digestsName),
    position: rest.position,
    delta: nothingAdded,
    kinds: kindsOf(digests),
  };
}

/**
 * Writes what differs since beside the digests, and the witness; undefined where the digests are others by now, or so much was
 * added that all of it is to be written anew. Returns stay as they are. Durable when it returns, as all of it is.
 */
export function addToWitness(
  keyring: Keyring,
  log: WitnessLog,
  head: WitnessHead,
  since: DigestsDelta,
): WitnessLog | undefined {
  if (log.stamp === undefined || keyring.stampOf(digestsName) !== log.stamp) return undefined;
  const delta = bothDeltas(log.delta, since, (kind) => log.kinds[kind]?.fields ?? []);
  const added: z.infer<typeof addedFile> = {
    format: 'sallyport-witness-added/1',
    to: log.to,
    of: [head.position, log.position],
    delta,
  };
  const bytes = Buffer.from(JSON.stringify(added));
  if (bytes.length > maxAddedBytes) return undefined;
  keyring.writeFile(addedName, bytes);
  writeHead(keyring, head);
  const kinds = Object.entries(log.kinds).map(([name, { fields, entry }]) => [
    name,
    { fields, entry: delta.others.includes(name) ? entry : head.position.entries },
  ]);
  return { ...log, position: head.position, delta, kinds: Object.fromEntries(kinds) as WitnessLog['kinds'] };
}

/** Whether these digests were written beside this witness. */
export function isBeside({ position }: WitnessLog, head: WitnessHead): boolean {
  return isSame(position, head.position);
}

/** Whether a write was interrupted or is going on now. */
export function hasUnfinishedWitness(keyring: Keyring): boolean {
  return [witnessName, ...besideWitness].some((name) => keyring.unfinished(name).length > 0);
}

/** Needs the write lock of the database, under which the file is written. */
export function dropUnfinishedWitness(keyring: Keyring): void {
  for (const name of [witnessName, ...besideWitness]) keyring.dropUnfinished(name);
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
