import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTarSource } from '../../src/archive/tar-source.ts';
import { readPrelude } from '../../src/importer/prelude.ts';
import { trustPrelude } from '../../src/importer/trust-step.ts';
import type { HeldMetadata } from '../../src/trust/core.ts';
import { sha256Hex } from '../../src/trust/hash.ts';
import { joinTar } from '../forge.ts';
import { fileOf, signaturesOf } from './repository.ts';
import { createSigner, type Signer } from './signers.ts';
import { type MetadataSet, ourVerdict, type Verdict } from './verdicts.ts';

// The metadata of one exchange, taken apart so that a test may spoil any of it, and packed into a volume as the importer
// reads it.

export type Fields = Record<string, unknown>;
type Entry = { version: number; length: number; hashes: Record<string, string> };

/** One file: what is signed, by whom, and what becomes of the finished bytes. */
export type Part = {
  signed: Fields & { version: number; expires: string };
  signers: Signer[];
  finish: (bytes: Uint8Array) => Uint8Array;
};

/** A part that lists another file; `bind` may list it wrongly. */
export type ListPart = Part & { signed: { meta: Fields }; bind: (entry: Entry) => unknown };

export type Exchange = {
  now: string;
  /** The trusted root and what else a site holds. */
  held: HeldMetadata;
  /** Roots of the bundle by the version in their name. */
  roots: Map<number, Part>;
  timestamp: ListPart;
  snapshot: ListPart;
  targets: Part & { signed: { targets: Record<string, Fields>; delegations?: Fields } };
};

const exchangeTime = '2026-05-01T00:00:00Z';
const expires = '2027-01-01T00:00:00Z';

export type Keys = Record<'root', Signer[]> & Record<'timestamp' | 'snapshot' | 'targets' | 'fulfil', Signer>;

export const createKeys = (): Keys => ({
  root: [createSigner(), createSigner(), createSigner()],
  timestamp: createSigner(),
  snapshot: createSigner(),
  targets: createSigner(),
  fulfil: createSigner(),
});

const keyTable = (signers: readonly Signer[]): Fields =>
  Object.fromEntries(signers.map(({ keyid, key }) => [keyid, structuredClone(key)]));

const head = (_type: string, version: number) => ({ _type, spec_version: '1.0.31', version, expires });

/** A root that names these keys, signed by two of its three. */
export const rootPart = (keys: Keys, version: number, signers: Signer[] = keys.root.slice(0, 2)): Part => ({
  signed: {
    ...head('root', version),
    consistent_snapshot: true,
    keys: keyTable([...keys.root, keys.timestamp, keys.snapshot, keys.targets]),
    roles: {
      root: { keyids: keys.root.map(({ keyid }) => keyid), threshold: 2 },
      timestamp: { keyids: [keys.timestamp.keyid], threshold: 1 },
      snapshot: { keyids: [keys.snapshot.keyid], threshold: 1 },
      targets: { keyids: [keys.targets.keyid], threshold: 1 },
    },
  },
  signers,
  finish: (bytes) => bytes,
});

/** The finished file of a part. */
export const bytesOf = ({ signed, signers, finish }: Part): Uint8Array =>
  finish(fileOf(signed, signaturesOf(signed, signers)));

/** An exchange in which everything is right: root 1 is held, root 2 comes along, the rest has version 3. */
export const createExchange = (keys: Keys): Exchange => {
  const part = { finish: (bytes: Uint8Array) => bytes };
  const list = { ...part, bind: (entry: Entry): unknown => entry };
  return {
    now: exchangeTime,
    held: { root: bytesOf(rootPart(keys, 1)) },
    roots: new Map([[2, rootPart(keys, 2)]]),
    timestamp: { ...list, signed: { ...head('timestamp', 3), meta: {} }, signers: [keys.timestamp] },
    snapshot: { ...list, signed: { ...head('snapshot', 3), meta: {} }, signers: [keys.snapshot] },
    targets: {
      ...part,
      signed: {
        ...head('targets', 3),
        targets: { 'policy.json': { length: 2, hashes: { sha256: sha256Hex(Buffer.from('{}')) } } },
        delegations: {
          keys: keyTable([keys.fulfil]),
          roles: [
            { name: 'fulfil', keyids: [keys.fulfil.keyid], threshold: 1, terminating: true, paths: ['fulfil/*'] },
          ],
        },
      },
      signers: [keys.targets],
    },
  };
};

const listIn = (list: ListPart, name: string, bytes: Uint8Array, claimed: unknown): void => {
  // A version that means nothing is judged in its own file and not in the list.
  const version = typeof claimed === 'number' && claimed > 0 ? claimed : 3;
  const entry = list.bind({ version, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } });
  if (entry !== undefined) list.signed.meta[name] = entry;
};

/** All files of an exchange, each listed in the one above it. */
export const filesOf = ({ roots, timestamp, snapshot, targets }: Exchange) => {
  const targetsBytes = bytesOf(targets);
  listIn(snapshot, 'targets.json', targetsBytes, targets.signed.version);
  const snapshotBytes = bytesOf(snapshot);
  listIn(timestamp, 'snapshot.json', snapshotBytes, snapshot.signed.version);
  return {
    roots: [...roots].map(([version, part]) => ({ version, bytes: bytesOf(part) })),
    timestamp: bytesOf(timestamp),
    snapshot: snapshotBytes,
    targets: targetsBytes,
  };
};

/** Packs an exchange as a volume; files are named by the version that a good exchange has. */
export const packExchange = (exchange: Exchange, folder: string, name: string, number: number): MetadataSet => {
  const { roots, timestamp, snapshot, targets } = filesOf(exchange);
  const path = join(folder, `${number}.tar`);
  const tar = joinTar([
    { name: 'bundle.dsse.json', body: Buffer.from('{}') },
    ...roots.map(({ version, bytes }) => ({ name: `tuf/${version}.root.json`, body: bytes })),
    { name: 'tuf/timestamp.json', body: timestamp },
    { name: 'tuf/3.snapshot.json', body: snapshot },
    { name: 'tuf/3.targets.json', body: targets },
    { name: 'policy.json', body: Buffer.from('{}') },
    { name: 'inventory.jsonl', body: Buffer.alloc(0) },
  ]);
  writeFileSync(path, tar);
  return { name, path, now: exchange.now, held: exchange.held };
};

/** The importer's verdict on a volume's metadata: the tar, the prelude, states 2 and 3. */
export const importerVerdict = (set: MetadataSet): Promise<Verdict> =>
  ourVerdict(async (trusted) => {
    const staging = `${set.path}.staging`;
    mkdirSync(join(staging, 'prelude'), { recursive: true });
    const source = await openTarSource(set.path);
    try {
      const prelude = await readPrelude(source, staging);
      const trust = await trustPrelude(prelude, set.held, new Date(set.now), ({ version }) => {
        trusted.push(`root ${version}`);
      });
      for (const role of ['timestamp', 'snapshot', 'targets'] as const) trusted.push(`${role} ${trust.versions[role]}`);
    } finally {
      await source.close();
    }
  });
