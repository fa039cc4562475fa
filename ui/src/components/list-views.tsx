import { type Ctx, useCtx } from '../context.ts';
import { changeList, type ListState, listParams, listUrl } from '../list.ts';
import { paths } from '../paths.ts';
import { Button, Hidden, PostForm } from './form.tsx';
import { swap } from './list-tools.tsx';

/** What of a list's address a view keeps. */
const queryOf = (list: ListState): string =>
  new URLSearchParams(listParams(changeList(list, { trail: [] }))).toString();

const sorted = (query: string, isWithColumns: boolean): string =>
  [...new URLSearchParams(query)]
    .filter(([name]) => isWithColumns || name !== 'col')
    .map((pair) => pair.join('='))
    .sort()
    .join('&');

/** Whether a list is shown as the view has it; columns count where the view names some. */
const isShown = (query: string, list: ListState): boolean => {
  const isWithColumns = new URLSearchParams(query).has('col');
  return sorted(query, isWithColumns) === sorted(queryOf(list), isWithColumns);
};

const NameField = ({ ctx, id, value }: { ctx: Ctx; id: string; value: string }) => (
  <div class="field">
    <label for={id}>{ctx.t('views.name')}</label>
    <input class="input" id={id} name="name" value={value} required maxlength={60} autocomplete="off" />
  </div>
);

/** All of a list, what of it waits for a decision, and the views that the person saved, each with its number of rows; the way to save one, and to change the one that is shown. */
export const ListViews = ({ list, total }: { list: ListState; total: number | undefined }) => {
  const ctx = useCtx();
  const { views, decide } = ctx;
  if (views === undefined) return null;
  const current = views.find(({ query }) => isShown(query, list));
  const isAll = current === undefined && list.q === '' && list.filters.length === 0;
  const all: ListState = { path: list.path, q: '', filters: [], descending: false, trail: [], columns: [], all: false };
  return (
    <div class="views">
      <nav class="tabs" aria-label={ctx.t('views.title')}>
        <a {...swap(listUrl(all))} aria-current={isAll ? 'page' : undefined}>
          {ctx.t('common.all')}{' '}
          {isAll && total !== undefined ? <span class="second">{ctx.fmt.number(total)}</span> : null}
        </a>
        {decide === undefined ? null : (
          <a
            {...swap(`${list.path}?${decide.query}`)}
            aria-current={isShown(decide.query, list) && current === undefined ? 'page' : undefined}
          >
            {ctx.tDynamic(decide.name)} <span class="second">{ctx.fmt.number(decide.count)}</span>
          </a>
        )}
        {views.map((view) => (
          <a
            {...swap(view.query === '' ? list.path : `${list.path}?${view.query}`)}
            aria-current={view === current ? 'page' : undefined}
          >
            <span translate="no">{view.name}</span>{' '}
            {view.count === undefined ? null : <span class="second">{ctx.fmt.number(view.count)}</span>}
          </a>
        ))}
      </nav>
      {current === undefined && queryOf(list) === '' ? null : (
        <details class="pop">
          <summary class="btn sm">{ctx.t(current === undefined ? 'views.save' : 'views.change')}</summary>
          <div>
            <PostForm action={paths.meViews()} class="form">
              {current === undefined ? (
                <>
                  <Hidden
                    fields={[
                      ['list', list.path],
                      ['query', queryOf(list)],
                    ]}
                  />
                  <NameField ctx={ctx} id="view-name" value="" />
                  <small class="hint">{ctx.t('views.hint')}</small>
                  <Button small kind="primary" name="do" value="save">
                    {ctx.t('views.save')}
                  </Button>
                </>
              ) : (
                <>
                  <Hidden fields={[['id', String(current.id)]]} />
                  <NameField ctx={ctx} id="view-name" value={current.name} />
                  <div class="row">
                    <Button small name="do" value="rename">
                      {ctx.t('views.rename')}
                    </Button>
                    <Button small kind="danger" name="do" value="remove">
                      {ctx.t('views.remove')}
                    </Button>
                  </div>
                </>
              )}
            </PostForm>
          </div>
        </details>
      )}
    </div>
  );
};
