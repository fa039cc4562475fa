import { join } from 'node:path';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import type { RequestPlatform, SiteRequest, Want } from '@sallyport/bundle-tools/documents/request';
import { sealTo } from '@sallyport/bundle-tools/documents/sealed';
import { BundleError } from '@sallyport/bundle-tools/errors';
import type { ReadBackSource } from '@sallyport/bundle-tools/media/read-back';
import { dropHidden, onMedium, writeHidden } from '@sallyport/bundle-tools/media/write';
import { renameSync, statSync } from '@sallyport/bundle-tools/person/files';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import { ecosystemOf } from '@sallyport/bundle-tools/versions/ecosystem';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { assertSilent } from './leak-scan.ts';
import { type BuiltRequest, requireState } from './request-builder.ts';
import type { ExchangeStore } from './store.ts';
import type { ExportedRequest, ExportReport } from './types.ts';

// What a request asked for, as this site keeps it. On the way a platform is told by its place in the request; kept is its name,
// so that what an answer lacks can be shown when the request is gone.

/** `Debian:13 amd64`. */
const platformName = ({ vendor, release, arch }: Pick<RequestPlatform, 'vendor' | 'release' | 'arch'>): string =>
  `${ecosystemOf({ vendor, release }) ?? [vendor, release].filter(Boolean).join(' ')} ${arch}`.trim();

/** The wants of a request in their order, `newer` and `suite` with the name of their platform. */
function askedWants({ wants, platforms }: Pick<SiteRequest, 'wants' | 'platforms'>): Want[] {
  return wants.map((want) => {
    if (want.kind !== 'newer' && want.kind !== 'suite') return want;
    const [place = '', ...suite] = want.id.split('/');
    const platform = platforms[Number(place)];
    return platform === undefined ? want : { ...want, id: [platformName(platform), ...suite].join('/') };
  });
}

/**
 * Writes a request to a medium. The bytes are durable there under a hidden name, and compared with what the medium gives
 * back, before the number is used, and get their name after it: a crash between leaves a number without a file, never two
 * files with one number.
 */
export const writeRequest = (options: {
  readonly db: Database;
  readonly store: ExchangeStore;
  readonly events: EventService;
  readonly actor: Actor;
  readonly built: BuiltRequest;
  readonly folder: string;
  readonly nowMs: number;
  readonly onProgress?: ((report: ExportReport) => void) | undefined;
}): ExportedRequest => {
  const { db, store, events, actor, built, folder } = options;
  assertSilent('the request', built.leakScan);
  const sealed = sealTo(built.envelope, [...built.sealTo]);
  if (!onMedium(folder, () => statSync(folder)).isDirectory())
    throw new BundleError('MEDIUM_IO', `${folder} is no folder`);
  const file = `${built.request.request_id.slice(0, 8)}.spr`;
  const target = join(folder, file);
  const hidden = join(folder, `.${file}.part`);
  const at = toTime(options.nowMs);
  let readBack: ReadBackSource;
  try {
    // A medium that gives back other bytes is refused before a number is used.
    readBack = writeHidden(folder, hidden, sealed, (doneBytes, totalBytes) =>
      options.onProgress?.({ step: doneBytes < totalBytes ? 'write' : 'check', doneBytes, totalBytes }),
    );
    immediate(db, () => {
      const { request } = built;
      if (requireState(store).request_number + 1 !== request.number)
        throw new AppError('CONFLICT', `request ${request.number} was written by another process meanwhile`);
      const open = store.openRequests();
      const surplus = open[open.length - limits.openRequests];
      if (surplus) store.closeRequests(surplus.number, 'limit', at);
      store.insertRequest({
        number: request.number,
        requestId: request.request_id,
        nonce: Buffer.from(request.nonce, 'base64'),
        digest: built.digest,
        floor: request.floor,
        createdAt: request.created_at,
        file,
        sizeBytes: sealed.length,
        wants: askedWants(request),
        lastReceipt: built.lastReceipt,
        writtenBy: `${actor.type}:${actor.id}`,
        have: Buffer.from(request.have, 'base64'),
        journal: request.journal,
      });
      events.record('request-exported', {
        ...byWhom(actor),
        params: { number: request.number, requestId: request.request_id, bytes: sealed.length, medium: folder },
      });
    });
  } catch (error) {
    dropHidden(hidden);
    throw error;
  }
  onMedium(folder, () => {
    renameSync(hidden, target);
    syncDir(folder);
  });
  return {
    path: target,
    number: built.request.number,
    requestId: built.request.request_id,
    sizeBytes: sealed.length,
    digest: built.digest,
    sha256: fingerprintOf(sealed),
    readBack,
  };
};
