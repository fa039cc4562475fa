import { readBody } from '../archive/source.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest, type Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { openBundleSource } from '../importer/open-source.ts';
import { sha256Hex } from '../trust/hash.ts';

/** The head of a bundle as it describes itself; nothing of it is proven. */
type PeekedBundle = {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly manifestSha256: string;
};

/** Reads the manifest of a bundle: a volume, an unpacked folder, or a medium with one bundle. */
export const peekBundle = async (path: string): Promise<PeekedBundle> => {
  const source = await openBundleSource(path);
  try {
    const entry = await source.peek();
    if (entry?.name !== 'bundle.dsse.json') throw new BundleError('NO_BUNDLE', `${path} does not start like a bundle`);
    if (entry.size > limits.manifestBytes) throw new BundleError('LIMIT', `the manifest has ${entry.size} bytes`);
    const { size } = await source.enter();
    const manifestBytes = await readBody(source, size);
    return { manifest: claimedManifest(manifestBytes), manifestBytes, manifestSha256: sha256Hex(manifestBytes) };
  } finally {
    await source.close();
  }
};
