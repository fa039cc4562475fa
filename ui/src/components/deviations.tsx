import type { Ctx } from '../context.ts';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ChangeLine, type ChangeRow } from './changes.tsx';
import { Shape, Tag } from './status.tsx';
import { type Column, column } from './table.tsx';
import { Time, To } from './text.tsx';

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
const OpenFor = ({ ctx, row, limitDays }: { ctx: Ctx; row: DeviationRow; limitDays: number }) =>
  row.late ? (
    <span class="status" data-l="warning" title={ctx.t('deviations.late', { n: limitDays })}>
      <Shape name="warning" /> <span>{ctx.t('deviations.days', { n: row.days })}</span>
    </span>
  ) : (
    ctx.t('deviations.days', { n: row.days })
  );

const Decided = ({ ctx, row }: { ctx: Ctx; row: DeviationRow }) => (
  <>
    {row.workOrder === undefined ? null : (
      <div>
        {ctx.t('common.workOrder')} <Tag>{row.workOrder.text}</Tag>{' '}
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
            , <Time at={row.until} />
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

/** Columns of deviations: what differs, since when, what was decided. */
export const deviationColumns = (
  ctx: Ctx,
  { limitDays, withDevice }: { limitDays: number; withDevice: boolean },
): Column<DeviationRow>[] => [
  ...(withDevice
    ? [
        column('device', ctx.t('baselines.device'), { rec: 'a' }, (row: DeviationRow) => (
          <To class="name" href={paths.deviceTab(row.device.id, 'deviations')} translate="no">
            {row.device.name}
          </To>
        )),
      ]
    : []),
  column('collection', ctx.t('changes.collection'), (row) => ctx.tDynamic(`collection.${row.change.collection}.title`)),
  column('what', ctx.t('common.whatDiffers'), (row) => (
    <div class="diff small">
      <ChangeLine change={row.change} />
    </div>
  )),
  column('since', ctx.t('common.since'), { fit: true }, (row) => <Time at={row.since} form="date" />),
  column('days', ctx.t('deviations.open'), { fit: true }, (row) => (
    <OpenFor ctx={ctx} row={row} limitDays={limitDays} />
  )),
  column('baseline', ctx.t('baselines.name'), (row) => (
    <To href={paths.baseline(row.baseline.id)} translate="no">
      {row.baseline.name}
    </To>
  )),
  column('decision', ctx.t('common.decision'), (row) =>
    row.workOrder === undefined && row.outcome === undefined ? '–' : <Decided ctx={ctx} row={row} />,
  ),
];
