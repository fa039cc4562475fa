import { actorOfRow } from '../../engine/objects/types.ts';
import { rateMeter } from '../../platform/rate-meter.ts';
import type { MediaService } from '../media/types.ts';
import type { ExchangeService } from './service.ts';
import type { ExportedRequest, ExportOutcome, ExportPayload, ExportProgressRow } from './types.ts';

// A medium may be slow, and what is written is read back: a job writes a request, so that only the page with its progress
// waits for the medium.

/** The work of one row. */
export const runExportJob = async (
  { folder, isDownload, actor }: ExportPayload,
  parts: {
    exchange: Pick<ExchangeService, 'exportRequest'>;
    media: Pick<MediaService, 'withWritable'>;
    progress: (row: ExportProgressRow) => void;
    clock: () => number;
  },
): Promise<ExportOutcome> => {
  const meter = rateMeter(parts.clock);
  const who = actorOfRow(actor);
  const write = (target: string): ExportedRequest =>
    parts.exchange.exportRequest(who, target, {
      onProgress: (report) =>
        parts.progress({ ...report, ...(report.step === 'write' ? meter(report.doneBytes, report.totalBytes) : {}) }),
    });
  const { number, sizeBytes, readBack } = isDownload ? write(folder) : await parts.media.withWritable(folder, write);
  return { number, sizeBytes, readBack };
};
