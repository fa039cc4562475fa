import { type DeviationRow, deviationColumns } from '../components/deviations.tsx';
import { Button } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { PageOf } from '../model.ts';
import { paths } from '../paths.ts';

type DeviationsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<DeviationRow>;
  readonly filters: Filtering;
  readonly limitDays: number;
  /** Of the filter, open for longer than the limit. */
  readonly late: number;
};

const form = 'deviations-bulk';

/** Buttons that decide about what is chosen. */
export const DecideButtons = ({ ctx, form: id }: { ctx: Ctx; form: string }) => (
  <>
    <Button kind="primary" small form={id} name="action" value="accept" needs="devices:write">
      {ctx.t('deviations.accept')}
    </Button>
    <Button small form={id} name="action" value="order" needs="devices:write">
      {ctx.t('deviations.orderButton')}
    </Button>
  </>
);

/** What differs from baselines on all devices, and what is decided about it. */
export const Deviations = ({ ctx, list, page, filters, limitDays, late }: DeviationsProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.deviations')}
    crumbs={[{ label: ctx.t('nav.baselines'), href: paths.baselines() }]}
    sub={ctx.t('deviations.sub', { n: page.total, late, days: limitDays })}
    filter={filterWords(ctx, list, filters)}
    actions={<ListFiles list={list} csv={paths.deviationsCsv()} />}
  >
    <ListPanel
      list={list}
      page={page}
      filters={filters}
      search={ctx.t('deviations.search')}
      order={ctx.t('common.newestFirst')}
      bulk={{
        form,
        action: paths.deviationsDecide(),
        id: (row) => String(row.id),
        actions: <DecideButtons ctx={ctx} form={form} />,
      }}
      nameOf={(row) => row.change.title ?? String(row.id)}
      table={{
        caption: ctx.t('nav.deviations'),
        columns: deviationColumns(ctx, { limitDays, withDevice: true }),
        records: 'labelled',
      }}
      empty={<Empty title={ctx.t('deviations.none')}>{ctx.t('deviations.noneWhy')}</Empty>}
    />
  </Page>
);
