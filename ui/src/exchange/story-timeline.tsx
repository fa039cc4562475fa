import type { Child } from 'hono/jsx';
import { Shape } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { Message, When } from '../model.ts';
import { paths } from '../paths.ts';

/** One thing that crossed the gap, or that decided what may. */
export type StoryRow = {
  readonly at: When;
  readonly who?: string | undefined;
} & (
  | {
      readonly kind: 'request';
      readonly number: number;
      readonly wants: number;
      readonly bytes: number;
      /** Name of the medium; empty for a file to download, absent where it was not kept. */
      readonly medium?: string | undefined;
      readonly state: 'open' | 'answered' | 'closed';
      /** Of the bundle that closed it. */
      readonly seq?: number | undefined;
    }
  | {
      readonly kind: 'bundle';
      readonly receipt: number;
      readonly seq?: number | undefined;
      /** Numbered apart, as the trust file is. */
      readonly isBroadcast: boolean;
      readonly request?: number | undefined;
      readonly result: 'imported' | 'partial' | 'refused';
      readonly code?: string | undefined;
      readonly new: number;
      readonly bytes: number;
      readonly unfulfilled: number;
      readonly volumes?: { readonly seen: number; readonly of: number } | undefined;
    }
  | { readonly kind: 'event'; readonly message: Message }
);

type Row<K extends StoryRow['kind']> = Extract<StoryRow, { kind: K }>;

const requestWords = (ctx: Ctx, row: Row<'request'>): string =>
  row.state === 'open'
    ? ctx.t('story.open', { age: ctx.fmt.age(row.at) })
    : row.state === 'answered' && row.seq !== undefined
      ? ctx.t('story.answered', { number: row.seq })
      : ctx.t('story.closed');

const Request = ({ ctx, row }: { ctx: Ctx; row: Row<'request'> }) => (
  <>
    <span class="status" data-l={row.state === 'open' ? 'running' : undefined}>
      <Shape name={row.state === 'open' ? 'half' : 'right'} />
      <span>
        <strong>{ctx.t('story.left', { number: row.number })}</strong> {requestWords(ctx, row)}
      </span>
    </span>
    <p class="second">{ctx.t('story.leftDetail', { wants: row.wants })}</p>
  </>
);

const shapes = { imported: 'left', partial: 'warning', refused: 'critical' } as const;
const levels = { imported: undefined, partial: 'warning', refused: 'critical' } as const;

const bundleTitle = (ctx: Ctx, row: Row<'bundle'>): string =>
  row.seq === undefined
    ? ctx.t('story.someBundle', { result: ctx.t(`exchange.result.${row.result}`) })
    : ctx.t(row.isBroadcast ? 'story.broadcast' : 'story.came', {
        number: row.seq,
        result: ctx.t(`exchange.result.${row.result}`),
      });

const bundleWords = (ctx: Ctx, row: Row<'bundle'>): string => {
  if (row.result === 'refused') return ctx.tDynamic(`error.${row.code ?? ''}`, {}, row.code ?? '');
  if (row.result === 'partial')
    return row.volumes === undefined
      ? ctx.t('exchange.resultTitle.partial')
      : ctx.t('story.volumes', { have: row.volumes.seen, of: row.volumes.of });
  return [
    ...(row.request === undefined ? [] : [ctx.t('exchange.answerTo', { number: row.request })]),
    ctx.t('story.new', { n: row.new }),
    ...(row.unfulfilled === 0 ? [] : [ctx.t('exchange.unfulfilled', { n: row.unfulfilled })]),
  ].join('; ');
};

const Bundle = ({ ctx, row }: { ctx: Ctx; row: Row<'bundle'> }) => (
  <>
    <span class="status" data-l={levels[row.result]}>
      <Shape name={shapes[row.result]} />
      <To href={paths.receipt(row.receipt)}>{bundleTitle(ctx, row)}</To>
    </span>
    <p class="second">
      {bundleWords(ctx, row)}
      {row.code === undefined || row.result !== 'refused' ? null : (
        <>
          {' '}
          <code translate="no">{row.code}</code>
        </>
      )}
    </p>
  </>
);

const what = (ctx: Ctx, row: StoryRow): Child => {
  switch (row.kind) {
    case 'request':
      return <Request ctx={ctx} row={row} />;
    case 'bundle':
      return <Bundle ctx={ctx} row={row} />;
    case 'event':
      return (
        <span class="status">
          <Shape name="info" />
          <span>{ctx.say(row.message)}</span>
        </span>
      );
  }
};

const carried = (ctx: Ctx, row: StoryRow): Child => {
  if (row.kind === 'request') {
    return row.medium === undefined ? (
      '–'
    ) : (
      <span translate="no">{row.medium === '' ? ctx.t('exchange.asFile') : row.medium}</span>
    );
  }
  return row.kind === 'bundle' ? (
    <To href={paths.receipt(row.receipt)}>{ctx.t('exchange.receiptN', { number: row.receipt })}</To>
  ) : (
    '–'
  );
};

/** What left and what came, newest first: one line each, with who and by which medium or receipt. */
export const StoryTimeline = ({ ctx, rows }: { ctx: Ctx; rows: readonly StoryRow[] }) => (
  <DataTable<(typeof rows)[number]>
    caption={ctx.t('story.timeline')}
    rows={rows}
    records
    columns={[
      column('at', ctx.t('common.time'), { fit: true, rec: 'd' }, (row) => <Time at={row.at} form="dayTime" />),
      { key: 'what', label: ctx.t('common.what'), any: true, rec: 'a', cell: (row) => what(ctx, row) },
      column('who', ctx.t('common.who'), { fit: true, rec: 'c' }, (row) => (
        <span translate="no">{row.who ?? '–'}</span>
      )),
      { key: 'carried', label: ctx.t('story.carried'), any: true, cell: (row) => carried(ctx, row) },
      column('size', ctx.t('common.size'), { num: true }, (row) =>
        row.kind === 'event' || row.bytes === 0 ? '–' : ctx.fmt.bytes(row.bytes),
      ),
    ]}
  />
);
