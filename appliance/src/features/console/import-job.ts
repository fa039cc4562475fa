import type { ExchangeService } from '../exchange/service.ts';
import type { ImportReport, ImportResult } from '../exchange/types.ts';
import type { Actor, Right } from '../objects/types.ts';
import type { ImportDraftStore } from './store.ts';

// An import runs as a job: the row has its progress, so every page, and a reload after a power cut, shows the same. A
// restart begins it again; what was verified is in the store already, and a bundle that was imported says so.

export const importJobKind = 'import-bundle';

export type ImportPayload = {
  draft: string;
  path: string;
  dryRun: boolean;
  acceptStale?: string;
  actor: { type: Actor['type']; id: string; label: string; from?: string; rights: Right[] };
};

/** What the page shows of a running import. */
export type ImportProgressRow = {
  step: ImportReport['step'];
  doneBytes: number;
  totalBytes: number;
  bytesPerSecond?: number;
  volume?: number;
};

export const toPayload = (
  actor: Actor,
  options: { draft: string; path: string; dryRun: boolean; acceptStale?: string },
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
  const abort = (): void => stop.abort();
  parts.signal.addEventListener('abort', abort, { once: true });
  // The page that asks to end may run in another thread: the row is what both see.
  const timer = setInterval(() => {
    if (parts.drafts.find(payload.draft)?.stopped) stop.abort();
  }, stopCheckMs);
  const begun = new Map<string, { at: number; doneBytes: number }>();
  try {
    return await parts.exchange.importBundle(
      { ...payload.actor, rights: new Set(payload.actor.rights) },
      payload.path,
      {
        dryRun: payload.dryRun,
        signal: stop.signal,
        ...(payload.acceptStale === undefined ? {} : { acceptStale: payload.acceptStale }),
        onProgress: ({ step, doneBytes, totalBytes, volume }) => {
          const now = parts.clock();
          const start = begun.get(step) ?? { at: now, doneBytes };
          begun.set(step, start);
          const seconds = (now - start.at) / 1_000;
          parts.progress({
            step,
            doneBytes,
            totalBytes,
            ...(seconds < 1 ? {} : { bytesPerSecond: Math.round((doneBytes - start.doneBytes) / seconds) }),
            ...(volume === undefined ? {} : { volume }),
          });
        },
      },
    );
  } finally {
    clearInterval(timer);
    parts.signal.removeEventListener('abort', abort);
  }
};
