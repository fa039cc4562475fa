import { rowAnchor, toPanel } from '../anchors.ts';
import { type UnreadEcosystem, UnreadEcosystems } from '../components/coverage.tsx';
import { decisionColumn } from '../components/decision-column.tsx';
import { DecisionMatrix } from '../components/decision-matrix.tsx';
import { Aged } from '../components/knowledge.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles, swap } from '../components/list-tools.tsx';
import { Notice } from '../components/panel.tsx';
import { Beside, type PanelPlace } from '../components/side-panel.tsx';
import { type Column, column } from '../components/table.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { type ControllerMatrix, ControllerMatrixPanel } from '../controller-findings/controller-findings.tsx';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import { filterValues, listUrl } from '../list.ts';
import type { Decision, FixState, PageOf } from '../model.ts';
import { paths } from '../paths.ts';
import { advisoryName, isSuite } from './advisory-name.ts';
import { FindingPanel, type ShownFinding } from './finding.tsx';
import { type FindingRow, FixMark } from './finding-facts.tsx';
import { NoFindings } from './no-findings.tsx';

type VulnerabilitiesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<FindingRow>;
  readonly filters: Filtering;
  readonly unread: readonly UnreadEcosystem[];
  /** Devices of which some or all is judged by no feed. */
  readonly notJudged: number;
  readonly counts: {
    readonly open: number;
    readonly devices: number;
    readonly review: number;
    /** Decision × state of the fix. */
    readonly matrix: Readonly<Record<Decision, Readonly<Record<FixState, number>>>>;
  };
  /** Of controllers, which have a list of their own; undefined where there are none. */
  readonly controllers?: ControllerMatrix | undefined;
  /** The row that `open` of the list names. */
  readonly open?: { readonly shown: ShownFinding; readonly place: PanelPlace } | undefined;
  /** Null: no advisories have been imported yet. */
  readonly knowledge: {
    readonly ageDays: number;
    readonly stale: readonly { readonly feed: string; readonly ageDays: number; readonly limitDays: number }[];
  } | null;
};

/** Columns of a list of findings; in a list of the site the name opens the panel, elsewhere the page. */
export const findingColumns = (ctx: Ctx, list?: ListState): Column<FindingRow>[] => [
  decisionColumn(ctx),
  column('advisory', ctx.t('common.advisory'), { sort: true, rec: 'a' }, (row) => (
    <>
      <a
        class="name"
        id={list === undefined ? undefined : rowAnchor(row.id)}
        href={list === undefined ? paths.finding(row.id) : toPanel(listUrl(list, { open: row.id, trail: list.trail }))}
        translate="no"
        title={row.aliases.join(', ')}
      >
        {advisoryName(ctx, row.advisory)}
      </a>{' '}
      <Aged since={row.agedSince} />
    </>
  )),
  column('package', ctx.t('vuln.affects'), { sort: true, rec: 'c' }, (row) => (
    <span translate="no" title={row.summary}>
      {row.package} <span class="second">{row.version}</span>
    </span>
  )),
  column('severity', ctx.t('vuln.severity'), { sort: true }, (row) => (
    <>
      {row.severity === 'unknown' && isSuite(row.advisory) ? (
        <span class="second" title={ctx.t('vuln.suiteRates')}>
          –
        </span>
      ) : row.severity === 'critical' || row.severity === 'high' ? (
        <strong>{ctx.t(`severity.${row.severity}`)}</strong>
      ) : (
        <span class="second">{ctx.t(`severity.${row.severity}`)}</span>
      )}
      {row.exploited ? <strong>, {ctx.t('vuln.exploitedShort')}</strong> : null}
    </>
  )),
  column('devices', ctx.t('nav.devices'), { num: true, sort: true }, (row) => (
    <Count n={row.devices} href={paths.finding(row.id)} />
  )),
  column('fixed', ctx.t('common.fixedIn'), (row) => <span translate="no">{row.fixed ?? '–'}</span>),
  { key: 'fix', label: ctx.t('vuln.fix'), fit: true, rec: 'd', cell: (row) => <FixMark ctx={ctx} row={row} /> },
  column('since', ctx.t('common.openSince'), { num: true, sort: true, optional: true }, (row) => (
    <Time at={row.since} form="date" />
  )),
];

/** What is left of a row beside an open panel. */
const besidePanel = new Set(['decision', 'advisory', 'package', 'devices']);

const Matrix = ({ ctx, list, counts }: Pick<VulnerabilitiesProps, 'ctx' | 'list' | 'counts'>) => {
  const link = (decision: Decision, fix?: FixState) =>
    listUrl(list, {
      q: '',
      filters: [['decision', decision], ...(fix === undefined ? [] : ([['fix', fix]] as const))],
    });
  return (
    <DecisionMatrix
      title={ctx.t('vuln.matrix')}
      caption={ctx.t('vuln.matrix')}
      matrix={counts.matrix}
      fixLabel={(fix) => ctx.t(`fix.${fix}`)}
      link={link}
      withMeaning
    />
  );
};

/** Matrix of decision and state of the fix, then the list. */
export const Vulnerabilities = (props: VulnerabilitiesProps) => {
  const { ctx, list, page, filters, counts, knowledge, open } = props;
  const worst = knowledge?.stale[0];
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.vulnerabilities')}
      sub={ctx.t('vuln.sub', { findings: counts.open, devices: counts.devices })}
      advisoriesMatter
      filter={filterWords(ctx, list, filters)}
      actions={<ListFiles list={list} csv={paths.vulnerabilitiesCsv()} />}
    >
      {worst === undefined ? null : (
        <Notice level="warning" title={ctx.t('vuln.stale', { feed: worst.feed, n: Math.floor(worst.ageDays) })}>
          {ctx.t('vuln.staleWhy', { limit: worst.limitDays })}
        </Notice>
      )}
      <UnreadEcosystems unread={props.unread} />
      {open === undefined ? (
        <>
          <Matrix ctx={ctx} list={list} counts={counts} />
          {props.controllers === undefined ? null : <ControllerMatrixPanel ctx={ctx} matrix={props.controllers} />}
          {props.notJudged === 0 ? null : (
            <p class="second">
              <To href={`${paths.devices()}?coverage=not-judged&coverage=partly`}>
                {ctx.t('vuln.notJudged', { n: props.notJudged })}
              </To>
            </p>
          )}
          {counts.review === 0 ? null : (
            <p class="second">
              <a href={listUrl(list, { q: '', filters: [['verdict', 'review']] })}>
                {ctx.t('vuln.toReview', { n: counts.review })}
              </a>
            </p>
          )}
        </>
      ) : null}
      <Beside>
        <ListPanel
          list={list}
          page={page}
          filters={filters}
          search={ctx.t('vuln.search')}
          tools={
            <nav class="seg" aria-label={ctx.t('vuln.workState')}>
              {(['open', 'planned', 'fixed'] as const).map((state) => (
                <a
                  {...swap(
                    listUrl(list, {
                      filters: [...list.filters.filter(([name]) => name !== 'state'), ['state', state]],
                    }),
                  )}
                  aria-current={filterValues(list, 'state').includes(state) ? 'true' : undefined}
                >
                  {ctx.t(`vuln.state.${state}`)}
                </a>
              ))}
            </nav>
          }
          order={ctx.t('common.worstFirst')}
          nameOf={(row) => advisoryName(ctx, row.advisory)}
          table={{
            caption: ctx.t('nav.vulnerabilities'),
            columns: findingColumns(ctx, list).filter(({ key }) => open === undefined || besidePanel.has(key)),
            order: { key: 'decision' },
            isCurrent: (row) => row.id === list.open,
          }}
          empty={<NoFindings ctx={ctx} hasAdvisories={knowledge !== null} notJudged={props.notJudged} />}
        />
        {open === undefined ? null : <FindingPanel ctx={ctx} shown={open.shown} list={list} place={open.place} />}
      </Beside>
    </Page>
  );
};
