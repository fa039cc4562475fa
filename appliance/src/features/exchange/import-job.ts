import { defined } from '@sallyport/bundle-tools/platform/defined';
import { actorOfRow } from '../../engine/objects/types.ts';
import { rateMeter } from '../../platform/rate-meter.ts';
import { untilStopped } from '../../platform/until-stopped.ts';
import type { ImportDraftStore } from './import-draft-store.ts';
import type { ExchangeService } from './service.ts';
import { type ImportPayload, type ImportProgressRow, type ImportReport, type ImportResult, inBytes } from './types.ts';

// An import runs as a job: the row has its progress, so every page, and a reload after a power cut, shows the same. A
// restart begins it again; what was verified is in the store already, and a bundle that was imported says so.

/** The work of one row; `signal` ends it before the state is switched. */
export const runImportJob = (
  { draft, paths, dryRun, acceptStale, actor }: ImportPayload,
  parts: {
    exchange: Pick<ExchangeService, 'importBundle'>;
    drafts: Pick<ImportDraftStore, 'find'>;
    progress: (row: ImportProgressRow) => void;
    signal: AbortSignal;
    clock: () => number;
  },
): Promise<ImportResult> => {
  const meter = rateMeter(parts.clock);
  const measure = ({ doneBytes, totalBytes }: ImportReport) => meter(doneBytes, totalBytes);
  return untilStopped(
    parts.signal,
    () => parts.drafts.find(draft)?.stopped === true,
    (signal) =>
      parts.exchange.importBundle(actorOfRow(actor), paths, {
        dryRun,
        signal,
        ...defined({ acceptStale }),
        onProgress: (report) => parts.progress({ ...report, ...(inBytes.has(report.step) ? measure(report) : {}) }),
      }),
  );
};
