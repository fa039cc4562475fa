import { type DeviationRow, DeviationTable } from '../components/deviations.tsx';
import { Button, LinkButton, PostForm, withoutRight } from '../components/form.tsx';
import { Filters, filterWords, foundText, isFiltered, NoMatch, Pager, Toolbar } from '../components/list-tools.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { type ListState, listParams, listUrl } from '../list.ts';
import type { FilterField, PageOf } from '../model.ts';
import { paths } from '../paths.ts';

type DeviationsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<DeviationRow>;
  readonly filters: readonly FilterField[];
  readonly limitDays: number;
  /** Of the filter, open for longer than the limit. */
  readonly late: number;
};

const form = 'deviations-bulk';

/** Buttons that decide about what is chosen. */
export const DecideButtons = ({ ctx, form: id }: { ctx: Ctx; form: string }) => (
  <>
    <Button
      kind="primary"
      small
      form={id}
      name="action"
      value="accept"
      unavailable={withoutRight(ctx, 'devices:write')}
    >
      {ctx.t('deviations.accept')}
    </Button>
    <Button small form={id} name="action" value="order" unavailable={withoutRight(ctx, 'devices:write')}>
      {ctx.t('deviations.orderButton')}
    </Button>
  </>
);

/** What differs from baselines on all devices, and what is decided about it. */
export const Deviations = ({ ctx, list, page, filters, limitDays, late }: DeviationsProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.deviations')}
    section="baselines"
    crumbs={[{ label: ctx.t('nav.baselines'), href: paths.baselines() }]}
    sub={ctx.t('deviations.sub', { n: page.total, late, days: limitDays })}
    filter={filterWords(ctx, list, filters)}
    announce={foundText(ctx, page)}
    actions={
      <LinkButton href={listUrl(list, {}, paths.deviationsCsv())} download>
        {ctx.t('common.exportCsv')}
      </LinkButton>
    }
  >
    <Filters ctx={ctx} list={list} filters={filters} placeholder={ctx.t('deviations.search')} />
    <Panel foot={<Pager ctx={ctx} list={list} next={page.next} order={ctx.t('deviations.newest')} />}>
      <PostForm ctx={ctx} action={paths.deviationsDecide()} id={form}>
        {listParams(list).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
      </PostForm>
      <Toolbar
        ctx={ctx}
        count={ctx.t('list.shown', { shown: page.rows.length, n: page.total })}
        bulk={{ list, total: page.total, shown: page.rows.length, actions: <DecideButtons ctx={ctx} form={form} /> }}
      />
      {page.rows.length > 0 ? (
        <DeviationTable
          ctx={ctx}
          caption={ctx.t('nav.deviations')}
          rows={page.rows}
          limitDays={limitDays}
          withDevice
          list={list}
          select={{
            form,
            id: (row) => String(row.id),
            label: (row) => ctx.t('list.selectRow', { name: row.change.title ?? String(row.id) }),
          }}
        />
      ) : isFiltered(list) ? (
        <NoMatch ctx={ctx} list={list} />
      ) : (
        <Empty title={ctx.t('deviations.none')}>{ctx.t('deviations.noneWhy')}</Empty>
      )}
    </Panel>
  </Page>
);
