import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

export type BaselineRow = {
  readonly id: string;
  readonly name: string;
  readonly scope: 'device' | 'group';
  readonly revision: number;
  readonly collections: readonly string[];
  readonly approvedAt: When;
  readonly approvedBy: string;
  readonly expiresAt?: When | undefined;
  readonly expired: boolean;
  readonly deviations: number;
  readonly deviating: number;
};

type BaselinesProps = {
  readonly ctx: Ctx;
  readonly rows: readonly BaselineRow[];
  readonly open: number;
  readonly devices: number;
};

/** When a baseline should be looked at again; past it, a warning. */
export const ReviewUntil = ({
  ctx,
  row,
}: {
  ctx: Ctx;
  row: { readonly expiresAt?: When | undefined; readonly expired: boolean };
}) =>
  row.expiresAt === undefined ? (
    <>–</>
  ) : row.expired ? (
    <Status level="warning">{ctx.t('baselines.expired', { at: ctx.fmt.date(row.expiresAt) })}</Status>
  ) : (
    <Time at={row.expiresAt} form="date" />
  );

/** Every baseline: of what, who approved it when, and what differs. */
export const Baselines = ({ ctx, rows, open, devices }: BaselinesProps) => {
  const create = (
    <LinkButton kind="primary" href={paths.baselineNew()} needs="devices:write">
      {ctx.t('baselines.new')}
    </LinkButton>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.baselines')}
      sub={ctx.t('baselines.sub', { n: rows.length, open, devices })}
      actions={
        <>
          <LinkButton href={paths.deviations()}>{ctx.t('nav.deviations')}</LinkButton>
          {create}
        </>
      }
    >
      <Panel>
        {rows.length === 0 ? (
          <Empty title={ctx.t('baselines.none')} action={create}>
            {ctx.t('baselines.noneWhy')}
          </Empty>
        ) : (
          <DataTable<(typeof rows)[number]>
            caption={ctx.t('nav.baselines')}
            rows={rows}
            records="labelled"
            lines
            columns={[
              column('name', ctx.t('baselines.name'), { any: true, head: true }, (row) => (
                <To href={paths.baseline(row.id)} translate="no">
                  {row.name}
                </To>
              )),
              { key: 'scope', label: ctx.t('baselines.scope'), cell: (row) => ctx.t(`baselines.scope.${row.scope}`) },
              column('collections', ctx.t('baselines.collections'), { any: true }, (row) =>
                row.collections.map((name) => ctx.tDynamic(`collection.${name}.title`)).join(', '),
              ),
              column('revision', ctx.t('baselines.revision'), { num: true }, (row) => ctx.fmt.number(row.revision)),
              column('approved', ctx.t('baselines.approved'), (row) =>
                ctx.t('common.whoAt', { who: row.approvedBy, at: ctx.fmt.dateTime(row.approvedAt) }),
              ),
              column('expires', ctx.t('baselines.expires'), (row) => <ReviewUntil ctx={ctx} row={row} />),
              column('deviations', ctx.t('nav.deviations'), { num: true }, (row) => (
                <Count n={row.deviations} href={paths.deviations({ baseline: row.id })} />
              )),
              column('deviating', ctx.t('baselines.deviating'), { num: true }, (row) => (
                <Count n={row.deviating} href={paths.deviations({ baseline: row.id })} />
              )),
            ]}
          />
        )}
      </Panel>
    </Page>
  );
};
