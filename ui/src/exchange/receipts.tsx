import { Status } from '../components/status.tsx';
import { type Column, column, DataTable } from '../components/table.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

export type ReceiptRow = {
  readonly number: number;
  readonly at: When;
  /** Sequence number of the bundle. */
  readonly seq?: number | undefined;
  readonly request?: number | undefined;
  readonly result: 'imported' | 'partial' | 'refused';
  readonly code?: string | undefined;
  readonly new: number;
  readonly held: number;
  readonly bytes: number;
  readonly unfulfilled: number;
  readonly applied?: { readonly done: number; readonly failed: number; readonly waiting: number } | undefined;
  /** Request that carried it away. */
  readonly leftWith?: number | undefined;
};

const levels = { imported: 'ok', partial: 'warning', refused: 'critical' } as const;

/** Imported, partial or refused, with the code of a refusal. */
export const ResultMark = ({ ctx, row }: { ctx: Ctx; row: ReceiptRow }) => (
  <Status level={levels[row.result]}>
    {ctx.t(`exchange.result.${row.result}`)}
    {row.code === undefined || row.result === 'imported' ? null : (
      <>
        , <span translate="no">{row.code}</span>
      </>
    )}
  </Status>
);

const applied = (ctx: Ctx, row: ReceiptRow): string =>
  row.applied === undefined ? '–' : ctx.t('exchange.appliedCounts', row.applied);

/** Columns of receipts: what came, what was new, what became of it. */
export const receiptColumns = (ctx: Ctx): Column<ReceiptRow>[] => [
  column('number', ctx.t('exchange.number'), { num: true, rec: 'a' }, (row) => (
    <To class="name" href={paths.receipt(row.number)}>
      {ctx.fmt.number(row.number)}
    </To>
  )),
  { key: 'at', label: ctx.t('common.time'), fit: true, rec: 'c', cell: (row) => <Time at={row.at} /> },
  column('bundle', ctx.t('exchange.bundleLabel'), (row) =>
    row.seq === undefined ? '–' : ctx.t('exchange.short.bundle', { number: row.seq }),
  ),
  column('request', ctx.t('exchange.answers'), (row) =>
    row.request === undefined ? '–' : ctx.t('exchange.short.request', { number: row.request }),
  ),
  column('result', ctx.t('exchange.resultLabel'), { fit: true, rec: 'b' }, (row) => <ResultMark ctx={ctx} row={row} />),
  { key: 'new', label: ctx.t('exchange.new'), num: true, cell: (row) => <Count n={row.new} /> },
  { key: 'held', label: ctx.t('exchange.held'), num: true, cell: (row) => <Count n={row.held} /> },
  column('size', ctx.t('common.size'), { num: true, rec: 'd' }, (row) =>
    row.bytes === 0 ? '–' : ctx.fmt.bytes(row.bytes),
  ),
  { key: 'applied', label: ctx.t('exchange.applied'), cell: (row) => applied(ctx, row) },
  column('left', ctx.t('exchange.leftWith'), (row) =>
    row.leftWith === undefined ? '–' : ctx.t('exchange.short.request', { number: row.leftWith }),
  ),
];

/** What could not be filled, and why. */
export const Unfulfilled = ({
  ctx,
  rows,
}: {
  ctx: Ctx;
  rows: readonly { readonly reason: string; readonly want: string }[];
}) => (
  <DataTable<(typeof rows)[number]>
    caption={ctx.t('exchange.unfulfilledTitle')}
    rows={rows}
    columns={[
      { key: 'want', label: ctx.t('exchange.want'), any: true, cell: (row) => <span translate="no">{row.want}</span> },
      column('reason', ctx.t('field.reason'), (row) => (
        <>
          {ctx.tDynamic(`unfulfilled.${row.reason}`)} <code translate="no">{row.reason}</code>
        </>
      )),
    ]}
  />
);
