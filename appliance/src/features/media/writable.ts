import { rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { Mount } from './types.ts';

// The system mounts media read-only. Who may write in `requestsDir` asks for one to be writable by a file with the
// device's name; a unit of the system (sallyport-media-write@) mounts it anew, and read-only again when the file goes.

/** Where the mount unit puts media, and where it looks for the files that ask. */
export type WriteRequests = { readonly mediaDir: string; readonly requestsDir: string };

export const systemWriteRequests: WriteRequests = {
  mediaDir: '/run/sallyport/media',
  requestsDir: '/run/sallyport/write',
};

const waitMs = 20_000;
const stepMs = 200;

/** How a mount may be written. */
export const writableOf = (
  mount: { path: string; readOnly: boolean; fileSystem: string },
  { mediaDir, requestsDir }: WriteRequests,
): Mount['writable'] => {
  if (!mount.readOnly) return 'yes';
  const isManaged = dirname(mount.path) === mediaDir && isThere(requestsDir);
  return isManaged && mount.fileSystem !== 'iso9660' && mount.fileSystem !== 'udf' ? 'on-request' : 'no';
};

const waitFor = async (isSo: () => boolean): Promise<boolean> => {
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += stepMs) {
    if (isSo()) return true;
    await sleep(stepMs);
  }
  return isSo();
};

/** Runs `work` while a read-only medium is mounted for writing. */
export const whileWritable = async <T>(
  mount: Pick<Mount, 'path' | 'device'>,
  requests: WriteRequests,
  isReadOnly: () => boolean | undefined,
  work: () => T | Promise<T>,
): Promise<T> => {
  const flag = join(requests.requestsDir, basename(mount.device ?? ''));
  writeFileSync(flag, '', { mode: 0o600 });
  try {
    if (!(await waitFor(() => isReadOnly() === false)))
      throw new BundleError(
        'MEDIUM_IO',
        `${mount.path} does not become writable; it is write-protected, or read by another program`,
      );
    return await work();
  } finally {
    rmSync(flag, { force: true });
    // Only when it is read-only again has the system taken its hands off.
    await waitFor(() => isReadOnly() === true);
  }
};
