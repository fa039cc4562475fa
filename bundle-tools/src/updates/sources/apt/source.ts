import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import xz from 'xz-decompress';
import type { Download } from '../../../downloads/download.ts';
import { BundleError } from '../../../errors.ts';
import { ensureDir, writeFileDurable } from '../../../platform/files.ts';
import { type Keyring, readKeyrings } from './keyring.ts';
import { type AptPackage, readPackages } from './packages.ts';
import { type IndexFile, openRelease, type Release } from './release.ts';

type AptSourceOptions = {
  download: Download;
  /** Where the newest signed list of each suite is kept. */
  cacheDir: string;
  /** `http:` or `https:` address of the repository. */
  uri: string;
  suites: readonly string[];
  components: readonly string[];
  /** Paths of the vendor's keyrings. */
  keyrings: readonly string[];
  /** Vendor keys as armored text, as a sources file may embed them. */
  armoredKeys?: readonly string[] | undefined;
  /** Read once, so that a whole refresh has one "now". */
  now: Date;
};

/** The packages of one suite for one architecture, under a checked signature. */
export type AptIndex = {
  uri: string;
  /** As configured. */
  suite: string;
  arch: string;
  release: Release;
  security: boolean;
  packages: AptPackage[];
};

type AptSource = {
  /** The snapshot of every suite: signature, digests and sizes checked. Files are fetched by digest after it. */
  refresh(arch: string): Promise<AptIndex[]>;
};

const MAX_RELEASE_BYTES = 16 << 20;
const MAX_INDEX_BYTES = 1 << 30;

const isSecuritySuite = (suite: string, release: Release): boolean =>
  [suite, release.suite, release.codename].some((name) => name.includes('-security')) ||
  [release.suite, release.codename, release.label].includes('Debian-Security');

/** One suffix per packing, in the order of preference. */
const PACKINGS = ['.xz', '.gz', ''] as const;
type Packing = (typeof PACKINGS)[number];

const unpacked = (path: string, packing: Packing): AsyncIterable<Uint8Array> => {
  const file = createReadStream(path);
  if (packing === '') return file;
  if (packing === '.gz') {
    const gunzip = createGunzip();
    file.once('error', (error) => gunzip.destroy(error));
    return file.pipe(gunzip);
  }
  return new xz.XzReadableStream(Readable.toWeb(file) as ReadableStream<Uint8Array>) as AsyncIterable<Uint8Array>;
};

/** Passes an unpacked index on, and refuses it at its end unless size and digest are those that the vendor signed. */
async function* checked(
  stream: AsyncIterable<Uint8Array>,
  expected: IndexFile,
  path: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > expected.sizeBytes)
      throw new BundleError('LIMIT', `${path}: more than ${expected.sizeBytes} bytes unpacked`);
    hash.update(chunk);
    yield chunk;
  }
  if (sizeBytes < expected.sizeBytes)
    throw new BundleError('TRUNCATED', `${path}: ${sizeBytes} of ${expected.sizeBytes} bytes`);
  if (hash.digest('hex') !== expected.sha256) throw new BundleError('HASH', `${path}: unpacked content differs`);
}

const releasePath = (cacheDir: string, base: string, suite: string): string =>
  join(cacheDir, 'releases', createHash('sha256').update(`${base} ${suite}`).digest('hex').slice(0, 32));

const readHeld = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** A real Debian repository. */
export const aptSource = (options: AptSourceOptions): AptSource => {
  const base = options.uri.replace(/\/+$/, '');

  const fetchRelease = async (suite: string, keyring: Keyring): Promise<Release> => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]$/.test(suite) || suite.split('/').includes('..')) {
      throw new BundleError('SOURCE_INVALID', `not a suite, or a flat repository: ${suite}`);
    }
    const got = await options.download({ url: `${base}/dists/${suite}/InRelease`, maxBytes: MAX_RELEASE_BYTES });
    const bytes = await readFile(got);
    await rm(got);
    const fetched = await openRelease(bytes, keyring, options.now);
    // Stable suites have no Valid-Until, so an old snapshot would pass for ever: like apt, stay with the newest one seen.
    const path = releasePath(options.cacheDir, base, suite);
    const held = await readHeld(path);
    if (held !== undefined) {
      const before = await openRelease(held, keyring, options.now).catch(() => undefined);
      if (before !== undefined && before.date.getTime() > fetched.date.getTime()) return before;
    }
    ensureDir(dirname(path));
    writeFileDurable(path, bytes);
    return fetched;
  };

  const fetchIndex = async (suite: string, path: string, file: IndexFile, byHash: boolean): Promise<string> => {
    const folder = `${base}/dists/${suite}/${path.slice(0, path.lastIndexOf('/'))}`;
    const from = (url: string): Promise<string> => options.download({ url, maxBytes: MAX_INDEX_BYTES, declared: file });
    const plain = `${base}/dists/${suite}/${path}`;
    if (!byHash) return from(plain);
    try {
      return await from(`${folder}/by-hash/SHA256/${file.sha256}`);
    } catch (error) {
      if (error instanceof BundleError && error.code === 'NOT_FOUND') return from(plain);
      throw error;
    }
  };

  const readIndex = async (suite: string, release: Release, path: string): Promise<AptPackage[]> => {
    const plain = release.files.get(path);
    if (plain === undefined) return [];
    if (plain.sizeBytes > MAX_INDEX_BYTES) throw new BundleError('LIMIT', `${path} has ${plain.sizeBytes} bytes`);
    if (plain.sizeBytes === 0) return [];
    for (const packing of PACKINGS) {
      const file = release.files.get(path + packing);
      if (file === undefined) continue;
      if (file.sizeBytes > MAX_INDEX_BYTES)
        throw new BundleError('LIMIT', `${path}${packing} has ${file.sizeBytes} bytes`);
      let local: string;
      try {
        local = await fetchIndex(suite, path + packing, file, release.byHash);
      } catch (error) {
        // A vendor may list a packing that it does not serve; the last one must be there.
        if (error instanceof BundleError && error.code === 'NOT_FOUND' && packing !== '') continue;
        throw error;
      }
      try {
        return await readPackages(checked(unpacked(local, packing), plain, path));
      } catch (error) {
        if (error instanceof BundleError) throw error;
        throw new BundleError('SOURCE_INVALID', `${path}${packing} cannot be unpacked`, { cause: error });
      }
    }
    return [];
  };

  const readComponent = async (suite: string, release: Release, component: string, arch: string) => {
    const known = release.components.some((one) => one === component || one.endsWith(`/${component}`));
    if (!known) throw new BundleError('SOURCE_INVALID', `${base} ${suite} has no component ${component.slice(0, 60)}`);
    const folders = [`${component}/binary-${arch}`, ...(release.separateAll ? [`${component}/binary-all`] : [])];
    const packages: AptPackage[] = [];
    for (const folder of folders) {
      for (const one of await readIndex(suite, release, `${folder}/Packages`)) packages.push(one);
    }
    return packages;
  };

  const readSuite = async (suite: string, arch: string, keyring: Keyring): Promise<AptIndex> => {
    const release = await fetchRelease(suite, keyring);
    const packages: AptPackage[] = [];
    for (const component of options.components) {
      for (const one of await readComponent(suite, release, component, arch)) packages.push(one);
    }
    return { uri: base, suite, arch, release, security: isSecuritySuite(suite, release), packages };
  };

  return {
    async refresh(arch) {
      const keyring = await readKeyrings(options.keyrings, options.armoredKeys);
      const indexes: AptIndex[] = [];
      for (const suite of options.suites) indexes.push(await readSuite(suite, arch, keyring));
      return indexes;
    },
  };
};
