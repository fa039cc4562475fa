import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Ctx } from '@sallyport/ui/context';
import {
  ControllerFinding,
  type ShownControllerFinding,
} from '@sallyport/ui/controller-findings/controller-finding.tsx';
import { ControllerFindings } from '@sallyport/ui/controller-findings/controller-findings.tsx';
import { ControllerGroups } from '@sallyport/ui/controller-findings/controller-groups.tsx';
import type { GivenAct } from '@sallyport/ui/controller-findings/finding-acts.tsx';
import { currentCursor, type ListState, listUrl } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { invalid } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import {
  askedFields,
  askedList,
  askedPage,
  askedWords,
  countedViews,
  type FieldWords,
} from '../../server/console/asked-list.ts';
import { goWith, setToast } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, type FileColumns, inColumns, mostRows, sendRows } from '../../server/console/list-file.ts';
import { listState, pageRows, param, placeIn, termsOf } from '../../server/console/lists.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { enterMeasure, findingActs } from './finding-acts.ts';
import { type ControllerFinding as FindingEntry, type FindingWhy, type GroupBy, JUSTIFICATIONS } from './types.ts';
import { findingView, knowledgeEnds } from './view.ts';

const sorts = ['decision', 'vulnerability', 'product', 'controllers', 'severity', 'since', 'exploitation'] as const;
/** Controllers that the page of a finding names, and the panel. */
const shownControllers = { page: 200, panel: 50 } as const;

const words: Readonly<Record<string, FieldWords>> = {
  decision: { label: 'common.decision', choices: 'decision' },
  verdict: { label: 'cfind.verdict', choices: 'cfind.verdict' },
  severity: { label: 'vuln.severity', choices: 'severity' },
  exploitation: { label: 'cfind.exploitation', choices: 'cfind.input.exploitation' },
  held: { label: 'cfind.held', choices: 'cfind.held' },
  fixState: { label: 'cfind.fix', choices: 'cfind.fix' },
  vendor: { label: 'field.vendor' },
  family: { label: 'cfind.family' },
  product: { label: 'field.product' },
  vulnerability: { label: 'common.vulnerability' },
  since: { label: 'common.openSince' },
};

const fileColumns: FileColumns<FindingEntry> = [
  ['common.decision', (row, ctx) => ctx.tDynamic(`decision.${row.decision}`)],
  ['cfind.verdict', (row, ctx) => ctx.tDynamic(`cfind.verdict.${row.verdict}`)],
  ['common.vulnerability', (row) => row.vulnerability],
  ['vuln.severity', (row, ctx) => ctx.tDynamic(`severity.${row.severity}`)],
  ['cfind.exploitation', (row, ctx) => ctx.tDynamic(`cfind.input.exploitation.${row.exploitation}`)],
  ['cfind.exploitedDay', (row) => row.exploitedSince],
  ['field.vendor', (row) => row.vendor],
  ['cfind.family', (row) => row.family],
  ['field.product', (row) => row.product],
  ['field.firmware', (row) => row.firmware],
  ['cfind.fix', (row, ctx) => ctx.tDynamic(`cfind.fix.${row.fixState}`)],
  ['common.fixedIn', (row) => row.fixedVersion],
  ['common.advisory', (row) => row.advisory],
  ['cfind.level', (row, ctx) => ctx.tDynamic(`cfind.level.${row.level}`)],
  ['cfind.leafText', (row) => row.versionText],
  ['nav.controllers', (row) => row.controllers],
  ['cfind.held', (row) => row.heldBy.map(({ name }) => name).join('; ')],
  ['common.openSince', (row) => new Date(row.since)],
];

const strongInputs: ReadonlySet<string> = new Set([
  'exploitation.active',
  'automatable.yes',
  'impact.total',
  'exposure.direct',
  'criticality.high',
  'safety.yes',
]);

const inputsOf = ({ threat, contexts }: FindingWhy): ShownControllerFinding['inputs'] => {
  const rows = [...Object.entries(threat), ...contexts.flatMap((context) => Object.entries(context))];
  const seen = new Set<string>();
  return rows.flatMap(([name, value]) => {
    const key = `${name}.${value}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ name, value, strong: strongInputs.has(key) }];
  });
};

const identityFields = [
  ['vendor', 'field.vendor'],
  ['orderNumber', 'collection.controller.field.orderNumber'],
  ['cipTuple', 'collection.controller.field.cipTuple'],
  ['model', 'collection.controller.field.model'],
  ['productFamily', 'cfind.family'],
  ['hwVersion', 'collection.controller.field.hwVersion'],
] as const;

/** What advisories say of controllers: the list, why each finding is one, families and vendors. */
export const controllerFindingPages = (deps: ConsoleDeps): Pages => {
  const { controllerFindings, controllers } = deps;

  const fieldsIn = (scope: Scope) =>
    askedFields(controllerFindings.language(scope).vocabulary, {
      ...words,
      controller: {
        label: 'nav.controllers',
        valueName: (id) => {
          const found = controllers.find(id, scope);
          return found === undefined ? id : controllers.label(found.id);
        },
      },
    });
  const orderIn = (list: ListState) => ({
    descending: list.descending,
    ...defined({ sort: sorts.find((name) => name === list.sort) }),
  });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const ctx = viewContext(deps, c);
    const language = controllerFindings.language(scope);
    const asked = askedList(c, ctx, language, fieldsIn(scope));
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const query = { scope, ...orderIn(list), limit: pageRows, after: currentCursor(list) };
    const found = askedPage(asked, (filter) => controllerFindings.list({ ...query, filter }));
    // The row may have been closed by a reading since the page was made: then it is shut.
    const why =
      list.open === undefined
        ? undefined
        : found.rows.some(({ id }) => id === list.open)
          ? controllerFindings.why(list.open, scope)
          : undefined;
    return c.html(
      <ControllerFindings
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => controllerFindings.list({ ...query, limit: 1, filter }).total,
          {
            name: 'decision.act',
            query: 'decision=act',
            count: Object.values(controllerFindings.tallies(scope).matrix.act).reduce((sum, n) => sum + n, 0),
          },
        )}
        list={list}
        page={{ ...found, rows: found.rows.map(findingView) }}
        filters={filtering}
        counts={controllerFindings.counts(scope)}
        waiting={controllerFindings.waiting(scope)}
        notJudged={deps.controllerList.counts(scope).notJudged}
        ends={knowledgeEnds(deps)}
        open={
          why === undefined
            ? undefined
            : {
                shown: shownOf(c, ctx, why, {
                  most: shownControllers.panel,
                  back: listUrl(list, { open: why.finding.id, trail: list.trail }),
                }),
                place: placeIn(ctx, list, found.rows, why.finding.id),
              }
        }
      />,
      asked.status,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const language = controllerFindings.language(scope);
    const ctx = viewContext(deps, c, 'part');
    const { head, cellsOf } = inColumns(ctx, fileColumns);
    const list = listState(c, language.parameters);
    const filter = language.read(termsOf(list));
    const found = controllerFindings.list({ scope, ...orderIn(list), filter, limit: mostRows(c) });
    const { notJudged } = deps.controllerList.counts(scope);
    const notes = [
      ...(controllerFindings.feeds().length > 0
        ? []
        : [`${ctx.t('cfind.noKnowledge')}. ${ctx.t('cfind.noKnowledgeWhy')}`]),
      ...(notJudged === 0 ? [] : [`${ctx.t('coverage.not-judged')}: ${ctx.t('cfind.notJudged', { n: notJudged })}`]),
    ];
    return sendRows(deps, c, ctx, {
      name: 'controller-vulnerabilities',
      title: ctx.t('cfind.title'),
      page: paths.controllerFindings(),
      filter: askedWords(ctx, list, language, fieldsIn(scope)),
      head,
      rows: { ...eachOf(found.rows, cellsOf), count: found.total },
      notes,
    });
  };

  const shownOf = (
    c: Context<ConsoleEnv>,
    ctx: Ctx,
    why: FindingWhy,
    { most, back, given }: { most: number; back: string; given?: GivenAct | undefined },
  ): ShownControllerFinding => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    return {
      finding: {
        ...findingView(why.finding),
        matched: why.finding.matched,
        confidence: why.finding.confidence,
        isReopened: why.finding.former !== '' && why.finding.answer === '',
      },
      identity: identityFields.flatMap(([field, key]) => {
        const value = why.identity[field];
        return value === undefined ? [] : [{ label: ctx.tDynamic(key), value }];
      }),
      inputs: inputsOf(why),
      exploited:
        why.known?.exploitedSince == null
          ? null
          : { since: why.known.exploitedSince, due: why.known.exploitedDue, ransomware: why.known.ransomware === 1 },
      controllers: why.parts.slice(0, most).map(({ controller, part_key, since }) => ({
        controller: { id: controllers.byId(controller, scope)?.publicId ?? '', name: controllers.label(controller) },
        part: part_key,
        since,
      })),
      answer: why.answer ?? null,
      acts: findingActs(deps, signedIn(c).actor, why.finding, { back, given }),
    };
  };

  const showFinding = (c: Context<ConsoleEnv>, given?: GivenAct): Response | Promise<Response> => {
    const ctx = viewContext(deps, c);
    const why = controllerFindings.why(param(c, 'id'), scopeFor(c, 'vulnerabilities:read'));
    const asked = c.get('form').text('back');
    const back = isLocalPath(asked) ? asked : paths.controllerFinding(why.finding.id);
    return c.html(
      <ControllerFinding
        ctx={ctx}
        shown={shownOf(c, ctx, why, { most: shownControllers.page, back, given })}
        documents={why.documents}
      />,
      given === undefined ? 200 : 422,
    );
  };

  /** Runs what a form asks for; what is wrong with its fields stands beside them, with what was typed. */
  const act = (c: Context<ConsoleEnv>, name: GivenAct['act'], work: () => string): Response | Promise<Response> => {
    const form = c.get('form');
    try {
      const key = work();
      setToast(c, { message: { key } });
      const back = form.text('back');
      return c.redirect(isLocalPath(back) ? back : paths.controllerFinding(param(c, 'id')), 303);
    } catch (error) {
      const values = Object.fromEntries(form.entries().map(([field, value]) => [field, value.slice(0, 4_000)]));
      return showFinding(c, { act: name, values, errors: faultsOf(error) });
    }
  };

  const hold = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const scope = scopeFor(c, 'vulnerabilities:read');
    const { finding, parts } = controllerFindings.why(param(c, 'id'), scope);
    const name = c.get('form').text('action') === 'accept' ? 'accept' : 'compensate';
    return act(c, name, () => {
      const ids = [...new Set(parts.map(({ controller }) => controller))];
      enterMeasure(
        deps,
        actor,
        { finding, controllers: ids.flatMap((id) => controllers.byId(id, scope)?.publicId ?? []) },
        name,
        c.get('form'),
      );
      return name === 'accept' ? 'cfind.act.accepted' : 'cfind.act.compensated';
    });
  };

  const dispute = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'vulnerabilities:write');
    const form = c.get('form');
    const [reason, evidence] = [form.text('reason').trim(), form.text('evidence').trim()];
    const justification = JUSTIFICATIONS.find((name) => name === form.text('justification'));
    return act(c, 'not-affected', () => {
      if (justification === undefined || reason === '')
        throw invalid({
          ...(justification === undefined ? { justification: { key: 'validation.choice' } } : {}),
          ...(reason === '' ? { reason: { key: 'validation.required' } } : {}),
        });
      controllerFindings.dispute(actor, param(c, 'id'), { justification, reason, evidence });
      return 'cfind.toast';
    });
  };

  const retract = (c: Context<ConsoleEnv>): Response => {
    controllerFindings.retract(actorFor(c, 'vulnerabilities:write'), param(c, 'id'));
    return goWith(c, paths.controllerFinding(param(c, 'id')), { message: { key: 'cfind.toastRetracted' } });
  };

  const showGroups =
    (by: GroupBy) =>
    (c: Context<ConsoleEnv>): Response | Promise<Response> => {
      const rows = controllerFindings.groups(by, scopeFor(c, 'vulnerabilities:read'));
      return c.html(<ControllerGroups ctx={viewContext(deps, c)} by={by} rows={rows} />);
    };

  return new Hono<ConsoleEnv>()
    .get(paths.controllerFindings.pattern, showList)
    .get(paths.controllerFindingsCsv.pattern, sendList)
    .get(paths.controllerFinding.pattern, (c) => showFinding(c))
    .post(paths.controllerFindingHold.pattern, hold)
    .post(paths.controllerFindingDispute.pattern, dispute)
    .post(paths.controllerFindingRetract.pattern, retract)
    .get(paths.controllerFamilies.pattern, showGroups('family'))
    .get(paths.controllerVendors.pattern, showGroups('vendor'));
};
