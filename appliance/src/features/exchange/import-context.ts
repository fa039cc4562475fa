import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { packDigests } from '@sallyport/bundle-tools/documents/digests';
import type { ImportContext } from '@sallyport/bundle-tools/importer/context';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { AppError } from '../../platform/errors.ts';
import type { Pin } from './commit-bundle.ts';
import type { ImporterParts } from './importer-parts.ts';
import { partialsIn } from './partials.ts';
import { requireState } from './request-builder.ts';
import type { ImportOptions } from './types.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The root that bundles are verified from; NO_ROOT before any trust was imported. */
export function trustedRoot({ store }: Pick<ImporterParts, 'store'>, pin: Pin | undefined): Buffer {
  const root = pin?.bytes ?? store.metadata().get('root')?.bytes;
  if (!root) throw new AppError('NO_ROOT', 'no trust was imported yet; run: sallyport trust import FILE');
  return Buffer.from(root);
}

/**
 * Everything the child may know besides the medium, read from the database at the start of an import. `held`: digests of
 * what the store has, each at least once.
 */
export const importContext = (
  parts: ImporterParts,
  folder: string,
  options: ImportOptions,
  pin: Pin | undefined,
  held: Iterable<string>,
): ImportContext => {
  const { store, objects } = parts;
  const state = requireState(store);
  const metadata = store.metadata();
  const root = trustedRoot(parts, pin);
  const role = (name: 'timestamp' | 'snapshot' | 'targets') => {
    const held = metadata.get(name);
    return held ? { [name]: base64(held.bytes) } : {};
  };
  const heldPath = join(folder, 'held');
  writeFileDurable(heldPath, packDigests(held), 0o600);
  const current = state.inventory !== null && objects.has(state.inventory) ? objects.path(state.inventory) : undefined;
  const space = statfsSync(parts.paths.staging);
  return {
    site: state.site,
    trust: {
      root: base64(root),
      ...(pin?.replaces ? {} : { ...role('timestamp'), ...role('snapshot'), ...role('targets') }),
    },
    openRequests: store.openRequests().map((request) => ({
      requestId: request.request_id,
      number: request.number,
      nonce: base64(request.nonce),
      digest: request.digest,
      floor: request.floor,
    })),
    seq: state.seq,
    // Another host counts its broadcasts from the beginning.
    seqBroadcast: pin?.replaces ? 0 : state.seq_broadcast,
    imported: store.imported(),
    broadcastAllowed: pin !== undefined || parts.settings.broadcast(),
    graceDays: parts.settings.graceDays(),
    floor: state.floor,
    systemNow: toTime(parts.wall()),
    allowanceDays: parts.settings.allowanceDays(),
    held: heldPath,
    partials: partialsIn(parts.paths.staging),
    ...defined({ currentInventory: current, acceptStale: options.acceptStale }),
    dryRun: options.dryRun ?? false,
    freeBytes: space.bavail * space.bsize,
    reserveBytes: parts.settings.reserveBytes(),
  };
};
