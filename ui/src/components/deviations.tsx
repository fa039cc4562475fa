import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ChangeLine, type ChangeRow } from './changes.tsx';
import { Shape, Tag } from './status.tsx';
import { DataTable, type TableProps } from './table.tsx';
import { Time } from './text.tsx';

export type DeviationRow = {
  readonly id: number;
  readonly device: Reference;
  readonly baseline: Reference;
  readonly change: ChangeRow & { readonly operation: 'added' | 'removed' | 'changed' };
  readonly since: When;
  /** Whole days that it has been open, or was. */
  readonly days: number;
  readonly late: boolean;
  readonly until?: When | undefined;
  /** Key `deviations.outcome.<outcome>`. */
  readonly outcome?: string | undefined;
  readonly decision?:
    | { readonly who: string; readonly at: When; readonly reason: string; readonly expiresAt?: When | undefined }
    | undefined;
  readonly workOrder?: { readonly text: string; readonly who: string; readonly at: When } | undefined;
};

/** How long it has been open; over the limit it is marked in shape and word. */
const OpenFor = ({ ctx, row, limitDays }: { ctx: Ctx; row: DeviationRow; limitDays: number }) => (
  <>
    <Time ctx={ctx} at={row.since} />
    <div class="small second">
      {ctx.t('deviations.days', { n: row.days })}
      {row.late ? (
        <span class="status" data-l="warning">
          {' '}
          <Shape ctx={ctx} name="warning" /> <span>{ctx.t('deviations.late', { n: limitDays })}</span>
        </span>
      ) : null}
    </div>
  </>
);

const Decided = ({ ctx, row }: { ctx: Ctx; row: DeviationRow }) => (
  <>
    {row.workOrder === undefined ? null : (
      <div>
        {ctx.t('deviations.order')} <Tag>{row.workOrder.text}</Tag>{' '}
        <span class="small second" translate="no">
          {row.workOrder.who}
        </span>
      </div>
    )}
    {row.outcome === undefined ? null : (
      <div>
        {ctx.tDynamic(`deviations.outcome.${row.outcome}`)}
        {row.until === undefined ? null : (
          <>
            , <Time ctx={ctx} at={row.until} />
          </>
        )}
      </div>
    )}
    {row.decision === undefined ? null : (
      <div class="small">
        {ctx.t('deviations.acceptedBy', {
          who: row.decision.who,
          at: ctx.fmt.dateTime(row.decision.at),
          reason: row.decision.reason,
        })}
        {row.decision.expiresAt === undefined ? null : (
          <> {ctx.t('deviations.until2', { at: ctx.fmt.date(row.decision.expiresAt) })}</>
        )}
      </div>
    )}
  </>
);

/** Deviations as a table: what differs, since when, what was decided. */
export const DeviationTable = ({
  ctx,
  rows,
  limitDays,
  withDevice,
  caption,
  list,
  select,
}: {
  ctx: Ctx;
  rows: readonly DeviationRow[];
  limitDays: number;
  withDevice: boolean;
  caption: string;
  list?: ListState;
  select?: TableProps<DeviationRow>['select'];
}) => (
  <DataTable
    ctx={ctx}
    caption={caption}
    rows={rows}
    records="labelled"
    {...(list === undefined ? {} : { list })}
    {...(select === undefined ? {} : { select })}
    columns={[
      ...(withDevice
        ? [
            {
              key: 'device',
              label: ctx.t('baselines.device'),
              any: true,
              cell: (row: DeviationRow) => (
                <a href={paths.deviceTab(row.device.id, 'deviations')} translate="no">
                  {row.device.name}
                </a>
              ),
            },
          ]
        : []),
      {
        key: 'collection',
        label: ctx.t('changes.collection'),
        cell: (row) => ctx.tDynamic(`collection.${row.change.collection}.title`),
      },
      {
        key: 'what',
        label: ctx.t('deviations.what'),
        any: true,
        cell: (row) => (
          <div class="diff small">
            <ChangeLine ctx={ctx} change={row.change} />
          </div>
        ),
      },
      {
        key: 'since',
        label: ctx.t('deviations.since'),
        cell: (row) => <OpenFor ctx={ctx} row={row} limitDays={limitDays} />,
      },
      {
        key: 'baseline',
        label: ctx.t('baselines.name'),
        any: true,
        cell: (row) => (
          <a href={paths.baseline(row.baseline.id)} translate="no">
            {row.baseline.name}
          </a>
        ),
      },
      {
        key: 'decision',
        label: ctx.t('deviations.decision'),
        any: true,
        cell: (row) =>
          row.workOrder === undefined && row.outcome === undefined ? '–' : <Decided ctx={ctx} row={row} />,
      },
    ]}
  />
);
