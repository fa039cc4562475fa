import type {
  ExchangeImportProps,
  ImportDiff,
  ImportProgress,
  ImportState,
  ImportStep,
} from '@sallyport/ui/views/exchange-import';
import type { JobRun } from '../../platform/jobs.ts';
import type { ImportReport, ImportResult, ImportSummary } from '../exchange/types.ts';
import type { ImportProgressRow } from './import-job.ts';

/** In plain words, in order; the switch is the last. */
const states: readonly ImportState[] = ['open', 'trust', 'signature', 'answers', 'space', 'files', 'switch'];

const position: Readonly<Record<ImportReport['step'], number>> = {
  open: 0,
  prelude: 1,
  tuf: 1,
  signed: 2,
  bound: 3,
  space: 4,
  objects: 5,
  tail: 5,
  complete: 5,
  store: 5,
  advisories: 5,
  switch: 6,
  match: 6,
  done: 7,
};

const isActive = (run: JobRun | undefined): boolean => run?.state === 'queued' || run?.state === 'running';

/** A run's row as the page shows it. */
export const importProgress = (run: JobRun | undefined, sizeBytes: number): ImportProgress => {
  const row = run?.progress as ImportProgressRow | null | undefined;
  const isDone = run?.state === 'done';
  const result = run?.result as ImportResult | null | undefined;
  const isCheck = result?.result === 'checked';
  // A dry run ends before the files: they are read, and hashed, by the import.
  const at = isDone ? (isCheck ? position.objects : position.done) : row ? position[row.step] : 0;
  const totalBytes = row?.totalBytes || sizeBytes;
  return {
    doneBytes: isDone && !isCheck ? totalBytes : (row?.doneBytes ?? 0),
    totalBytes,
    bytesPerSecond: isActive(run) ? row?.bytesPerSecond : undefined,
    states: states.map((name, index) => ({
      name,
      state:
        index < at
          ? 'done'
          : index > at || run === undefined || isDone
            ? 'waiting'
            : run.state === 'failed'
              ? 'failed'
              : 'running',
    })),
  };
};

const diffOf = (summary: ImportSummary, at: number): ImportDiff => ({
  at,
  kinds: summary.kinds.map(({ kind, added, changed, removed, bytes }) => ({ kind, added, changed, removed, bytes })),
  // Findings are known after the match, which only an import makes.
  effect: [],
  unfulfilled: summary.unfulfilled.map(({ reason, kind, want }) => ({ reason, want: `${kind} ${want}` })),
});

const summaryOf = (result: ImportResult | undefined): ImportSummary | undefined =>
  result === undefined || result.result === 'already' ? undefined : result.summary;

/** The step that a bundle is at: where its address without a step leads. */
export const currentStep = (check: JobRun | undefined, run: JobRun | undefined): ImportStep => {
  if (run !== undefined) return isActive(run) ? 'import' : 'result';
  if (check?.state === 'done') return (check.result as ImportResult).result === 'already' ? 'result' : 'compare';
  return 'check';
};

/** Everything of the wizard but the request's own context. */
export const importView = (parts: {
  id: string;
  name: string;
  sizeBytes: number;
  step: ImportStep;
  check: JobRun | undefined;
  run: JobRun | undefined;
  /** The receipt of a refusal, where there is one. */
  refusalReceipt: number | undefined;
}): Omit<ExchangeImportProps, 'ctx'> => {
  const { id, name, sizeBytes, step, check, run } = parts;
  const shown = run ?? check;
  const checked = check?.state === 'done' ? (check.result as ImportResult) : undefined;
  const imported = run?.state === 'done' ? (run.result as ImportResult) : undefined;
  const summary = summaryOf(imported) ?? summaryOf(checked);
  const outcome = imported ?? (checked?.result === 'already' ? checked : undefined);
  const failed = shown?.state === 'failed' ? shown.error : null;
  return {
    id,
    step,
    bundle: {
      name,
      bytes: summary?.counts.bytes || sizeBytes,
      seq: summary?.seq,
      request: summary?.requestNumber,
      issuedAt: summary?.issuedAt,
      volumes: summary?.volumes,
      missingVolumes: summary?.missingVolumes,
    },
    progress: importProgress(shown, sizeBytes),
    diff: summary === undefined ? undefined : diffOf(summary, check?.finishedAt ?? run?.finishedAt ?? 0),
    warnings: summary?.warnings ?? [],
    refused:
      failed === null
        ? undefined
        : { code: failed.code, detail: failed.message, receipt: run === undefined ? undefined : parts.refusalReceipt },
    result:
      outcome === undefined || outcome.result === 'checked'
        ? undefined
        : { receipt: outcome.receipt, at: (run ?? check)?.finishedAt ?? 0, kind: outcome.result },
    running: isActive(shown),
  };
};
