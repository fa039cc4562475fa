import { defined } from '@sallyport/bundle-tools/platform/defined';
import {
  ControllerFinding,
  type ControllerFindingProps,
} from '@sallyport/ui/controller-findings/controller-finding.tsx';
import { ControllerFindings } from '@sallyport/ui/controller-findings/controller-findings.tsx';
import { ControllerGroups } from '@sallyport/ui/controller-findings/controller-groups.tsx';
import { currentCursor, type ListState } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Scope } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, countedViews, type FieldWords } from '../../server/console/asked-list.ts';
import { setToast } from '../../server/console/cookies.ts';
import { eachOf, type FileColumns, inColumns, maxCsvRows, sendCsv } from '../../server/console/csv-response.ts';
import { actorFor, scopeFor } from '../../server/console/guard.ts';
import { listState, pageRows, param, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { type ControllerFinding as FindingEntry, type FindingWhy, type GroupBy, JUSTIFICATIONS } from './types.ts';
import { findingView, knowledgeEnds } from './view.ts';

const sorts = ['decision', 'vulnerability', 'product', 'controllers', 'severity', 'since', 'exploitation'] as const;
const shownControllers = 200;

const words: Readonly<Record<string, FieldWords>> = {
  decision: { label: 'vuln.decision', choices: 'decision' },
  verdict: { label: 'cfind.verdict', choices: 'cfind.verdict' },
  severity: { label: 'vuln.severity', choices: 'severity' },
  exploitation: { label: 'cfind.exploitation', choices: 'cfind.input.exploitation' },
  held: { label: 'cfind.held', choices: 'cfind.held' },
  fixState: { label: 'cfind.fix', choices: 'cfind.fix' },
  vendor: { label: 'cfind.vendor' },
  family: { label: 'cfind.family' },
  product: { label: 'cfind.product' },
  vulnerability: { label: 'cfind.vulnerability' },
  since: { label: 'cfind.since' },
};

const fileColumns: FileColumns<FindingEntry> = [
  ['vuln.decision', (row, ctx) => ctx.tDynamic(`decision.${row.decision}`)],
  ['cfind.verdict', (row, ctx) => ctx.tDynamic(`cfind.verdict.${row.verdict}`)],
  ['cfind.vulnerability', (row) => row.vulnerability],
  ['vuln.severity', (row, ctx) => ctx.tDynamic(`severity.${row.severity}`)],
  ['cfind.exploitation', (row, ctx) => ctx.tDynamic(`cfind.input.exploitation.${row.exploitation}`)],
  ['cfind.exploitedDay', (row) => row.exploitedSince],
  ['cfind.vendor', (row) => row.vendor],
  ['cfind.family', (row) => row.family],
  ['cfind.product', (row) => row.product],
  ['cfind.version', (row) => row.firmware],
  ['cfind.fix', (row, ctx) => ctx.tDynamic(`cfind.fix.${row.fixState}`)],
  ['cfind.fixedIn', (row) => row.fixedVersion],
  ['cfind.advisory', (row) => row.advisory],
  ['cfind.level', (row, ctx) => ctx.tDynamic(`cfind.level.${row.level}`)],
  ['cfind.leafText', (row) => row.versionText],
  ['nav.controllers', (row) => row.controllers],
  ['cfind.held', (row) => row.heldBy.map(({ name }) => name).join('; ')],
  ['cfind.since', (row) => row.since],
];

const strongInputs: ReadonlySet<string> = new Set([
  'exploitation.active',
  'automatable.yes',
  'impact.total',
  'exposure.direct',
  'criticality.high',
  'safety.yes',
]);

const inputsOf = ({ threat, contexts }: FindingWhy): ControllerFindingProps['inputs'] => {
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
  ['vendor', 'cfind.vendor'],
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
    return c.html(
      <ControllerFindings
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => controllerFindings.list({ ...query, limit: 1, filter }).total,
        )}
        list={list}
        page={{ rows: found.rows.map(findingView), total: found.total, exact: true, next: found.next }}
        filters={filtering}
        counts={controllerFindings.counts(scope)}
        waiting={controllerFindings.waiting(scope)}
        ends={knowledgeEnds(deps)}
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
    const found = controllerFindings.list({ scope, ...orderIn(list), filter, limit: maxCsvRows });
    const notes =
      controllerFindings.feeds().length > 0 ? [] : [`${ctx.t('cfind.noKnowledge')}. ${ctx.t('cfind.noKnowledgeWhy')}`];
    return sendCsv(deps, c, { name: 'controller-vulnerabilities', head, rows: eachOf(found.rows, cellsOf), notes });
  };

  const showFinding = (
    c: Context<ConsoleEnv>,
    given: ControllerFindingProps['given'] = {},
  ): Response | Promise<Response> => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    const ctx = viewContext(deps, c);
    const why = controllerFindings.why(param(c, 'id'), scope);
    const shown = why.parts.slice(0, shownControllers);
    return c.html(
      <ControllerFinding
        ctx={ctx}
        finding={{
          ...findingView(why.finding),
          matched: why.finding.matched,
          confidence: why.finding.confidence,
          isReopened: why.finding.former !== '' && why.finding.answer === '',
        }}
        identity={identityFields.flatMap(([field, key]) => {
          const value = why.identity[field];
          return value === undefined ? [] : [{ label: ctx.tDynamic(key), value }];
        })}
        documents={why.documents}
        inputs={inputsOf(why)}
        exploited={
          why.known?.exploitedSince == null
            ? null
            : {
                since: why.known.exploitedSince,
                due: why.known.exploitedDue,
                ransomware: why.known.ransomware === 1,
              }
        }
        controllers={shown.map(({ controller, part_key, since }) => ({
          controller: { id: controllers.byId(controller, scope)?.publicId ?? '', name: controllers.label(controller) },
          part: part_key,
          since,
        }))}
        more={why.parts.length > shown.length}
        answer={why.answer ?? null}
        justifications={JUSTIFICATIONS}
        given={given}
      />,
      given.errors === undefined ? 200 : 422,
    );
  };

  const dispute = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'vulnerabilities:write');
    const form = c.get('form');
    const [reason, evidence] = [form.text('reason').trim(), form.text('evidence').trim()];
    const justification = JUSTIFICATIONS.find((name) => name === form.text('justification'));
    if (justification === undefined || reason === '')
      return showFinding(c, {
        justification,
        reason,
        evidence,
        errors: {
          ...(justification === undefined ? { justification: { key: 'validation.choice' } } : {}),
          ...(reason === '' ? { reason: { key: 'validation.required' } } : {}),
        },
      });
    controllerFindings.dispute(actor, param(c, 'id'), { justification, reason, evidence });
    setToast(c, { message: { key: 'cfind.toast' } });
    return c.redirect(paths.controllerFinding(param(c, 'id')), 303);
  };

  const retract = (c: Context<ConsoleEnv>): Response => {
    controllerFindings.retract(actorFor(c, 'vulnerabilities:write'), param(c, 'id'));
    setToast(c, { message: { key: 'cfind.toastRetracted' } });
    return c.redirect(paths.controllerFinding(param(c, 'id')), 303);
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
    .post(paths.controllerFindingDispute.pattern, dispute)
    .post(paths.controllerFindingRetract.pattern, retract)
    .get(paths.controllerFamilies.pattern, showGroups('family'))
    .get(paths.controllerVendors.pattern, showGroups('vendor'));
};
