import { decisionColumn } from '../components/decision-column.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords } from '../components/list-tools.tsx';

import { type Column, column } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { Decision, PageOf, Severity } from '../model.ts';
import { paths } from '../paths.ts';
import { advisoryName } from './advisory-name.ts';
import { NoFindings } from './no-findings.tsx';

type FindingGroupRow = {
  readonly by: 'update' | 'edition' | 'advisory' | 'review' | 'zone';
  /** The package, the advisory or the vulnerability. */
  readonly name: string;
  /** The ecosystem of a package, the edition, the name of a zone; else empty. */
  readonly of: string;
  readonly fixed: string;
  readonly summary: string;
  readonly decision: Decision;
  readonly severity: Severity;
  /** Findings; of a zone its controllers. */
  readonly count: number;
  /** The list of what is counted. */
  readonly path: string;
};

const nameText = (ctx: Ctx, row: FindingGroupRow): string =>
  row.by === 'update' ? `${row.name} ${row.fixed}`.trim() : advisoryName(ctx, row.name);

const columns = (ctx: Ctx): Column<FindingGroupRow>[] => [
  decisionColumn(ctx),
  column('name', ctx.t('common.what'), { sort: true, rec: 'a' }, (row) => (
    <To class="name" href={row.path} translate="no">
      <span title={row.summary}>{nameText(ctx, row)}</span>
    </To>
  )),
  column('by', ctx.t('vuln.group.by'), { rec: 'c' }, (row) => (
    <>
      {ctx.t(`vuln.group.by.${row.by}`)}{' '}
      <span class="second" translate="no">
        {row.by === 'zone' && row.of === '' ? ctx.t('vuln.group.noZone') : row.of}
      </span>
    </>
  )),
  column('severity', ctx.t('vuln.severity'), { sort: true }, (row) =>
    row.severity === 'unknown' ? <span class="second">–</span> : ctx.t(`severity.${row.severity}`),
  ),
  column('count', ctx.t('vuln.group.count'), { num: true, sort: true, rec: 'd' }, (row) => (
    <To href={row.path}>
      {ctx.t(row.by === 'zone' ? 'vuln.group.controllers' : 'vuln.group.findings', { n: row.count })}
    </To>
  )),
];

/** Findings by what closes them: one line for an update, for an advisory without one, for a vulnerability in a zone. */
export const FindingGroups = ({
  ctx,
  list,
  page,
  filters,
  hasAdvisories,
  hasControllerAdvisories,
  notJudged,
}: {
  ctx: Ctx;
  list: ListState;
  page: PageOf<FindingGroupRow>;
  filters: Filtering;
  /** Whether any came, of whatever they are. */
  hasAdvisories: boolean;
  hasControllerAdvisories: boolean;
  /** Devices of which some or all is judged by no feed. */
  notJudged: number;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('vuln.group.title')}
    sub={ctx.t('vuln.group.sub')}
    advisoriesMatter
    filter={filterWords(ctx, list, filters)}
  >
    {notJudged === 0 ? null : (
      <p class="second">
        <To href={`${paths.devices()}?coverage=not-judged&coverage=partly`}>
          {ctx.t('vuln.notJudged', { n: notJudged })}
        </To>
      </p>
    )}
    {hasControllerAdvisories ? null : (
      <p class="second">
        {ctx.t('cfind.noKnowledge')}. {ctx.t('cfind.noKnowledgeWhy')}
      </p>
    )}
    <ListPanel
      list={list}
      page={page}
      filters={filters}
      search={ctx.t('vuln.search')}
      order={ctx.t('common.worstFirst')}
      nameOf={(row) => nameText(ctx, row)}
      table={{ caption: ctx.t('vuln.group.title'), columns: columns(ctx), order: { key: 'decision' } }}
      empty={<NoFindings ctx={ctx} hasAdvisories={hasAdvisories} notJudged={notJudged} />}
    />
  </Page>
);
