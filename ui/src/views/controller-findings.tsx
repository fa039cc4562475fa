import { type ControllerFindingRow, ControllerFindingTable } from '../components/controller-finding-table.tsx';
import { KnowledgeEnds } from '../components/controller-findings-panel.tsx';
import { ControllersFrame } from '../components/controllers-frame.tsx';
import { LinkButton } from '../components/form.tsx';
import { Filters, filterWords, foundText, isFiltered, NoMatch, Pager, Toolbar } from '../components/list-tools.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { DecisionMark } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Count } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { type ListState, listUrl } from '../list.ts';
import type { Decision, FilterField, PageOf } from '../model.ts';
import { paths } from '../paths.ts';

type Fix = 'available' | 'none' | 'undetermined';

export type ControllerMatrix = Readonly<Record<Decision, Readonly<Record<Fix, number>>>>;

export type ControllerFindingsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<ControllerFindingRow>;
  readonly filters: readonly FilterField[];
  readonly counts: {
    readonly affected: number;
    readonly review: number;
    readonly held: number;
    readonly controllers: number;
    readonly matrix: ControllerMatrix;
  };
  readonly waiting: number;
  readonly ends: readonly { readonly feed: string; readonly newest: string }[];
};

const decisions: readonly Decision[] = ['act', 'attend', 'track-star', 'track'];
const fixes: readonly Fix[] = ['available', 'none', 'undetermined'];

/** Decision × remedy of the findings on controllers; each number opens its list. */
export const ControllerMatrixPanel = ({ ctx, matrix }: { ctx: Ctx; matrix: ControllerMatrix }) => {
  const link = (decision: Decision, fix?: Fix) =>
    paths.controllerFindings({
      decision,
      ...(fix === undefined
        ? {}
        : fix === 'undetermined'
          ? { verdict: 'review' }
          : { verdict: 'affected', remedy: fix }),
    });
  return (
    <Panel title={ctx.t('nav.controllers')} context={ctx.t('vuln.matrixContext')}>
      <DataTable
        ctx={ctx}
        plain
        caption={ctx.t('vuln.matrixContext')}
        rows={decisions}
        columns={[
          {
            key: 'decision',
            label: ctx.t('vuln.decision'),
            head: true,
            fit: true,
            cell: (row) => <DecisionMark ctx={ctx} decision={row} />,
          },
          ...fixes.map((fix) => ({
            key: fix,
            label: fix === 'undetermined' ? ctx.t('cfind.verdict.review') : ctx.t(`fix.${fix}`),
            num: true,
            cell: (row: Decision) => <Count ctx={ctx} n={matrix[row][fix]} href={link(row, fix)} />,
          })),
          {
            key: 'all',
            label: ctx.t('vuln.all'),
            num: true,
            cell: (row) => (
              <strong>
                <Count ctx={ctx} n={fixes.reduce((all, fix) => all + matrix[row][fix], 0)} href={link(row)} />
              </strong>
            ),
          },
        ]}
      />
    </Panel>
  );
};

/** What advisories say of controllers: counts, then the list. */
export const ControllerFindings = (props: ControllerFindingsProps) => {
  const { ctx, list, page, filters, counts, ends } = props;
  return (
    <ControllersFrame
      ctx={ctx}
      current="findings"
      title={ctx.t('cfind.title')}
      sub={ctx.t('cfind.sub', counts)}
      announce={foundText(ctx, page)}
      filter={filterWords(ctx, list, filters)}
      actions={
        <LinkButton href={listUrl(list, {}, paths.controllerFindingsCsv())} download>
          {ctx.t('common.exportCsv')}
        </LinkButton>
      }
    >
      <ControllerMatrixPanel ctx={ctx} matrix={counts.matrix} />
      <KnowledgeEnds ctx={ctx} ends={ends} />
      {counts.held === 0 ? null : (
        <p>
          <a href={paths.controllerFindings({ held: 'only' })}>{ctx.t('cfind.heldN', { n: counts.held })}</a>
        </p>
      )}
      {props.waiting === 0 ? null : <p>{ctx.t('cfind.waiting', { n: props.waiting })}</p>}
      <Filters ctx={ctx} list={list} filters={filters} placeholder={ctx.t('cfind.search')} />
      <Panel
        foot={
          <Pager
            ctx={ctx}
            list={list}
            next={page.next}
            last={page.rows.at(-1)?.vulnerability}
            order={ctx.t('vuln.order')}
          />
        }
      >
        <Toolbar ctx={ctx} count={foundText(ctx, page)} />
        {page.rows.length > 0 ? (
          <ControllerFindingTable ctx={ctx} rows={page.rows} list={list} />
        ) : isFiltered(list) ? (
          <NoMatch ctx={ctx} list={list} />
        ) : ends.length === 0 ? (
          <Empty title={ctx.t('cfind.noKnowledge')}>{ctx.t('cfind.noKnowledgeWhy')}</Empty>
        ) : (
          <Empty title={ctx.t('cfind.none')}>{ctx.t('cfind.noneWhy')}</Empty>
        )}
      </Panel>
    </ControllersFrame>
  );
};
