import { DecisionMatrix } from '../components/decision-matrix.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import { Beside, type PanelPlace } from '../components/side-panel.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { Decision, FixState, PageOf } from '../model.ts';
import { paths } from '../paths.ts';
import { ControllerFindingPanel, type ShownControllerFinding } from './controller-finding.tsx';
import { type ControllerFindingRow, controllerFindingColumns } from './controller-finding-table.tsx';
import { KnowledgeEnds } from './controller-findings-panel.tsx';

export type ControllerMatrix = Readonly<Record<Decision, Readonly<Record<FixState, number>>>>;

type ControllerFindingsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<ControllerFindingRow>;
  readonly filters: Filtering;
  readonly counts: {
    readonly affected: number;
    readonly review: number;
    readonly held: number;
    readonly controllers: number;
    readonly matrix: ControllerMatrix;
  };
  readonly waiting: number;
  /** Controllers of whose makers no advisory that is here speaks. */
  readonly notJudged: number;
  /** The row that `open` of the list names. */
  readonly open?: { readonly shown: ShownControllerFinding; readonly place: PanelPlace } | undefined;
  readonly ends: readonly { readonly feed: string; readonly newest: string }[];
};

/** Decision × remedy of the findings on controllers; each number opens its list. */
export const ControllerMatrixPanel = ({ ctx, matrix }: { ctx: Ctx; matrix: ControllerMatrix }) => {
  const link = (decision: Decision, fix?: FixState) =>
    paths.controllerFindings({
      decision,
      ...(fix === undefined
        ? {}
        : fix === 'undetermined'
          ? { verdict: 'review' }
          : { verdict: 'affected', remedy: fix }),
    });
  return (
    <DecisionMatrix
      title={ctx.t('nav.controllers')}
      caption={ctx.t('vuln.matrixContext')}
      matrix={matrix}
      fixLabel={(fix) => (fix === 'undetermined' ? ctx.t('cfind.verdict.review') : ctx.t(`fix.${fix}`))}
      link={link}
    />
  );
};

/** What is left of a row beside an open panel. */
const besidePanel = new Set(['decision', 'vulnerability', 'product', 'controllers']);

/** What advisories say of controllers: counts, then the list. */
export const ControllerFindings = (props: ControllerFindingsProps) => {
  const { ctx, list, page, filters, counts, ends, open } = props;
  return (
    <Page
      ctx={ctx}
      title={ctx.t('cfind.title')}
      sub={ctx.t('cfind.sub', counts)}
      filter={filterWords(ctx, list, filters)}
      actions={<ListFiles list={list} csv={paths.controllerFindingsCsv()} />}
    >
      {open === undefined ? (
        <>
          <ControllerMatrixPanel ctx={ctx} matrix={counts.matrix} />
          <KnowledgeEnds ctx={ctx} ends={ends} />
          {counts.held === 0 ? null : (
            <p>
              <To href={paths.controllerFindings({ held: 'only' })}>{ctx.t('cfind.heldN', { n: counts.held })}</To>
            </p>
          )}
          {props.notJudged === 0 ? null : (
            <Notice level="warning" title={ctx.t('coverage.notTitle')}>
              <To href={paths.controllers({ coverage: 'not-judged' })}>
                {ctx.t('cfind.notJudged', { n: props.notJudged })}
              </To>
            </Notice>
          )}
          {props.waiting === 0 ? null : <p>{ctx.t('cfind.waiting', { n: props.waiting })}</p>}
        </>
      ) : null}
      <Beside>
        <ListPanel
          list={list}
          page={page}
          filters={filters}
          search={ctx.t('cfind.search')}
          order={ctx.t('common.worstFirst')}
          nameOf={(row) => row.vulnerability}
          table={{
            caption: ctx.t('cfind.title'),
            columns: controllerFindingColumns(ctx, { isOfOne: false, list }).filter(
              ({ key }) => open === undefined || besidePanel.has(key),
            ),
            order: { key: 'decision' },
            isCurrent: (row) => row.id === list.open,
          }}
          empty={
            ends.length === 0 ? (
              <Empty title={ctx.t('cfind.noKnowledge')}>{ctx.t('cfind.noKnowledgeWhy')}</Empty>
            ) : (
              <Empty title={ctx.t(props.notJudged === 0 ? 'cfind.none' : 'vuln.noneJudged')}>
                {props.notJudged === 0 ? ctx.t('cfind.noneWhy') : null}
              </Empty>
            )
          }
        />
        {open === undefined ? null : (
          <ControllerFindingPanel ctx={ctx} shown={open.shown} list={list} place={open.place} />
        )}
      </Beside>
    </Page>
  );
};
