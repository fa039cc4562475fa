import { type UnreadEcosystem, UnreadEcosystems } from '../components/coverage.tsx';
import { DecisionMatrix } from '../components/decision-matrix.tsx';
import { LinkButton } from '../components/form.tsx';
import { Aged } from '../components/knowledge.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, foundText, swap } from '../components/list-tools.tsx';
import { Empty, Facts, Notice } from '../components/panel.tsx';
import { DecisionMark, Status } from '../components/status.tsx';
import type { Column } from '../components/table.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { type ControllerMatrix, ControllerMatrixPanel } from '../controller-findings/controller-findings.tsx';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import { filterValues, listUrl } from '../list.ts';
import type { Decision, FixState, PageOf, Reference, Severity, When, WorkState } from '../model.ts';
import { paths } from '../paths.ts';

export type FindingRow = {
  readonly id: string;
  readonly advisory: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity: Severity;
  readonly cvss?: string | undefined;
  readonly decision: Decision;
  /** Attacks that use it are known. */
  readonly exploited: boolean;
  readonly verdict: 'affected' | 'review';
  readonly fixState: FixState;
  readonly state: WorkState;
  readonly package: string;
  readonly version: string;
  readonly ecosystem: string;
  readonly fixed?: string | undefined;
  readonly feed: string;
  readonly devices: number;
  readonly since: When;
  /** Since when no bundle brings what it is known from. */
  readonly agedSince?: string | undefined;
  /** The update that fixes it, and whether its files are here. */
  readonly update?:
    | { readonly id: string; readonly supply: 'needed' | 'requested' | 'unfulfilled' | 'arrived' | 'superseded' }
    | undefined;
};

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
  readonly open?: { readonly why: FindingWhy; readonly devices: readonly Reference[] } | undefined;
  /** Null: no advisories have been imported yet. */
  readonly knowledge: {
    readonly ageDays: number;
    readonly stale: readonly { readonly feed: string; readonly ageDays: number; readonly limitDays: number }[];
  } | null;
};

/** Why an advisory matches: shown in the open row and on the finding's page. */
export type FindingWhy = {
  /** The range that covers the version: versions as the record writes them. */
  readonly ranges: readonly {
    readonly introduced?: string;
    readonly fixed?: string;
    readonly lastAffected?: string;
    /** Red Hat's: `rhel_eus:9.4`. */
    readonly lifeCycle?: string;
    readonly covers: boolean;
  }[];
  readonly exact: boolean;
  readonly source: { readonly name: string; readonly newest?: When; readonly importedAt?: When };
  readonly rule: string;
  /** Inputs of the decision as name and value, those that push to Act marked. */
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly strong: boolean }[];
  readonly confidence: 'high' | 'low';
};

const fixLevels = { available: 'ok', none: 'waiting', undetermined: 'warning' } as const;

/** The state of the fix in shape and word. */
export const FixMark = ({ ctx, row }: { ctx: Ctx; row: FindingRow }) => {
  if (row.state === 'planned')
    return (
      <Status ctx={ctx} level="running">
        {ctx.t('vuln.planned')}
      </Status>
    );
  if (row.state === 'fixed')
    return (
      <Status ctx={ctx} level="done">
        {ctx.t('vuln.fixedState')}
      </Status>
    );
  if (row.verdict === 'review')
    return (
      <Status ctx={ctx} level="warning">
        {ctx.t('vuln.review')}
      </Status>
    );
  if (row.update === undefined) {
    return (
      <Status ctx={ctx} level={fixLevels[row.fixState]}>
        {ctx.t(`fix.${row.fixState}`)}
      </Status>
    );
  }
  const level = row.update.supply === 'arrived' ? 'ok' : row.update.supply === 'requested' ? 'running' : 'waiting';
  return (
    <Status ctx={ctx} level={level}>
      <To ctx={ctx} href={paths.update(row.update.id)}>
        {ctx.t(`supply.${row.update.supply}`)}
      </To>
    </Status>
  );
};

const inputDays = new Set(['exploitedSince', 'exploitedDue']);

const inputValue = (ctx: Ctx, { name, value }: FindingWhy['inputs'][number]): string =>
  inputDays.has(name) ? ctx.fmt.date(value) : ctx.tDynamic(`input.${name}.${value}`, {}, value);

/** Why an advisory matches, from which record, by which rule. */
export const WhyFacts = ({ ctx, row, why }: { ctx: Ctx; row: FindingRow; why: FindingWhy }) => {
  const range = why.ranges.find((one) => one.covers) ?? why.ranges[0];
  const reason =
    row.verdict === 'review' && range?.covers && range.lifeCycle !== undefined && range.fixed !== undefined
      ? ctx.t('vuln.why.lifeCycle', { version: row.version, fixed: range.fixed, lifeCycle: range.lifeCycle })
      : row.verdict === 'review'
        ? ctx.t('vuln.why.review')
        : why.exact
          ? ctx.t('vuln.why.exact', { version: row.version })
          : range?.fixed !== undefined
            ? ctx.t('vuln.why.below', { version: row.version, fixed: range.fixed })
            : range?.lastAffected !== undefined
              ? ctx.t('vuln.why.upTo', { version: row.version, last: range.lastAffected })
              : ctx.t('vuln.why.all', { version: row.version });
  return (
    <Facts
      four
      rows={[
        [ctx.t('vuln.why'), reason],
        [
          ctx.t('vuln.record'),
          <>
            <span translate="no">
              {why.source.name}, {row.advisory}
            </span>
            {why.source.newest === undefined ? null : (
              <>
                , <Time ctx={ctx} at={why.source.newest} form="date" />
              </>
            )}
          </>,
        ],
        [
          ctx.t('vuln.decided'),
          <>
            {ctx.tDynamic(`rule.${why.rule}`, {}, why.rule)}:{' '}
            {why.inputs
              .filter(({ name }) => name !== 'rule')
              .map((input, index) => (
                <>
                  {index === 0 ? null : ', '}
                  {ctx.tDynamic(`input.${input.name}`, {}, input.name)}{' '}
                  {input.strong ? <strong>{inputValue(ctx, input)}</strong> : inputValue(ctx, input)}
                </>
              ))}
          </>,
        ],
        [ctx.t('vuln.confidence'), ctx.t(`vuln.confidence.${why.confidence}`)],
      ]}
    />
  );
};

/** Columns of a list of findings; where rows can be opened in place, the last one does it. */
export const findingColumns = (ctx: Ctx, opened?: ListState): Column<FindingRow>[] => [
  {
    key: 'decision',
    label: ctx.t('vuln.decision'),
    fit: true,
    sort: true,
    rec: 'b',
    cell: (row) => <DecisionMark ctx={ctx} decision={row.decision} />,
  },
  {
    key: 'advisory',
    label: ctx.t('vuln.advisory'),
    sort: true,
    rec: 'a',
    cell: (row) => (
      <>
        <a class="name" href={paths.finding(row.id)} translate="no" title={row.aliases.join(', ')}>
          {row.advisory}
        </a>{' '}
        <Aged ctx={ctx} since={row.agedSince} />
      </>
    ),
  },
  {
    key: 'package',
    label: ctx.t('vuln.affects'),
    sort: true,
    rec: 'c',
    cell: (row) => (
      <span translate="no" title={row.summary}>
        {row.package} <span class="second">{row.version}</span>
      </span>
    ),
  },
  {
    key: 'severity',
    label: ctx.t('vuln.severity'),
    sort: true,
    cell: (row) => (
      <>
        {row.severity === 'critical' || row.severity === 'high' ? (
          <strong>{ctx.t(`severity.${row.severity}`)}</strong>
        ) : (
          <span class="second">{ctx.t(`severity.${row.severity}`)}</span>
        )}
        {row.exploited ? <strong>, {ctx.t('vuln.exploitedShort')}</strong> : null}
      </>
    ),
  },
  {
    key: 'devices',
    label: ctx.t('nav.devices'),
    num: true,
    sort: true,
    cell: (row) => <Count ctx={ctx} n={row.devices} href={paths.finding(row.id)} />,
  },
  {
    key: 'fixed',
    label: ctx.t('vuln.fixedIn'),
    cell: (row) => <span translate="no">{row.fixed ?? '–'}</span>,
  },
  { key: 'fix', label: ctx.t('vuln.fix'), fit: true, rec: 'd', cell: (row) => <FixMark ctx={ctx} row={row} /> },
  {
    key: 'since',
    label: ctx.t('vuln.since'),
    num: true,
    sort: true,
    optional: true,
    cell: (row) => <Time ctx={ctx} at={row.since} form="date" />,
  },
  ...(opened === undefined
    ? []
    : [
        {
          key: 'why',
          label: <span class="vh">{ctx.t('vuln.why')}</span>,
          fit: true,
          cell: (row: FindingRow) => (
            <a
              class="small"
              {...swap(listUrl(opened, { open: opened.open === row.id ? null : row.id, trail: opened.trail }))}
            >
              {opened.open === row.id ? ctx.t('common.close') : ctx.t('vuln.whyShort')}
              <span class="vh">. {ctx.t('vuln.whyOf', { advisory: row.advisory, package: row.package })}</span>
            </a>
          ),
        },
      ]),
];

/** What an open row says below itself. */
const OpenFinding = ({
  ctx,
  row,
  open,
}: { ctx: Ctx; row: FindingRow } & Required<Pick<VulnerabilitiesProps, 'open'>>) =>
  open === undefined ? null : (
    <div class="stack">
      <p>{row.summary}</p>
      <WhyFacts ctx={ctx} row={row} why={open.why} />
      <p>
        {ctx.t('nav.devices')}:{' '}
        {open.devices.map((device, index) => (
          <>
            {index === 0 ? null : ', '}
            <To ctx={ctx} href={paths.device(device.id)} translate="no">
              {device.name}
            </To>
          </>
        ))}
      </p>
    </div>
  );

const Matrix = ({ ctx, list, counts }: Pick<VulnerabilitiesProps, 'ctx' | 'list' | 'counts'>) => {
  const link = (decision: Decision, fix?: FixState) =>
    listUrl(list, {
      q: '',
      filters: [['decision', decision], ...(fix === undefined ? [] : ([['fix', fix]] as const))],
    });
  return (
    <DecisionMatrix
      ctx={ctx}
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
      section="vulnerabilities"
      sub={ctx.t('vuln.sub', { findings: counts.open, devices: counts.devices })}
      advisoriesMatter
      announce={foundText(ctx, page)}
      filter={filterWords(ctx, list, filters)}
      actions={
        <LinkButton ctx={ctx} href={listUrl(list, {}, paths.vulnerabilitiesCsv())} download>
          {ctx.t('common.exportCsv')}
        </LinkButton>
      }
    >
      {worst === undefined ? null : (
        <Notice
          ctx={ctx}
          level="warning"
          title={ctx.t('vuln.stale', { feed: worst.feed, n: Math.floor(worst.ageDays) })}
        >
          {ctx.t('vuln.staleWhy', { limit: worst.limitDays })}
        </Notice>
      )}
      <UnreadEcosystems ctx={ctx} unread={props.unread} />
      <Matrix ctx={ctx} list={list} counts={counts} />
      {props.controllers === undefined ? null : <ControllerMatrixPanel ctx={ctx} matrix={props.controllers} />}
      {props.notJudged === 0 ? null : (
        <p class="second">
          <To ctx={ctx} href={`${paths.devices()}?coverage=not-judged&coverage=partly`}>
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
      <ListPanel
        ctx={ctx}
        list={list}
        page={page}
        filters={filters}
        search={ctx.t('vuln.search')}
        tools={
          <nav class="seg" aria-label={ctx.t('vuln.workState')}>
            {(['open', 'planned', 'fixed'] as const).map((state) => (
              <a
                {...swap(
                  listUrl(list, { filters: [...list.filters.filter(([name]) => name !== 'state'), ['state', state]] }),
                )}
                aria-current={filterValues(list, 'state').includes(state) ? 'true' : undefined}
              >
                {ctx.t(`vuln.state.${state}`)}
              </a>
            ))}
          </nav>
        }
        order={ctx.t('vuln.order')}
        nameOf={(row) => row.advisory}
        table={{
          caption: ctx.t('nav.vulnerabilities'),
          columns: findingColumns(ctx, list),
          order: { key: 'decision' },
          open: (row) =>
            open === undefined || list.open !== row.id ? undefined : <OpenFinding ctx={ctx} row={row} open={open} />,
        }}
        empty={
          knowledge === null ? (
            <Empty
              title={ctx.t('vuln.noAdvisories')}
              action={
                <LinkButton ctx={ctx} href={paths.exchangeReceive()}>
                  {ctx.t('exchange.importBundle')}
                </LinkButton>
              }
            >
              {ctx.t('vuln.noAdvisoriesWhy')}
            </Empty>
          ) : (
            <Empty title={ctx.t(props.notJudged === 0 ? 'vuln.none' : 'vuln.noneJudged')}>
              {props.notJudged === 0 ? ctx.t('vuln.noneWhy') : ctx.t('vuln.notJudged', { n: props.notJudged })}
            </Empty>
          )
        }
      />
    </Page>
  );
};
