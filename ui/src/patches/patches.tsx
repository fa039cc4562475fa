import { ControllersFrame } from '../components/controllers-frame.tsx';
import { LinkButton, withoutRight } from '../components/form.tsx';
import { Filters, filterWords, foundText, isFiltered, NoMatch, Pager } from '../components/list-tools.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FilterField, PageOf, When } from '../model.ts';
import { paths } from '../paths.ts';
import {
  DeadlineMark,
  type DeadlineView,
  deadlineNow,
  PatchStateMark,
  UrgencyMark,
  type UrgencyView,
} from './patch-marks.tsx';

export type PatchRow = {
  readonly id: number;
  readonly patchId: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly state: string;
  readonly until: When | null;
  readonly verdict: string;
  readonly deadlines: readonly DeadlineView[];
  readonly urgency: UrgencyView;
  readonly targets: number;
  readonly waiting: number;
};

type PatchesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly filters: readonly FilterField[];
  readonly page: PageOf<PatchRow>;
  readonly counts: { readonly n: number; readonly overdue: number; readonly waiting: number };
};

/** Patches of controllers by state, with their deadlines. */
export const Patches = ({ ctx, list, filters, page, counts }: PatchesProps) => {
  const actions = (
    <>
      <LinkButton href={paths.approvals()}>{ctx.t('patches.import')}</LinkButton>
      <LinkButton kind="primary" href={paths.patchNew()} unavailable={withoutRight(ctx, 'controllers:write')}>
        {ctx.t('patches.new')}
      </LinkButton>
    </>
  );
  return (
    <ControllersFrame
      ctx={ctx}
      current="patches"
      title={ctx.t('patches.title')}
      sub={ctx.t('patches.sub', counts)}
      actions={actions}
      announce={foundText(ctx, page)}
      filter={filterWords(ctx, list, filters)}
    >
      <Filters ctx={ctx} list={list} filters={filters} placeholder={ctx.t('patches.search')} />
      <Panel foot={<Pager ctx={ctx} list={list} next={page.next} last={page.rows.at(-1)?.patchId} />}>
        {page.rows.length === 0 ? (
          isFiltered(list) ? (
            <NoMatch ctx={ctx} list={list} />
          ) : (
            <Empty title={ctx.t('patches.none')} action={actions}>
              {ctx.t('patches.noneWhy')}
            </Empty>
          )
        ) : (
          <DataTable
            ctx={ctx}
            caption={ctx.t('patches.title')}
            rows={page.rows}
            records="labelled"
            columns={[
              {
                key: 'patch',
                label: ctx.t('patches.patch'),
                any: true,
                head: true,
                cell: (row) => (
                  <a class="name" href={paths.patch(row.id)} translate="no">
                    {row.patchId}
                  </a>
                ),
              },
              {
                key: 'product',
                label: ctx.t('patches.product'),
                any: true,
                cell: (row) => (
                  <span translate="no">
                    {row.vendor}, {row.product} {row.productVersion}
                  </span>
                ),
              },
              {
                key: 'urgency',
                label: ctx.t('vuln.decision'),
                cell: (row) => <UrgencyMark ctx={ctx} urgency={row.urgency} />,
              },
              {
                key: 'state',
                label: ctx.t('patches.stateLabel'),
                cell: (row) => (
                  <>
                    <PatchStateMark ctx={ctx} state={row.state} />
                    {row.until === null ? null : (
                      <div class="small second">{ctx.t('patches.until', { at: ctx.fmt.date(row.until) })}</div>
                    )}
                    {row.waiting === 0 ? null : (
                      <div class="small second">{ctx.t('patches.waitingN', { n: row.waiting })}</div>
                    )}
                  </>
                ),
              },
              {
                key: 'clock',
                label: ctx.t('patches.deadlines'),
                cell: (row) => {
                  const one = deadlineNow(row.deadlines);
                  return one === undefined ? (
                    <span class="dim">–</span>
                  ) : (
                    <>
                      <DeadlineMark ctx={ctx} view={one} />
                      <div class="small second">{ctx.tDynamic(`patches.deadline.${one.deadline}`)}</div>
                    </>
                  );
                },
              },
              {
                key: 'verdict',
                label: ctx.t('patches.verdict'),
                cell: (row) => ctx.tDynamic(`patches.state.${row.verdict}`),
              },
              {
                key: 'targets',
                label: ctx.t('patches.targets'),
                num: true,
                cell: (row) => (row.targets === 0 ? <span class="dim">0</span> : ctx.fmt.number(row.targets)),
              },
            ]}
          />
        )}
      </Panel>
      <p class="hint">{ctx.t('patches.notVerified')}</p>
    </ControllersFrame>
  );
};
