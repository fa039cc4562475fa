import type { ColumnsView } from '@sallyport/ui/controller-imports/controller-columns.tsx';
import type {
  ControllerImportProgress,
  ControllerImportProps,
  ControllerImportStep,
} from '@sallyport/ui/controller-imports/controller-import.tsx';
import type { DraftState } from '@sallyport/ui/controller-imports/controller-imports.tsx';
import type { OutcomeView } from '@sallyport/ui/controller-imports/controller-outcomes.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { CSV_ENCODINGS } from '../../platform/csv/bytes.ts';
import type { JobRun } from '../../platform/job-store.ts';
import {
  type ControllerDraft,
  CSV_COLUMNS,
  type CsvShape,
  delimiterName,
  delimiterNames,
  type ImportOutcome,
  INTERFACE_COLUMNS,
  MODULE_COLUMNS,
  targetName,
} from './types.ts';

const isActive = (run: JobRun | undefined): boolean => run?.state === 'queued' || run?.state === 'running';
const outcomeOf = (run: JobRun | undefined): ImportOutcome | undefined =>
  run?.state === 'done' ? (run.result as ImportOutcome) : undefined;

type DraftRuns = { check: JobRun | undefined; apply: JobRun | undefined };

/** Where a file is, for lists. */
export const draftState = ({ check, apply }: DraftRuns): DraftState => {
  if (isActive(check) || isActive(apply)) return 'running';
  if (apply !== undefined) return apply.state === 'done' ? 'imported' : 'refused';
  if (check === undefined) return 'new';
  return check.state === 'done' ? 'checked' : 'refused';
};

/** The step that a file is at: where its address without a step leads. */
export const currentStep = (draft: ControllerDraft, { check, apply }: DraftRuns): ControllerImportStep => {
  if (apply !== undefined) return apply.state === 'done' ? 'result' : 'import';
  return check === undefined && draft.form === 'csv' ? 'columns' : 'compare';
};

/** Steps whose addresses lead somewhere now. */
export const reachableSteps = (draft: ControllerDraft, runs: DraftRuns): ControllerImportStep[] => {
  const { check, apply } = runs;
  return [
    ...(draft.form === 'csv' && apply?.state !== 'done' && !isActive(apply) ? (['columns'] as const) : []),
    ...(check === undefined ? [] : (['compare'] as const)),
    ...(apply === undefined ? [] : (['import'] as const)),
    ...(apply?.state === 'done' ? (['result'] as const) : []),
  ];
};

const toView = (outcome: ImportOutcome): OutcomeView => ({
  rows: outcome.outcomes.map((row) => ({ ...row, proposals: row.proposals.length })),
  total: outcome.summary.readings,
  counts: outcome.summary,
  looked: outcome.looked,
  unread: outcome.unread,
  places: outcome.refused,
  placesTotal: outcome.refusedCount,
  control: outcome.control,
  missing: outcome.missingCount,
});

export const progressOf = (run: JobRun | undefined, sizeBytes: number): ControllerImportProgress =>
  (run?.progress as ControllerImportProgress | null | undefined) ?? { step: 'read', done: 0, total: sizeBytes };

const partOf = (column: string): string =>
  INTERFACE_COLUMNS.some((one) => one === column)
    ? 'interface'
    : MODULE_COLUMNS.some((one) => one === column)
      ? 'module'
      : 'controller';

/** The step of a table's columns. */
export const columnsView = (
  shape: CsvShape,
  options: {
    mappings: readonly string[];
    mapping: string;
    /** Names of the site's own fields. */
    fields: readonly string[];
    keep?: string;
    errors?: FieldErrors | undefined;
  },
): ColumnsView => ({
  encoding: shape.encoding,
  encodings: CSV_ENCODINGS,
  delimiter: delimiterName(shape.delimiter),
  delimiters: delimiterNames.filter((name) => name !== 'auto'),
  mappings: options.mappings,
  mapping: options.mapping,
  keep: options.keep ?? '',
  columns: shape.headings.map((heading, index) => ({
    heading,
    target: targetName(shape.targets[index]),
    samples: shape.sample.map(({ cells }) => cells[index] ?? ''),
  })),
  choices: [
    ...CSV_COLUMNS.map((field) => ({ part: partOf(field), field })),
    ...options.fields.map((name) => ({ part: 'custom', field: targetName({ custom: name }) })),
  ],
  errors: options.errors,
});

/** Everything of the wizard but the request's own context and the columns. */
export const controllerImportView = (
  draft: ControllerDraft,
  runs: DraftRuns,
  step: ControllerImportStep,
): Omit<ControllerImportProps, 'ctx' | 'columns'> => {
  const { check, apply } = runs;
  const shown = step === 'compare' ? check : (apply ?? check);
  const outcome = outcomeOf(step === 'result' ? apply : check);
  const failed = shown?.state === 'failed' || shown?.state === 'cancelled' ? shown : undefined;
  return {
    id: draft.id,
    name: draft.name,
    form: outcome?.form ?? draft.form,
    bytes: draft.sizeBytes,
    step,
    reachable: reachableSteps(draft, runs),
    isTable: draft.form === 'csv',
    usedColumns:
      draft.csv?.columns === undefined
        ? undefined
        : Object.values(draft.csv.columns).filter((target) => target !== undefined).length,
    running: isActive(shown),
    progress: progressOf(shown, draft.sizeBytes),
    outcome: outcome === undefined ? undefined : toView(outcome),
    refused:
      failed === undefined
        ? undefined
        : {
            code: failed.error?.code ?? 'CANCELLED',
            detail: failed.error?.message ?? '',
            during: shown === apply ? 'apply' : 'check',
          },
    batch: outcomeOf(apply)?.origin ?? undefined,
  };
};
