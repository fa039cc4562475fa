import { type ChangeRow, Changes as Timeline } from '../components/changes.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import { paths } from '../paths.ts';

type ChangesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly rows: readonly ChangeRow[];
  readonly next?: string | undefined;
  readonly filters: Filtering;
  /** About how many the log holds. */
  readonly about: number;
};

/** What changed on all devices, report by report, the newest first. */
export const Changes = ({ ctx, list, rows, next, filters, about }: ChangesProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.changes')}
    sub={ctx.t('changes.sub', { n: about })}
    filter={filterWords(ctx, list, filters)}
    announce={ctx.t('changes.shown', { n: rows.length })}
    actions={<ListFiles list={list} csv={paths.changesCsv()} />}
  >
    <ListPanel
      list={list}
      page={{ rows, next }}
      filters={filters}
      search={ctx.t('changes.search')}
      order={ctx.t('common.newestFirst')}
      empty={<Empty title={ctx.t('changes.none')}>{ctx.t('changes.noneWhy')}</Empty>}
    >
      <div class="body">
        <h2 class="vh">{ctx.t('changes.reports')}</h2>
        <Timeline rows={rows} />
      </div>
    </ListPanel>
  </Page>
);
