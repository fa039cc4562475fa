import { defined } from '@sallyport/bundle-tools/platform/defined';
import { EDITIONS } from '@sallyport/bundle-tools/versions/edition';
import { currentCursor, type ListState, listUrl } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import { Finding, type FindingTarget, type ShownFinding } from '@sallyport/ui/vulnerabilities/finding.tsx';
import type { FindingWhy as WhyView } from '@sallyport/ui/vulnerabilities/finding-facts.tsx';
import { FindingGroups } from '@sallyport/ui/vulnerabilities/finding-groups.tsx';
import { Vulnerabilities } from '@sallyport/ui/vulnerabilities/vulnerabilities.tsx';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, askedWords, countedViews } from '../../server/console/asked-list.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, type FileColumns, inColumns, mostRows, sendRows } from '../../server/console/list-file.ts';
import { listState, pageRows, param, placeIn, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { knowledgeEnds } from '../controller-findings/view.ts';
import type { DeviceModel } from '../devices/view.ts';
import { assignable } from '../worklist/view.ts';
import { findingAct } from './finding-act.ts';
import { findingGroups, groupLanguage, groupSorts } from './finding-groups.ts';
import { type Finding as FindingEntry, type FindingWhy, WORK_STATES } from './types.ts';

const sorts = ['decision', 'severity', 'package', 'advisory', 'devices', 'since'] as const;
/** Devices that the page of a finding names, and the panel. */
const shownDevices = { page: 200, panel: 50 } as const;

const fileColumns: FileColumns<FindingEntry> = [
  ['common.decision', (row, ctx) => ctx.tDynamic(`decision.${row.decision}`)],
  ['common.advisory', (row) => row.advisory],
  ['csv.aliases', (row) => row.aliases],
  ['vuln.severity', (row, ctx) => ctx.tDynamic(`severity.${row.severity}`)],
  ['vuln.exploited', (row, ctx) => ctx.t(row.exploited ? 'common.yes' : 'common.no')],
  ['csv.package', (row) => row.package],
  ['updates.version', (row) => row.version],
  ['common.fixedIn', (row) => row.fixed],
  ['vuln.edition', (row) => row.edition],
  ['nav.devices', (row) => row.devices],
  ['vuln.workState', (row, ctx) => ctx.tDynamic(`vuln.state.${row.state}`)],
  ['common.openSince', (row) => new Date(row.since)],
  ['common.source', (row) => row.feed],
  ['csv.summary', (row) => row.summary],
];

/** In which order a list's address asks for its rows. */
const orderIn = (list: ListState) => ({
  descending: list.descending,
  ...defined({ sort: sorts.find((name) => name === list.sort) }),
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strong = (name: string, value: unknown): boolean =>
  (name === 'severity' && (value === 'critical' || value === 'high')) ||
  (name === 'exploitation' && value === 'active') ||
  name === 'exploitedSince' ||
  value === true;

const inputsOf = (inputs: unknown): WhyView['inputs'] =>
  isRecord(inputs)
    ? Object.entries(inputs)
        .filter(([, value]) => value !== null && typeof value !== 'object')
        .map(([name, value]) => ({ name, value: String(value), strong: strong(name, value) }))
    : [];

/** Without its version. */
const ruleOf = (inputs: unknown): string => String(isRecord(inputs) ? inputs['rule'] : '').split('/')[0] ?? '';

const whyView = (why: FindingWhy): WhyView => ({
  ranges: [
    ...why.ranges.map((range) => ({
      ...defined({ fixed: range.fixed, lifeCycle: range.qualifier?.channel }),
      covers: range.covers,
    })),
    ...why.review.map((range) => ({
      ...(range.introduced === '' ? {} : { introduced: range.introduced }),
      ...(range.fixed === '' ? {} : { fixed: range.fixed }),
      ...(range.lastAffected === '' ? {} : { lastAffected: range.lastAffected }),
      covers: false,
    })),
  ],
  exact: why.exact,
  source: why.source,
  rule: ruleOf(why.inputs),
  inputs: inputsOf(why.inputs),
  confidence: why.confidence,
});

const referencesIn = (document: unknown): string[] => {
  const found = isRecord(document) ? document['references'] : undefined;
  if (!Array.isArray(found)) return [];
  return found
    .map((entry: unknown) => (isRecord(entry) ? entry['url'] : entry))
    .filter((entry): entry is string => typeof entry === 'string')
    .slice(0, 50);
};

/** Findings: the matrix, the list, and why each one is one. */
export const vulnerabilityPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { vulnerabilities } = deps;
  const { language } = vulnerabilities;

  const fieldsOf = () =>
    askedFields(language.vocabulary, {
      decision: { label: 'common.decision', choices: 'decision' },
      severity: { label: 'vuln.severity', choices: 'severity' },
      feed: {
        label: 'common.source',
        options: deps.exchange.knowledge().map(({ feed }) => ({ value: feed, label: feed })),
      },
      advisory: { label: 'common.advisory' },
      verdict: { label: 'common.comparison', choices: 'verdict' },
      fix: { label: 'vuln.fix', choices: 'fix' },
      state: {
        label: 'vuln.workState',
        options: WORK_STATES.map((value) => ({ value, key: `vuln.state.${value}` })),
      },
      package: { label: 'csv.package' },
      source: { label: 'vuln.source' },
      edition: { label: 'vuln.edition', options: EDITIONS.map((name) => ({ value: name, label: name })) },
    });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const ctx = viewContext(deps, c);
    const knowledge = deps.exchange.knowledge();
    const fields = fieldsOf();
    const asked = askedList(c, ctx, language, fields);
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const query = { scope, ...orderIn(list), limit: pageRows, after: currentCursor(list) };
    const found = askedPage(asked, (filter) => vulnerabilities.list({ ...query, filter }));
    const counts = vulnerabilities.tallies(scope);
    const covered = deps.deviceList.coverageCounts(scope);
    const controllers = deps.controllerFindings.tallies(scope);
    const why = list.open === undefined ? undefined : findWhy(list.open, scope);
    const ages = knowledge.map(({ ageDays }) => ageDays).filter((days) => days !== undefined);
    return c.html(
      <Vulnerabilities
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => vulnerabilities.list({ ...query, limit: 1, filter }).total,
          {
            name: 'decision.act',
            query: 'decision=act',
            count: Object.values(counts.matrix.act).reduce((sum, n) => sum + n, 0),
          },
        )}
        list={list}
        page={found}
        filters={filtering}
        unread={vulnerabilities.unreadEcosystems()}
        notJudged={covered['not-judged'] + covered.partly}
        counts={{
          open: counts.open,
          devices: deps.deviceList.withFindings(scope),
          review: counts.review,
          matrix: counts.matrix,
        }}
        controllers={
          controllers.affected + controllers.review + controllers.held === 0 ? undefined : controllers.matrix
        }
        open={
          why === undefined
            ? undefined
            : {
                shown: shownOf(c, why, {
                  most: shownDevices.panel,
                  back: listUrl(list, { open: why.finding.id, trail: list.trail }),
                }),
                place: placeIn(ctx, list, found.rows, why.finding.id),
              }
        }
        knowledge={
          knowledge.length === 0
            ? null
            : {
                ageDays: Math.max(0, ...ages),
                stale: knowledge
                  .filter(({ stale }) => stale)
                  .map(({ feed, ageDays, limitDays }) => ({ feed, ageDays: ageDays ?? 0, limitDays })),
              }
        }
      />,
      asked.status,
    );
  };

  // The row may have been closed by an inventory since the page was made: then it is shut.
  const findWhy = (id: string, scope: Scope): FindingWhy | undefined => {
    try {
      return vulnerabilities.why(id, scope);
    } catch (error) {
      if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'MALFORMED')) return undefined;
      throw error;
    }
  };

  const shownOf = (
    c: Context<ConsoleEnv>,
    why: FindingWhy,
    { most, back }: { most: number; back: string },
  ): ShownFinding => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const { decision, fixState, state } = why.finding;
    const isWork = (decision === 'act' || decision === 'attend') && state !== 'fixed';
    const { act, items } = findingAct(deps.updates, why.finding, scope);
    const taking =
      act.does === 'plan' ? new Set(items.flatMap((item) => deps.updates.needing(item, scope))) : undefined;
    const shown = why.devices.slice(0, most);
    const named = model.references(shown.map(({ device }) => device));
    const outOf = (device: number): FindingTarget['out'] =>
      taking === undefined
        ? undefined
        : deps.devices.find(device)?.state !== 'managed'
          ? 'not-managed'
          : taking.has(device)
            ? undefined
            : 'not-needed';
    return {
      finding: why.finding,
      why: whyView(why),
      act,
      work: isWork
        ? { ...assignable(deps.objects, signedIn(c).actor, `finding-${decision}.${fixState}`), back }
        : undefined,
      targets: shown.map(({ device, firstSeen }) => ({
        device: named.get(device) ?? { id: String(device), name: `#${device}` },
        firstSeen,
        out: outOf(device),
      })),
    };
  };

  const showFinding = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const why = vulnerabilities.why(param(c, 'id'), scope);
    return c.html(
      <Finding
        ctx={viewContext(deps, c)}
        shown={shownOf(c, why, { most: shownDevices.page, back: paths.finding(why.finding.id) })}
        references={referencesIn(why.document)}
      />,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const list = listState(c, language.parameters);
    const ctx = viewContext(deps, c, 'part');
    const { head, cellsOf } = inColumns(ctx, fileColumns);
    const found = vulnerabilities.list({
      scope,
      ...orderIn(list),
      filter: language.read(termsOf(list)),
      limit: mostRows(c),
    });
    const covered = deps.deviceList.coverageCounts(scope);
    const n = covered['not-judged'] + covered.partly;
    const notes = n === 0 ? [] : [ctx.t('vuln.notJudged', { n })];
    return sendRows(deps, c, ctx, {
      name: 'vulnerabilities',
      title: ctx.t('nav.vulnerabilities'),
      page: paths.vulnerabilities(),
      filter: askedWords(ctx, list, language, fieldsOf()),
      head,
      rows: { ...eachOf(found.rows, cellsOf), count: found.total },
      notes,
    });
  };

  const groupFields = askedFields(groupLanguage.vocabulary, {
    by: { label: 'vuln.group.by', choices: 'vuln.group.by' },
    decision: { label: 'common.decision', choices: 'decision' },
    severity: { label: 'vuln.severity', choices: 'severity' },
    name: { label: 'common.what' },
    count: { label: 'vuln.group.count' },
  });

  const showGroups = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const ctx = viewContext(deps, c);
    const asked = askedList(c, ctx, groupLanguage, groupFields);
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const { descending } = list;
    const sort = groupSorts.find((name) => name === list.sort);
    const query = { descending, ...defined({ sort }), limit: pageRows, after: currentCursor(list) };
    const groups = findingGroups(deps, scope);
    const found = askedPage(asked, (filter) => groups({ ...query, filter }));
    const hasControllerAdvisories = knowledgeEnds(deps).length > 0;
    const covered = deps.deviceList.coverageCounts(scope);
    const zoneName = (zone: string): string => String(deps.objects.find('controller-zone', zone)?.body['name'] ?? zone);
    return c.html(
      <FindingGroups
        ctx={countedViews(ctx, list, groupLanguage, (filter) => groups({ limit: 1, filter }).total)}
        list={list}
        page={{
          ...found,
          rows: found.rows.map((row) => (row.by === 'zone' && row.of !== '' ? { ...row, of: zoneName(row.of) } : row)),
        }}
        filters={filtering}
        hasAdvisories={hasControllerAdvisories || deps.exchange.knowledge().length > 0}
        hasControllerAdvisories={hasControllerAdvisories}
        notJudged={covered['not-judged'] + covered.partly}
      />,
      asked.status,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.vulnerabilities.pattern, showList)
    .get(paths.vulnerabilitiesCsv.pattern, sendList)
    .get(paths.findingGroups.pattern, showGroups)
    .get(paths.finding.pattern, showFinding);
};
