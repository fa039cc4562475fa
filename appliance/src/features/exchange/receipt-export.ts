import { join } from 'node:path';
import { parseEnvelope } from '@sallyport/bundle-tools/documents/envelope';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { writeHidden } from '@sallyport/bundle-tools/media/write';
import { renameSync, rmSync } from '@sallyport/bundle-tools/person/files';
import { ensureDir, syncDir } from '@sallyport/bundle-tools/platform/files';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, byWhom } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { assertSilent, type IdentityValue, KNOWS_NOTHING, scanForLeaks } from './leak-scan.ts';
import type { ExchangeStore } from './store.ts';

const MAX_EXPORTED = 10_000;

/** Receipts that were written to a folder of a medium. */
export type ExportedReceipts = {
  readonly folder: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
};

type Row = { readonly number: number; readonly digest: string; readonly envelope: Uint8Array };

const writeOne = (folder: string, { number, digest, envelope }: Row): void => {
  const name = `${number}-${digest.slice(0, 8)}.dsse.json`;
  const hidden = join(folder, `.${name}.part`);
  try {
    writeHidden(folder, hidden, envelope);
    renameSync(hidden, join(folder, name));
  } catch (error) {
    rmSync(hidden, { force: true });
    throw error;
  }
};

/**
 * Writes receipts to `receipts/` of a medium, oldest first: those that the host has not confirmed, or all. They are
 * signed and not sealed, so they are searched for names as a request is.
 */
export const writeReceipts = (options: {
  readonly store: ExchangeStore;
  readonly events: EventService;
  readonly actor: Actor;
  readonly medium: string;
  readonly all: boolean;
  readonly identities: Iterable<IdentityValue>;
  readonly allowed: ReadonlySet<string>;
}): ExportedReceipts => {
  const { store, events, actor } = options;
  const rows: readonly Row[] = options.all ? store.receiptsAll(MAX_EXPORTED) : store.receiptsOpen(MAX_EXPORTED);
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined)
    throw new AppError('NOT_FOUND', options.all ? 'there is no receipt yet' : 'the host has confirmed every receipt');
  const receipts = rows.map(({ envelope }) => parseEnvelope(envelope, limits.receiptBytes));
  assertSilent('the receipts', scanForLeaks({ receipts }, options.identities, KNOWS_NOTHING, options.allowed));
  const folder = join(options.medium, 'receipts');
  try {
    ensureDir(folder);
    for (const row of rows) writeOne(folder, row);
    syncDir(folder);
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new BundleError(code === 'ENOSPC' ? 'NO_SPACE' : 'MEDIUM_IO', `cannot write to ${folder}: ${code}`, {
      cause,
    });
  }
  events.record('receipts-exported', {
    ...byWhom(actor),
    params: { first: first.number, last: last.number },
  });
  return { folder, first: first.number, last: last.number, count: rows.length };
};
