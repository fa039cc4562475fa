import { LinkButton } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { SearchForm } from '../components/search-form.tsx';
import { Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { apiDocumentPath, paths } from '../paths.ts';
import { type ApiCall, type ApiDocument, callsWith } from './document.ts';

/** The address of a call in the page of its area. */
export const hrefOfCall = ({ area, id }: ApiCall): string => `${paths.apiArea(area, { call: id })}#${id}`;

/** Calls as lines, each a link to its description. */
const Found = ({ ctx, calls }: { ctx: Ctx; calls: readonly ApiCall[] }) => (
  <DataTable<(typeof calls)[number]>
    lines
    records
    caption={ctx.t('api.calls')}
    rows={calls}
    columns={[
      column('call', ctx.t('api.call'), { rec: 'a' }, (call) => (
        <a href={hrefOfCall(call)} translate="no">
          {call.method} {call.path}
        </a>
      )),
      column('summary', ctx.t('field.description'), { rec: 'c' }, (call) => (
        <span lang="en" translate="no">
          {call.summary}
        </span>
      )),
    ]}
  />
);

/** The contents of the API's reference: a page for each area, and a search over all calls. */
export const ApiContents = ({ ctx, document, q }: { ctx: Ctx; document: ApiDocument; q: string }) => {
  const { calls } = document;
  const areas = [...Map.groupBy(calls, ({ area }) => area)];
  const found = callsWith(calls, q);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('common.api')}
      sub={ctx.t('api.sub', { version: document.version, n: calls.length })}
      actions={
        <LinkButton href={apiDocumentPath} download>
          {ctx.t('api.download')}
        </LinkButton>
      }
    >
      <p>{ctx.t('api.how')}</p>
      <SearchForm name={ctx.t('api.search')} label={ctx.t('api.search')} q={q} />
      {q === '' ? (
        <Panel>
          <DataTable<(typeof areas)[number]>
            lines
            records
            caption={ctx.t('api.areas')}
            rows={areas}
            columns={[
              column('area', ctx.t('common.area'), { rec: 'a' }, ([area]) => (
                <a href={paths.apiArea(area)}>{ctx.tDynamic(`area.${area}`)}</a>
              )),
              column('reads', ctx.t('api.reads'), { num: true }, ([, of]) =>
                ctx.fmt.number(of.filter(({ method }) => method === 'GET').length),
              ),
              column('writes', ctx.t('api.writes'), { num: true }, ([, of]) =>
                ctx.fmt.number(of.filter(({ method }) => method !== 'GET').length),
              ),
            ]}
          />
        </Panel>
      ) : (
        <Panel
          title={ctx.t('search.found', { n: found.length, q })}
          link={<a href={paths.api()}>{ctx.t('api.all')}</a>}
        >
          {found.length === 0 ? (
            <Empty title={ctx.t('search.none', { q })}>{ctx.t('api.noneWhy')}</Empty>
          ) : (
            <Found ctx={ctx} calls={found} />
          )}
        </Panel>
      )}
      <Panel title={ctx.t('api.refusals')} body>
        <p>{ctx.t('api.refusalsWhy')}</p>
        <p>
          {['401 TOKEN', '403 FORBIDDEN', '4XX', '5XX'].map((status) => (
            <>
              <Tag>{status}</Tag>{' '}
            </>
          ))}
        </p>
        <p translate="no">
          <code>{'{"error": {"code": "CODE", "message": "…"}}'}</code>
        </p>
      </Panel>
    </Page>
  );
};
