import { addAbortListener } from 'node:events';
import type { Actor } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { rateMeter } from '../../platform/rate-meter.ts';
import type { ImportDraftStore } from './import-draft-store.ts';
import type { ExchangeService } from './service.ts';
import { type ImportPayload, type ImportProgressRow, type ImportReport, type ImportResult, inBytes } from './types.ts';

// An import runs as a job: the row has its progress, so every page, and a reload after a power cut, shows the same. A
// restart begins it again; what was verified is in the store already, and a bundle that was imported says so.

export const toPayload = (
  actor: Actor,
  options: { draft: string; paths: readonly string[]; dryRun: boolean; acceptStale?: string },
): ImportPayload => ({
  ...options,
  actor: {
    type: actor.type,
    id: actor.id,
    label: actor.label,
    ...(actor.from === undefined ? {} : { from: actor.from }),
    rights: [...actor.rights],
  },
});

const stopCheckMs = 500;

/** The work of one row; `signal` ends it before the state is switched. */
export const runImportJob = async (
  payload: ImportPayload,
  parts: {
    exchange: Pick<ExchangeService, 'importBundle'>;
    drafts: Pick<ImportDraftStore, 'find'>;
    progress: (row: ImportProgressRow) => void;
    signal: AbortSignal;
    clock: () => number;
  },
): Promise<ImportResult> => {
  const stop = new AbortController();
  const stopped = addAbortListener(parts.signal, () => stop.abort());
  // The page that asks to end may run in another thread: the row is what both see.
  const timer = setInterval(() => {
    if (parts.drafts.find(payload.draft)?.stopped) stop.abort();
  }, stopCheckMs);
  const meter = rateMeter(parts.clock);
  const measure = ({ doneBytes, totalBytes }: ImportReport) => meter(doneBytes, totalBytes);
  try {
    return await parts.exchange.importBundle(
      { ...payload.actor, rights: new Set(payload.actor.rights) },
      payload.paths,
      {
        dryRun: payload.dryRun,
        signal: stop.signal,
        ...(payload.acceptStale === undefined ? {} : { acceptStale: payload.acceptStale }),
        onProgress: (report) => parts.progress({ ...report, ...(inBytes.has(report.step) ? measure(report) : {}) }),
      },
    );
  } catch (error) {
    // Ended by a person, not by the server that stops: that is what the page says then.
    if (stop.signal.aborted && !parts.signal.aborted)
      throw new AppError('CANCELLED', 'stopped by a person', {}, { cause: error });
    throw error;
  } finally {
    clearInterval(timer);
    stopped[Symbol.dispose]();
  }
};
