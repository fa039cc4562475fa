import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { endBytes, entrySize } from '../archive/header.ts';
import { onStore } from '../archive/medium-errors.ts';
import { type BundleSource, readBody } from '../archive/source.ts';
import { openTarSource } from '../archive/tar-source.ts';
import { writeVolume } from '../archive/writer.ts';
import { openEnvelope, payloadTypeOf, signEnvelope } from '../documents/envelope.ts';
import { encodeDocument, hex, int, parseDocument, time } from '../documents/fields.ts';
import { limits } from '../documents/limits.ts';
import { BundleError } from '../errors.ts';
import { type Handle, open } from '../person/files.ts';
import type { SigningKey } from '../trust/keys.ts';

// `sallyport-V.release.tar`: every artefact of one release in one canonical tar, whose first entry is a DSSE envelope that lists all
// others with size and digest. The release key of the project signs it; `make dist` writes it, hosts and sites check it.

const headName = 'release.dsse.json';
const payloadType = payloadTypeOf('release');

/** Flat: a name leads nowhere. */
const fileName = z.string().regex(/^[0-9a-zA-Z][0-9a-zA-Z._-]{0,99}$/, 'not the name of a file');

/** `0.2.0`; a rank of versions is that of npm. */
export const releaseVersion = z
  .string()
  .max(64)
  .regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,32})?$/, 'not the version of a release');

const releaseSchema = z.strictObject({
  format: z.literal('sallyport-release/1'),
  version: releaseVersion,
  released_at: time,
  files: z
    .array(z.strictObject({ name: fileName, size: int.max(limits.entryBytes), sha256: hex }))
    .min(1)
    .max(limits.releaseFiles)
    .refine((files) => new Set(files.map(({ name }) => name.toLowerCase())).size === files.length, 'a name twice')
    .refine((files) => files.every(({ name }) => name !== headName), 'a file is called like the list'),
});

export type ReleaseManifest = z.infer<typeof releaseSchema>;

/** The name of a release's file, and its label in an inventory. */
function releaseFileName(version: string): string {
  return `sallyport-${version}.release.tar`;
}
export function releasePath(version: string): string {
  return `releases/${version}/${releaseFileName(version)}`;
}

/** Writes the file of a release from files of `folder`; the same input gives the same bytes. Returns its path. */
export async function writeReleaseFile(options: {
  readonly out: string;
  readonly manifest: ReleaseManifest;
  readonly folder: string;
  readonly key: SigningKey;
}): Promise<string> {
  const { out, manifest, folder, key } = options;
  const bytes = signEnvelope({ payloadType, body: encodeDocument(releaseSchema, manifest, 'release'), keys: [key] });
  const path = join(out, releaseFileName(manifest.version));
  await writeVolume(path, [
    { name: headName, bytes },
    ...manifest.files.map(({ name, size, sha256 }) => ({ name, size, sha256, path: join(folder, name), offset: 0 })),
  ]);
  return path;
}

const openHead = async (
  source: BundleSource,
  keys: readonly Uint8Array[],
): Promise<{ manifest: ReleaseManifest; headBytes: number }> => {
  const entry = await source.peek();
  if (entry?.name !== headName) throw new BundleError('MISSING', `${headName} is not the first entry: no release file`);
  if (entry.size > limits.manifestBytes) throw new BundleError('LIMIT', `${headName} has ${entry.size} bytes`);
  await source.enter();
  const bytes = await readBody(source, entry.size);
  const { body } = openEnvelope(bytes, {
    payloadType,
    publicKeys: keys,
    threshold: 1,
    maxBytes: limits.manifestBytes,
  });
  return { manifest: parseDocument(releaseSchema, body, 'release', limits.manifestBytes), headBytes: entry.size };
};

const readFile = async (
  source: BundleSource,
  { name, size, sha256 }: ReleaseManifest['files'][number],
  to: string | undefined,
): Promise<void> => {
  await source.expect(name, size);
  const target: Handle | undefined = to === undefined ? undefined : await onStore(to, () => open(to, 'wx', 0o600));
  try {
    const hash = createHash('sha256');
    for await (const piece of source.body()) {
      hash.update(piece);
      if (target !== undefined && to !== undefined)
        await onStore(to, async () => {
          for (let at = 0; at < piece.length; ) at += (await target.write(piece, at)).bytesWritten;
        });
    }
    if (hash.digest('hex') !== sha256) throw new BundleError('HASH', `${name} does not have its digest`);
  } finally {
    await target?.close();
  }
};

/**
 * Reads the file of a release whole: the signature by one of `keys`, the order, name, size and digest of each entry, and that nothing
 * else is in it. `take` names where the file of an entry goes; only after this has returned is what was written to be used.
 * Throws SIGNATURE, METADATA, MISSING, HEADER, HASH, TRUNCATED, TRAILING, LIMIT.
 */
export async function readReleaseFile(
  path: string,
  keys: readonly Uint8Array[],
  take: (name: string, manifest: ReleaseManifest) => string | undefined = () => undefined,
): Promise<{ manifest: ReleaseManifest; bytes: number; sha256: string }> {
  const source = await openTarSource(path);
  try {
    const { manifest, headBytes } = await openHead(source, keys);
    for (const file of manifest.files) await readFile(source, file, take(file.name, manifest));
    const bytes = [headBytes, ...manifest.files.map(({ size }) => size)].reduce(
      (sum, size) => sum + entrySize(size),
      endBytes,
    );
    await source.finish(bytes, new Set());
    const sha256 = source.digest();
    if (sha256 === undefined) throw new BundleError('INTERNAL', `${basename(path)} was not hashed`);
    return { manifest, bytes, sha256 };
  } finally {
    await source.close();
  }
}

/** Whether a tar is a release file by its own word: what its first entry is called. */
export async function isReleaseFile(path: string): Promise<boolean> {
  const source = await openTarSource(path, false);
  try {
    return (await source.peek())?.name === headName;
  } catch (error) {
    if (error instanceof BundleError) return false;
    throw error;
  } finally {
    await source.close();
  }
}
