import { closeSync, constants, type Dirent, fstatSync, opendirSync, openSync, readSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { blockBytes, decodeHeader } from '../archive/header.ts';
import { parseEnvelope, payloadTypeOf } from '../documents/envelope.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest, type Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { sha256Hex } from '../trust/hash.ts';
import { kindOfBytes } from './find.ts';
import type { Survey, SurveyedBundle, SurveyedFile } from './survey-types.ts';

// Runs in a process of its own (survey-child.ts): a medium that hangs or is made to confuse costs that process, not the
// server. Reads the first bytes of each file, whole documents only when they are small, and nothing twice.

const maxEntries = 10_000;
const maxFiles = 1_000;
const maxReadBytes = 64 * 1024 * 1024;
const manifestName = 'bundle.dsse.json';
const receiptsFolder = 'receipts';

type Found = { -readonly [K in keyof Survey]: Survey[K] };
type Head = { readonly file: SurveyedFile; readonly fd: number; readonly bytes: Uint8Array };

const documentKinds: Readonly<Record<string, 'siteCards' | 'receipts'>> = {
  [payloadTypeOf('site-card')]: 'siteCards',
  'application/vnd.in-toto+json': 'receipts',
};

/** Reads a piece of an open file; less where it ends. */
const readPiece = (fd: number, at: number, length: number): Uint8Array => {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
};

/** Entries of a folder, at most so many; `isWhole` tells whether there were more. */
const entriesOf = (folder: string): { entries: Dirent[]; isWhole: boolean } => {
  const dir = opendirSync(folder);
  const entries: Dirent[] = [];
  try {
    for (let count = 0; count < maxEntries; count += 1) {
      const entry = dir.readSync();
      if (entry === null) return { entries, isWhole: true };
      // Hidden files and what other systems leave (`._*`) are never bundles.
      if (!entry.name.startsWith('.')) entries.push(entry);
    }
    return { entries, isWhole: false };
  } finally {
    dir.closeSync();
  }
};

const withHead = (path: string, name: string, look: (head: Head) => void): boolean => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const info = fstatSync(fd);
    if (!info.isFile()) return false;
    look({ file: { path, name, sizeBytes: info.size }, fd, bytes: readPiece(fd, 0, blockBytes) });
    return true;
  } finally {
    closeSync(fd);
  }
};

/** The manifest at the head of a tar; undefined when it is a tar of something else. */
const manifestIn = ({ fd, bytes }: Head): Uint8Array | undefined => {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.slice(0, 100).replace(/\0.*$/s, '') !== manifestName) return undefined;
  const { size } = decodeHeader(bytes);
  if (size > limits.manifestBytes) throw new BundleError('LIMIT', `the manifest has ${size} bytes`);
  const body = readPiece(fd, blockBytes, size);
  if (body.length < size) throw new BundleError('TRUNCATED', 'the manifest is cut short');
  return body;
};

/** Which volume a file is, by its size; by its name only where several have that size. */
const volumeOf = (manifest: Manifest, file: SurveyedFile): number | undefined => {
  const fitting = manifest.volumes.filter(({ bytes }) => bytes === file.sizeBytes).map(({ n }) => n);
  if (fitting.length < 2) return fitting[0];
  const named = Number(/-(\d{1,3})of\d{1,3}\.tar$/.exec(file.name)?.[1]);
  return fitting.find((n) => n === named);
};

const addVolume = (found: Found, manifestBytes: Uint8Array, file: SurveyedFile, isFolder: boolean): void => {
  const manifest = claimedManifest(manifestBytes);
  const manifestSha256 = sha256Hex(manifestBytes);
  const isTrust = manifest.site === '*' && manifest.totals.objects === 0;
  const list = isTrust ? found.trustFiles : found.bundles;
  let bundle = list.find((one) => one.manifestSha256 === manifestSha256);
  if (bundle === undefined) {
    bundle = {
      manifestSha256,
      bundleId: manifest.bundle_id,
      site: manifest.site,
      seq: manifest.seq,
      ...defined({ requestId: manifest.request_id }),
      issuedAt: manifest.issued_at,
      expires: manifest.expires,
      volumes: manifest.volumes.length,
      bytes: manifest.volumes.reduce((sum, { bytes }) => sum + bytes, 0),
      objects: manifest.totals.objects,
      here: [],
    } satisfies SurveyedBundle;
    list.push(bundle);
  }
  const n = isFolder ? undefined : volumeOf(manifest, file);
  const sizeFits = isFolder || manifest.volumes.some(({ bytes }) => bytes === file.sizeBytes);
  bundle.here.push({ ...file, sizeFits, ...defined({ n }) });
};

const codeOf = (error: unknown): string => {
  if (error instanceof BundleError) return error.code;
  if (error instanceof Error && 'code' in error) return 'MEDIUM_IO';
  throw error;
};

/** Looks at heads until enough was read. */
const lookout = (found: Found) => {
  let files = 0;
  let readBytes = 0;

  const isEnough = (): boolean => {
    if (files < maxFiles && readBytes < maxReadBytes) return false;
    found.isComplete = false;
    return true;
  };

  const lookAt = (head: Head): void => {
    const { file, bytes } = head;
    readBytes += bytes.length;
    const kind = kindOfBytes(bytes);
    if (kind === 'request') found.requests.push(file);
    else if (kind === 'tar') {
      const manifest = manifestIn(head);
      readBytes += manifest?.length ?? 0;
      if (manifest === undefined) found.unknown.push(file);
      else addVolume(found, manifest, file, false);
    } else if (kind === 'json' && file.sizeBytes <= limits.receiptBytes) {
      const whole = readPiece(head.fd, 0, file.sizeBytes);
      readBytes += whole.length;
      found[documentKindOf(whole)].push(file);
    } else found.unknown.push(file);
  };

  const file = (path: string, name: string): void => {
    files += 1;
    let sizeBytes = 0;
    try {
      withHead(path, name, (head) => {
        sizeBytes = head.file.sizeBytes;
        lookAt(head);
      });
    } catch (error) {
      found.damaged.push({ path, name, sizeBytes, code: codeOf(error) });
    }
  };

  /** An unpacked bundle; false when the folder is none. */
  const folder = (path: string, name: string): boolean => {
    files += 1;
    try {
      return withHead(join(path, manifestName), manifestName, ({ fd, file: { sizeBytes } }) => {
        if (sizeBytes > limits.manifestBytes) throw new BundleError('LIMIT', `the manifest has ${sizeBytes} bytes`);
        readBytes += sizeBytes;
        addVolume(found, readPiece(fd, 0, sizeBytes), { path, name, sizeBytes }, true);
      });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      found.damaged.push({ path, name, sizeBytes: 0, code: codeOf(error) });
      return true;
    }
  };

  return { isEnough, file, folder };
};

const documentKindOf = (bytes: Uint8Array): 'siteCards' | 'receipts' | 'unknown' => {
  try {
    return documentKinds[parseEnvelope(bytes, limits.receiptBytes).payloadType] ?? 'unknown';
  } catch (error) {
    if (error instanceof BundleError) return 'unknown';
    throw error;
  }
};

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * Looks at a medium: the files at its top, unpacked bundles one folder down, receipts in `receipts/`. Throws the
 * system's error when the medium itself cannot be read.
 */
export const surveyMedium = (path: string): Survey => {
  const space = statfsSync(path);
  const found: Found = {
    bundles: [],
    trustFiles: [],
    requests: [],
    siteCards: [],
    receipts: [],
    damaged: [],
    unknown: [],
    isComplete: true,
    sizeBytes: space.blocks * space.bsize,
    freeBytes: space.bavail * space.bsize,
  };
  const { isEnough, file, folder } = lookout(found);
  const { entries, isWhole } = entriesOf(path);
  found.isComplete = isWhole;
  // An unpacked bundle is all that its folder holds.
  if (entries.some((entry) => entry.name === manifestName) && folder(path, manifestName)) return found;
  for (const entry of entries.sort(byName)) {
    if (isEnough()) break;
    const at = join(path, entry.name);
    if (entry.isFile()) file(at, entry.name);
    else if (entry.isDirectory() && entry.name === receiptsFolder) {
      for (const receipt of entriesOf(at).entries.sort(byName)) {
        if (isEnough()) break;
        if (receipt.isFile()) file(join(at, receipt.name), `${receiptsFolder}/${receipt.name}`);
      }
    } else if (entry.isDirectory()) folder(at, entry.name);
  }
  for (const bundle of [...found.bundles, ...found.trustFiles])
    bundle.here.sort((a, b) => (a.n ?? Number.MAX_SAFE_INTEGER) - (b.n ?? Number.MAX_SAFE_INTEGER) || byName(a, b));
  return found;
};
