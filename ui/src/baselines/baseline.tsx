import { type DeviationRow, deviationColumns } from '../components/deviations.tsx';
import { Button, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { type BaselineRow, ReviewUntil } from './baselines.tsx';

export type BaselineDetail = BaselineRow & {
  /** A device's public id, or a group's id. */
  readonly of: string;
  readonly reference?: Reference | undefined;
  readonly allowed: readonly string[];
  readonly contentHash: string;
  readonly counts: readonly { readonly collection: string; readonly count: number }[];
  readonly revisions: readonly {
    readonly revision: number;
    readonly at: When;
    readonly who: string;
    readonly operation: string;
    readonly comment?: string | undefined;
  }[];
  readonly accepted: readonly {
    readonly id: number;
    readonly collection: string;
    readonly title: string | null;
    readonly who: string;
    readonly at: When;
    readonly reason: string;
    readonly device?: Reference | undefined;
    readonly expiresAt?: When | undefined;
  }[];
  readonly coverage: readonly {
    readonly device: Reference;
    readonly checkedAt: When | null;
    readonly late: boolean;
    readonly deviations: number;
  }[];
};

type Props = { readonly ctx: Ctx; readonly baseline: BaselineDetail; readonly limitDays: number };

const About = ({ ctx, baseline }: Props) => (
  <Panel title={ctx.t('common.content')} span={7} body>
    <Facts
      rows={[
        [ctx.t('baselines.scope'), ctx.t(`baselines.scope.${baseline.scope}`)],
        ...(baseline.reference === undefined
          ? []
          : [
              [
                ctx.t('baselines.reference'),
                <To href={paths.device(baseline.reference.id)} translate="no">
                  {baseline.reference.name}
                </To>,
              ] as const,
            ]),
        [ctx.t('baselines.revision'), ctx.fmt.number(baseline.revision)],
        [
          ctx.t('baselines.approved'),
          ctx.t('common.whoAt', { who: baseline.approvedBy, at: ctx.fmt.dateTime(baseline.approvedAt) }),
        ],
        [ctx.t('baselines.expires'), <ReviewUntil ctx={ctx} row={baseline} />],
        ...baseline.counts.map(
          ({ collection, count }) => [ctx.tDynamic(`collection.${collection}.title`), ctx.fmt.number(count)] as const,
        ),
        [
          ctx.t('baselines.allowed'),
          baseline.allowed.length === 0 ? '–' : <span translate="no">{baseline.allowed.join('; ')}</span>,
        ],
        [ctx.t('baselines.hash'), <Hash value={baseline.contentHash} />],
      ]}
    />
  </Panel>
);

const Revisions = ({ ctx, baseline, plain }: Props & { plain: boolean }) => (
  <Panel title={ctx.t('common.revisions')} span={plain ? 12 : 5}>
    <DataTable<(typeof baseline.revisions)[number]>
      caption={ctx.t('common.revisions')}
      rows={baseline.revisions}
      columns={[
        { key: 'revision', label: ctx.t('baselines.revision'), num: true, cell: (row) => ctx.fmt.number(row.revision) },
        { key: 'at', label: ctx.t('common.time'), cell: (row) => <Time at={row.at} /> },
        column('who', ctx.t('common.who'), { any: true }, (row) => (
          <>
            <span translate="no">{row.who}</span>
            {row.comment === undefined ? null : <div class="small second">{row.comment}</div>}
          </>
        )),
        ...(plain
          ? []
          : [
              column(
                'revert',
                <span class="vh">{ctx.t('baselines.revert')}</span>,
                (row: BaselineDetail['revisions'][number]) =>
                  row.revision === baseline.revision ? (
                    ''
                  ) : (
                    <PostForm action={paths.baselineRevert(baseline.id)}>
                      <input type="hidden" name="revision" value={String(row.revision)} />
                      <Button small needs="devices:write">
                        {ctx.t('objects.revert')}
                        <span class="vh"> {ctx.t('objects.revisionN', { revision: row.revision })}</span>
                      </Button>
                    </PostForm>
                  ),
              ),
            ]),
      ]}
    />
  </Panel>
);

const Accepted = ({ ctx, baseline }: Props) => (
  <Panel title={ctx.t('baselines.accepted')} context={ctx.fmt.number(baseline.accepted.length)}>
    {baseline.accepted.length === 0 ? (
      <Empty title={ctx.t('baselines.acceptedNone')} />
    ) : (
      <DataTable<(typeof baseline.accepted)[number]>
        caption={ctx.t('baselines.accepted')}
        rows={baseline.accepted}
        records="labelled"
        columns={[
          column('collection', ctx.t('changes.collection'), (row) =>
            ctx.tDynamic(`collection.${row.collection}.title`),
          ),
          column('title', ctx.t('changes.title'), { any: true }, (row) => (
            <span translate="no">{row.title ?? ctx.t('common.withheld')}</span>
          )),
          column('device', ctx.t('deviations.scope'), { any: true }, (row) =>
            row.device === undefined ? (
              ctx.t('baselines.scope.group')
            ) : (
              <To href={paths.device(row.device.id)} translate="no">
                {row.device.name}
              </To>
            ),
          ),
          column('decision', ctx.t('common.decision'), { any: true }, (row) =>
            ctx.t('deviations.acceptedBy', { who: row.who, at: ctx.fmt.dateTime(row.at), reason: row.reason }),
          ),
          column('expires', ctx.t('deviations.expires'), (row) =>
            row.expiresAt === undefined ? '–' : <Time at={row.expiresAt} form="date" />,
          ),
        ]}
      />
    )}
  </Panel>
);

const Coverage = ({ ctx, baseline, limitDays }: Props) => (
  <Panel title={ctx.t('baselines.coverage')} context={ctx.fmt.number(baseline.coverage.length)}>
    {baseline.coverage.length === 0 ? (
      <Empty title={ctx.t('baselines.coverageNone')} />
    ) : (
      <DataTable<(typeof baseline.coverage)[number]>
        caption={ctx.t('baselines.coverage')}
        rows={baseline.coverage}
        columns={[
          column('device', ctx.t('baselines.device'), { any: true }, (row) => (
            <To href={paths.deviceTab(row.device.id, 'deviations')} translate="no">
              {row.device.name}
            </To>
          )),
          column('checked', ctx.t('baselines.checked'), (row) => (
            <>
              {row.checkedAt === null ? '–' : <Time at={row.checkedAt} />}
              {row.late ? <Status level="warning">{ctx.t('baselines.checkedLate', { n: limitDays })}</Status> : null}
            </>
          )),
          column('deviations', ctx.t('nav.deviations'), { num: true }, (row) => (
            <Count n={row.deviations} href={paths.deviceTab(row.device.id, 'deviations')} />
          )),
        ]}
      />
    )}
  </Panel>
);

/** One baseline: what it holds, its revisions, what was accepted, the devices under it. */
export const Baseline = (props: Props) => {
  const { ctx, baseline } = props;
  const write = withoutRight(ctx, 'devices:write');
  const target = baseline.scope === 'device' ? { device: baseline.of } : { group: baseline.of };
  return (
    <Page
      ctx={ctx}
      title={baseline.name}
      untranslatedTitle
      crumbs={[{ label: ctx.t('nav.baselines'), href: paths.baselines() }]}
      actions={
        <>
          <LinkButton href={paths.deviations({ baseline: baseline.id })}>{ctx.t('nav.deviations')}</LinkButton>
          <LinkButton href={paths.baselineReport(baseline.id)}>{ctx.t('baselines.report')}</LinkButton>
          <LinkButton href={paths.baselineEntries(baseline.id)} unavailable={write}>
            {ctx.t('baselines.edit')}
          </LinkButton>
          <LinkButton kind="primary" href={paths.baselineNew(target)} unavailable={write}>
            {ctx.t('baselines.approveAgain')}
          </LinkButton>
          <PostForm action={paths.baselineRemove(baseline.id)}>
            <Button kind="danger" unavailable={write}>
              {ctx.t('baselines.remove')}
            </Button>
          </PostForm>
        </>
      }
    >
      <div class="grid">
        <About {...props} />
        <Revisions {...props} plain={false} />
      </div>
      <Accepted {...props} />
      <Coverage {...props} />
    </Page>
  );
};

/** The same for an auditor: with every open deviation and what was decided, to print. */
export const BaselineReport = (
  props: Props & {
    readonly open: readonly DeviationRow[];
    readonly closed: readonly DeviationRow[];
    readonly more: { readonly open: boolean; readonly closed: boolean };
  },
) => {
  const { ctx, baseline, limitDays, open, closed, more } = props;
  const table = (title: string, none: string, rows: readonly DeviationRow[], isCut: boolean) => (
    <Panel title={title} context={ctx.fmt.number(rows.length)}>
      {rows.length === 0 ? (
        <Empty title={none} />
      ) : (
        <DataTable
          caption={title}
          rows={rows}
          records="labelled"
          columns={deviationColumns(ctx, { limitDays, withDevice: true })}
        />
      )}
      {isCut ? <p class="second">{ctx.t('deviations.reportMore', { n: rows.length })}</p> : null}
    </Panel>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('baselines.reportTitle', { name: baseline.name })}
      crumbs={[
        { label: ctx.t('nav.baselines'), href: paths.baselines() },
        { label: baseline.name, href: paths.baseline(baseline.id) },
      ]}
      sub={ctx.t('baselines.reportSub', { days: limitDays })}
    >
      <div class="grid">
        <About {...props} />
      </div>
      <Revisions {...props} plain />
      <Coverage {...props} />
      {table(ctx.t('deviations.reportOpen'), ctx.t('deviations.none'), open, more.open)}
      <Accepted {...props} />
      {table(ctx.t('deviations.reportClosed'), ctx.t('deviations.reportClosedNone'), closed, more.closed)}
    </Page>
  );
};
