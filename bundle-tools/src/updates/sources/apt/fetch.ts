import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BundleError } from '../../../errors.ts';
import { randomBytes } from '../../../platform/ambient.ts';
import { httpGet } from '../../../platform/connect.ts';

export type FetchOptions = {
  /** Files lie in `<cacheDir>/sha256/<aa>/<digest>`. */
  cacheDir: string;
  proxy?: string | undefined;
  timeoutMs?: number | undefined;
  /** Refuses a file that declares more than this, before a byte is fetched. */
  maxBytes?: number | undefined;
};

export type WantedFile = { sha256: string; sizeBytes: number; url: string };

const DEFAULT_TIMEOUT_MS = 30 * 60_000;

/** Where a file with this digest lies in the cache. */
const cachedPath = (cacheDir: string, sha256: string): string => join(cacheDir, 'sha256', sha256.slice(0, 2), sha256);

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
};

const isGood = async (path: string, file: WantedFile): Promise<boolean> => {
  const size = await stat(path).then(
    (info) => info.size,
    () => undefined,
  );
  return size === file.sizeBytes && (await digestOf(path)) === file.sha256;
};

/**
 * Brings a file of known digest and size into the cache and returns its path. A copy that is there already is hashed
 * again and used. Refuses with HASH, TRUNCATED, LIMIT (longer than declared), NOT_FOUND or FETCH_FAILED.
 */
export const fetchFile = async (file: WantedFile, options: FetchOptions): Promise<string> => {
  if (options.maxBytes !== undefined && file.sizeBytes > options.maxBytes) {
    throw new BundleError('LIMIT', `${file.url}: ${file.sizeBytes} bytes, ${options.maxBytes} allowed`);
  }
  const path = cachedPath(options.cacheDir, file.sha256);
  if (await isGood(path, file)) return path;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${Buffer.from(randomBytes(6)).toString('hex')}.part`;
  try {
    const got = await httpGet(file.url, {
      maxBytes: file.sizeBytes,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      proxy: options.proxy,
      to: part,
    });
    if (got.sizeBytes < file.sizeBytes) {
      throw new BundleError('TRUNCATED', `${got.url}: ${got.sizeBytes} of ${file.sizeBytes} bytes`);
    }
    if (got.sha256 !== file.sha256)
      throw new BundleError('HASH', `${got.url}: SHA-256 is ${got.sha256}, expected ${file.sha256}`);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
  return path;
};
