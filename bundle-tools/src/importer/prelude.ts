import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { onStore } from '../archive/medium-errors.ts';
import { type BundleSource, type Entry, readBody } from '../archive/source.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';

/** Everything before `o/`, read under limits and not yet believed (section 6, PRELUDE). */
export type Prelude = {
  manifestBytes: Uint8Array;
  /** By version, ascending and without a gap. */
  roots: Map<number, Uint8Array>;
  timestamp: Uint8Array;
  snapshot: { version: number; bytes: Uint8Array };
  targets: { version: number; bytes: Uint8Array };
  policy: Uint8Array;
  /** The inventory as it is packed, spooled to staging. */
  inventory: { encoding: 'identity' | 'gzip'; packedPath: string; packedSize: number; packedSha256: string };
  /** Sizes of all entries in order, for the size of a volume. */
  sizes: number[];
};

const rootName = /^tuf\/([1-9][0-9]{0,15})\.root\.json$/;
const snapshotName = /^tuf\/([1-9][0-9]{0,15})\.snapshot\.json$/;
const targetsName = /^tuf\/([1-9][0-9]{0,15})\.targets\.json$/;
const inventoryName = /^inventory\.jsonl(?:\.gz)?$/;

// Every name that some bundle has: another one is not a missing entry but a foreign one.
const entryName =
  /^(?:bundle\.dsse\.json|tuf\/timestamp\.json|tuf\/[1-9][0-9]{0,15}\.(?:root|snapshot|targets)\.json|policy\.json|inventory\.jsonl(?:\.gz)?|o\/.*)$/;

const exactly =
  (wanted: string) =>
  (name: string): boolean =>
    name === wanted;

const versionIn = (pattern: RegExp, name: string): number => {
  const version = Number(pattern.exec(name)?.[1]);
  if (!Number.isSafeInteger(version)) throw new BundleError('HEADER', `the version in ${name} is too large`);
  return version;
};

/** Reads the prelude from the front of a source; the inventory goes to `spoolPath`. */
export const readPrelude = async (source: BundleSource, stagingDir: string): Promise<Prelude> => {
  const sizes: number[] = [];
  let total = 0;

  const admit = (entry: Entry, limit: number): void => {
    if (entry.size > limit) throw new BundleError('LIMIT', `${entry.name} has ${entry.size} bytes, at most ${limit}`);
    sizes.push(entry.size);
  };

  const enter = async (what: string, fits: (name: string) => boolean): Promise<Entry> => {
    const entry = await source.peek();
    if (entry !== undefined && fits(entry.name)) return source.enter();
    if (entry !== undefined && !entryName.test(entry.name))
      throw new BundleError('HEADER', `${entry.name} is no name here`);
    if (entry === undefined || !(await source.comesLater(fits))) throw new BundleError('MISSING', `${what} is absent`);
    throw new BundleError('HEADER', `${entry.name} stands where ${what} belongs`);
  };

  const read = async (entry: Entry, limit: number): Promise<Uint8Array> => {
    admit(entry, limit);
    total += entry.size;
    if (total > limits.preludeBytes)
      throw new BundleError('LIMIT', `more than ${limits.preludeBytes} bytes of prelude`);
    return readBody(source, entry.size);
  };

  const readNamed = async (what: string, fits: (name: string) => boolean, limit: number) => {
    const entry = await enter(what, fits);
    return { name: entry.name, bytes: await read(entry, limit) };
  };

  const readRoots = async (): Promise<Map<number, Uint8Array>> => {
    const roots = new Map<number, Uint8Array>();
    let previous: number | undefined;
    for (;;) {
      const entry = await source.peek();
      if (entry === undefined || !rootName.test(entry.name)) return roots;
      const version = versionIn(rootName, entry.name);
      if (previous !== undefined && version <= previous)
        throw new BundleError('HEADER', `${entry.name} is out of order`);
      if (previous !== undefined && version !== previous + 1) {
        throw new BundleError('ROOT_CHAIN', `after root ${previous} comes root ${version}`);
      }
      if (roots.size === limits.rootSteps) throw new BundleError('LIMIT', `more than ${limits.rootSteps} roots`);
      roots.set(version, await read(await source.enter(), limits.rootBytes));
      previous = version;
    }
  };

  const spoolInventory = async (): Promise<Prelude['inventory']> => {
    const entry = await enter('inventory.jsonl', (name) => inventoryName.test(name));
    admit(entry, limits.inventoryBytes);
    const packedPath = join(stagingDir, 'prelude', 'inventory.packed');
    const hash = createHash('sha256');
    const handle = await onStore(packedPath, () => open(packedPath, 'w', 0o600));
    try {
      for await (const piece of source.body()) {
        hash.update(piece);
        await onStore(packedPath, () => handle.writeFile(piece));
      }
    } finally {
      await handle.close();
    }
    const encoding = entry.name.endsWith('.gz') ? 'gzip' : 'identity';
    return { encoding, packedPath, packedSize: entry.size, packedSha256: hash.digest('hex') };
  };

  const manifest = await readNamed('bundle.dsse.json', exactly('bundle.dsse.json'), limits.manifestBytes);
  const roots = await readRoots();
  const timestamp = await readNamed('tuf/timestamp.json', exactly('tuf/timestamp.json'), limits.timestampBytes);
  const snapshot = await readNamed('the snapshot metadata', (name) => snapshotName.test(name), limits.snapshotBytes);
  const targets = await readNamed('the targets metadata', (name) => targetsName.test(name), limits.targetsBytes);
  const policy = await readNamed('policy.json', exactly('policy.json'), limits.policyBytes);
  const inventory = await spoolInventory();
  return {
    manifestBytes: manifest.bytes,
    roots,
    timestamp: timestamp.bytes,
    snapshot: { version: versionIn(snapshotName, snapshot.name), bytes: snapshot.bytes },
    targets: { version: versionIn(targetsName, targets.name), bytes: targets.bytes },
    policy: policy.bytes,
    inventory,
    sizes,
  };
};
