import { Empty, Panel } from '../components/panel.tsx';
import { SearchForm } from '../components/search-form.tsx';
import { Shape, shapeOf } from '../components/status.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Level, Message } from '../model.ts';

export type SearchGroup = {
  /** Key `search.group.<name>`. */
  readonly name: string;
  readonly results: readonly {
    readonly title: string;
    readonly href: string;
    /** Its panel beside its list. */
    readonly beside?: string | undefined;
    readonly level?: Level | undefined;
    readonly context?: string | undefined;
    readonly message?: Message | undefined;
  }[];
  /** The list of all of them, where these are not all. */
  readonly all: string | undefined;
};

type SearchProps = { readonly ctx: Ctx; readonly q: string; readonly groups: readonly SearchGroup[] };

/** `all`: the last line, which leads to the page of all results. */
type ResultsProps = SearchProps & { readonly all?: string };

// The part of the title that was typed is underlined.
const Matched = ({ title, q }: { title: string; q: string }) => {
  const at = q === '' ? -1 : title.toLowerCase().indexOf(q.toLowerCase());
  if (at < 0) return <>{title}</>;
  return (
    <>
      {title.slice(0, at)}
      <mark>{title.slice(at, at + q.length)}</mark>
      {title.slice(at + q.length)}
    </>
  );
};

/** Groups of results: the palette's content, and the page's. The last entry of a group opens its list; how many are shown is read out. */
export const SearchResults = ({ ctx, q, groups, all }: ResultsProps) => (
  <>
    <p class="vh" data-found="">
      {ctx.t('search.count', { n: groups.reduce((sum, { results }) => sum + results.length, 0) })}
    </p>
    {groups
      .filter((group) => group.results.length > 0)
      .map((group) => (
        <div>
          <h2>{ctx.tDynamic(`search.group.${group.name}`)}</h2>
          {group.results.map((result) => (
            <a href={result.href} data-beside={result.beside}>
              {result.level === undefined ? null : <Shape name={shapeOf(result.level)} />}
              <span class="t" translate="no">
                <Matched title={result.title} q={q} />
              </span>
              {result.message === undefined && result.context === undefined ? null : (
                <span>{result.message === undefined ? result.context : ctx.say(result.message)}</span>
              )}
            </a>
          ))}
          {group.all === undefined ? null : (
            <a href={group.all}>
              <Shape name="right" />
              <span class="t">{ctx.t('search.all', { q })}</span>
            </a>
          )}
        </div>
      ))}
    {all === undefined || groups.length === 0 ? null : (
      <a href={all}>
        <Shape name="right" />
        <span class="t">{ctx.t('search.allResults')}</span>
      </a>
    )}
    {groups.every((group) => group.results.length === 0) && q !== '' ? (
      <div class="empty">
        <h2 class="h3">{ctx.t('search.none', { q })}</h2>
        <p>{ctx.t('search.noneWhy')}</p>
      </div>
    ) : null}
  </>
);

/** Search without script, and where Enter leads. */
export const Search = (props: SearchProps) => {
  const { ctx, q } = props;
  return (
    <Page ctx={ctx} title={ctx.t('search.title')}>
      <SearchForm name={ctx.t('search.title')} label={ctx.t('common.searchPlaceholder')} q={q} />
      <Panel>
        {q === '' ? (
          <Empty title={ctx.t('search.empty')}>{ctx.t('search.emptyWhy')}</Empty>
        ) : (
          <div class="results">
            <SearchResults {...props} />
          </div>
        )}
      </Panel>
    </Page>
  );
};
