import { LinkButton } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { filterWords } from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import { column } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
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

type PatchRow = {
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
      <LinkButton kind="primary" href={paths.patchNew()} needs="controllers:write">
        {ctx.t('patches.new')}
      </LinkButton>
    </>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('patches.title')}
      sub={ctx.t('patches.sub', counts)}
      actions={actions}
      filter={filterWords(ctx, list, filters)}
    >
      <ListPanel<(typeof page.rows)[number]>
        list={list}
        page={page}
        filters={filters}
        search={ctx.t('patches.search')}
        nameOf={(row) => row.patchId}
        empty={
          <Empty title={ctx.t('patches.none')} action={actions}>
            {ctx.t('patches.noneWhy')}
          </Empty>
        }
        table={{
          caption: ctx.t('patches.title'),
          columns: [
            column('patch', ctx.t('patches.patch'), { rec: 'a' }, (row) => (
              <To class="name" href={paths.patch(row.id)} translate="no">
                {row.patchId}
              </To>
            )),
            column('product', ctx.t('patches.product'), { rec: 'c' }, (row) => (
              <span translate="no">
                {row.vendor}, {row.product} {row.productVersion}
              </span>
            )),
            column('urgency', ctx.t('common.decision'), { fit: true }, (row) => (
              <UrgencyMark ctx={ctx} urgency={row.urgency} />
            )),
            column('state', ctx.t('field.state'), { rec: 'b' }, (row) => (
              <>
                <PatchStateMark ctx={ctx} state={row.state} />
                {row.until === null ? null : (
                  <span class="second">, {ctx.t('patches.until', { at: ctx.fmt.date(row.until) })}</span>
                )}
              </>
            )),
            column('clock', ctx.t('patches.deadlines'), { rec: 'd' }, (row) => {
              const one = deadlineNow(row.deadlines);
              return one === undefined ? (
                <span class="dim">–</span>
              ) : (
                <>
                  <DeadlineMark ctx={ctx} view={one} />
                  <span class="second">, {ctx.tDynamic(`patches.deadline.${one.deadline}`)}</span>
                </>
              );
            }),
            column('verdict', ctx.t('patches.verdict'), { optional: true }, (row) =>
              ctx.tDynamic(`patches.state.${row.verdict}`),
            ),
            column('targets', ctx.t('field.controllers'), { num: true }, (row) => <Count n={row.targets} />),
            column('waiting', ctx.t('patches.waitingLabel'), { num: true }, (row) => <Count n={row.waiting} />),
          ],
        }}
      />
      <p class="hint">{ctx.t('patches.notVerified')}</p>
    </Page>
  );
};
