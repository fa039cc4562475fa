import type { ExchangeService } from '../exchange/service.ts';
import type { ExportedRequest, ExportReport } from '../exchange/types.ts';
import type { MediaService } from '../media/types.ts';
import type { Actor, Right } from '../objects/types.ts';
import { rateMeter } from './rate-meter.ts';

// A medium may be slow, and what is written is read back: a request is written by a job, so that nobody waits for a stick
// but the page that shows how far it is.

export const exportJobKind = 'export-request';

export type ExportPayload = {
  number: number;
  /** Folder of downloads, or a medium. */
  folder: string;
  isDownload: boolean;
  actor: { type: Actor['type']; id: string; label: string; from?: string; rights: Right[] };
};

/** What the page shows of a running export. */
export type ExportProgressRow = ExportReport & { bytesPerSecond?: number; leftMs?: number };

export type ExportOutcome = Pick<ExportedRequest, 'number' | 'sizeBytes' | 'readBack'>;

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
  const who: Actor = { ...actor, rights: new Set(actor.rights) };
  const write = (target: string): ExportedRequest =>
    parts.exchange.exportRequest(who, target, {
      onProgress: (report) =>
        parts.progress({ ...report, ...(report.step === 'write' ? meter(report.doneBytes, report.totalBytes) : {}) }),
    });
  const { number, sizeBytes, readBack } = isDownload ? write(folder) : await parts.media.withWritable(folder, write);
  return { number, sizeBytes, readBack };
};
