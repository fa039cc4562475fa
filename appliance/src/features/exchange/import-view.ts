import type { ExchangeImportProps, ImportStep } from '@sallyport/ui/exchange/exchange-import.tsx';
import type { ImportDiff } from '@sallyport/ui/exchange/import-diff.tsx';
import type { ImportProgress, ImportState } from '@sallyport/ui/exchange/import-progress.tsx';
import type { Message } from '@sallyport/ui/model';
import type { JobRun } from '../../platform/job-store.ts';
import { DECISIONS, type Decision } from '../vulnerabilities/types.ts';
import { type ImportProgressRow, type ImportReport, type ImportResult, type ImportSummary, inBytes } from './types.ts';

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
  scan: 5,
  advisories: 5,
  switch: 6,
  match: 6,
  done: 7,
};

const isActive = (run: JobRun | undefined): boolean => run?.state === 'queued' || run?.state === 'running';

/** Bytes as the bar shows them: none before the files are read, all after it. */
const bytesOf = (row: ImportProgressRow | undefined, sizeBytes: number): { done: number; total: number } => {
  if (row === undefined) return { done: 0, total: sizeBytes };
  if (inBytes.has(row.step)) return { done: row.doneBytes, total: row.totalBytes || sizeBytes };
  return { done: position[row.step] < position.objects ? 0 : sizeBytes, total: sizeBytes };
};

const detailOf = (row: ImportProgressRow): Message | undefined => {
  if (row.step === 'scan') return { key: 'exchange.detail.scan' };
  if (row.step === 'advisories') return { key: 'exchange.detail.advisories', params: { n: row.doneBytes } };
  return row.step === 'match' ? { key: 'exchange.detail.match' } : undefined;
};

/** A run's row as the page shows it. */
export const importProgress = (run: JobRun | undefined, sizeBytes: number): ImportProgress => {
  const row = (run?.progress ?? undefined) as ImportProgressRow | undefined;
  const isDone = run?.state === 'done';
  const result = run?.result as ImportResult | null | undefined;
  const isCheck = result?.result === 'checked';
  // A dry run ends before the files: they are read, and hashed, by the import.
  const at = isDone ? (isCheck ? position.objects : position.done) : row ? position[row.step] : 0;
  const { done, total } = bytesOf(row, sizeBytes);
  const isRunning = isActive(run);
  return {
    doneBytes: isDone ? (isCheck ? 0 : total) : done,
    totalBytes: total,
    isRunning,
    bytesPerSecond: isRunning ? row?.bytesPerSecond : undefined,
    leftMs: isRunning ? row?.leftMs : undefined,
    volume: isRunning && row?.volume !== undefined ? { n: row.volume, of: row.volumes } : undefined,
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
      detail: index === at && isRunning && row !== undefined ? detailOf(row) : undefined,
    })),
  };
};

/** Open findings by decision whose fix the bundle answers: asked for by name, and not among what it calls unfilled. */
export const estimateOf = (
  wants: readonly { kind: string; id: string }[],
  unfulfilled: ImportSummary['unfulfilled'],
  fixes: readonly { ecosystem: string; source: string; byDecision: Readonly<Record<Decision, number>> }[],
): ImportDiff['estimate'] => {
  const refused = new Set(unfulfilled.map(({ kind, want }) => `${kind} ${want}`));
  const filled = new Set(
    wants.filter(({ kind, id }) => kind === 'update' && !refused.has(`update ${id}`)).map(({ id }) => id),
  );
  const answered = fixes.filter(({ ecosystem, source }) => filled.has(`${ecosystem}/${source}`));
  return DECISIONS.map((decision) => ({
    decision,
    findings: answered.reduce((sum, { byDecision }) => sum + byDecision[decision], 0),
  })).filter(({ findings }) => findings > 0);
};

const diffOf = (summary: ImportSummary, at: number, estimate: ImportDiff['estimate']): ImportDiff => ({
  at,
  kinds: summary.kinds,
  unknownKinds: summary.unknownKinds ?? [],
  findings: summary.findings,
  estimate,
  unread: summary.unread ?? [],
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
  /** What the bundle may close, by what its dry run says. */
  estimate: (summary: ImportSummary) => ImportDiff['estimate'];
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
    diff:
      summary === undefined
        ? undefined
        : diffOf(summary, check?.finishedAt ?? run?.finishedAt ?? 0, parts.estimate(summary)),
    warnings: summary?.warnings ?? [],
    refused:
      failed === null
        ? undefined
        : {
            code: failed.code,
            detail: failed.message,
            during: run === undefined ? 'check' : 'import',
            receipt: run === undefined ? undefined : parts.refusalReceipt,
          },
    result:
      outcome === undefined || outcome.result === 'checked'
        ? undefined
        : { receipt: outcome.receipt, at: (run ?? check)?.finishedAt ?? 0, kind: outcome.result },
    running: isActive(shown),
  };
};
