import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fileColumns } from '@sallyport/ui/components/list-columns.tsx';
import { Controllers, controllerColumns } from '@sallyport/ui/controllers/controllers.tsx';
import { currentCursor, type ListState } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Cell } from '../../platform/csv/write.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { inParts } from '../../platform/steps.ts';
import {
  askedFields,
  askedList,
  askedPage,
  askedWords,
  countedViews,
  type FieldWords,
} from '../../server/console/asked-list.ts';
import { bulkAct, nothingChosen, selectedRows } from '../../server/console/bulk.tsx';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { sendRows } from '../../server/console/list-file.ts';
import { listState, pageRows, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { ControllerModel } from './list-view.ts';
import { type ControllerSort, controllerDecisions, controllerSorts } from './types.ts';

const fileBatch = 20;

const sortOf = (list: ListState): ControllerSort => controllerSorts.find((sort) => sort === list.sort) ?? 'name';

/** The list of controllers, its file, and decisions about many of them. */
export const controllersPages = (deps: ConsoleDeps, model: ControllerModel): Pages => {
  const { controllers, controllerList } = deps;

  const ownFields = () => controllers.customFields();
  const named = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  /** What fields and their values are called. */
  const words = (scope: Scope): Readonly<Record<string, FieldWords>> => ({
    name: { label: 'common.controller' },
    vendor: { label: 'field.vendor', options: named(controllerList.choices('vendor', scope)) },
    family: { label: 'controllers.family', options: named(controllerList.choices('productFamily', scope)) },
    model: { label: 'field.model' },
    order: { label: 'field.orderNumber' },
    vulnerability: { label: 'common.vulnerability' },
    firmware: { label: 'controllers.read' },
    zone: {
      label: 'field.zone',
      options: [...model.zoneNames(scope)].map(([value, label]) => ({ value, label })),
    },
    role: {
      label: 'field.role',
      options: (controllers.table.field('controller', 'role')?.choices ?? []).map((value) => ({
        value,
        key: `collection.controller.choice.role.${value}`,
      })),
    },
    decision: { label: 'common.decision', choices: 'controllers.decision' },
    coverage: { label: 'coverage.title', choices: 'coverage' },
    drift: { label: 'controllers.filter.drift' },
    missingFirmware: { label: 'controllers.filter.missing' },
    proposals: { label: 'controllers.filter.proposals' },
    method: { label: 'controllers.filter.method', choices: 'controllers.method' },
    state: { label: 'common.record', choices: 'controllers.state' },
    firstSeen: { label: 'controllers.firstSeen' },
    lastSeen: { label: 'controllers.seen' },
    ...Object.fromEntries(
      ownFields().map(({ name, type }): [string, FieldWords] => [
        `custom.${name}`,
        { text: name, ...(type === 'yes-no' ? { options: named(['yes', 'no']) } : {}) },
      ]),
    ),
  });

  const idsOf = (list: ListState, scope: Scope): number[] =>
    controllerList.all({
      scope,
      filter: controllerList.language(scope).read(termsOf(list)),
      sort: sortOf(list),
      descending: list.descending,
    });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const ctx = viewContext(deps, c);
    const language = controllerList.language(scope);
    const asked = askedList(c, ctx, language, askedFields(language.vocabulary, words(scope)));
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const own = ownFields().map(({ name }) => name);
    const query = {
      scope,
      sort: sortOf(list),
      descending: list.descending,
      limit: pageRows,
      ...defined({ after: currentCursor(list) }),
    };
    const page = askedPage(asked, (filter) => {
      const { ids, ...found } = controllerList.page({ ...query, filter });
      return { ...found, rows: model.rows(ids, scope, own.length > 0) };
    });
    return c.html(
      <Controllers
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => controllerList.page({ ...query, limit: 1, filter }).total,
        )}
        list={list}
        page={page}
        ownFields={own}
        counts={controllerList.counts(scope)}
        filters={filtering}
        underWay={scope.site ? controllers.underWay() : []}
      />,
      asked.status,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'controllers:read');
    const language = controllerList.language(scope);
    const list = listState(c, language.parameters);
    const ctx = viewContext(deps, c, 'part');
    const fields = ownFields().map(({ name }) => name);
    const { head, cellsOf } = fileColumns(ctx, list, controllerColumns(fields));
    // The order and the number are those of this moment; what stands in the rows is read as they are sent.
    const ids = idsOf(list, scope);
    const read = function* (): Generator<Cell[]> {
      for (let at = 0; at < ids.length; at += fileBatch)
        for (const row of model.rows(ids.slice(at, at + fileBatch), scope, fields.length > 0)) yield cellsOf(row);
    };
    return sendRows(deps, c, ctx, {
      name: 'controllers',
      title: ctx.t('nav.controllers'),
      page: paths.controllers(),
      filter: askedWords(ctx, list, language, askedFields(language.vocabulary, words(scope))),
      head,
      rows: { count: ids.length, read },
    });
  };

  const bulk = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const scope = scopeFor(c, 'controllers:write');
    const form = c.get('form');
    const selected = selectedRows(c, deps.selections, {
      path: paths.controllers(),
      parameters: controllerList.language(scope).parameters,
      scope,
      all: (list) => controllers.listed(idsOf(list, scope), scope).map(({ publicId }) => publicId),
      some: (ids) => ids.filter((id) => controllers.find(id, scope) !== undefined),
      idOf: (id) => id,
    });
    const { picked } = selected;
    if (picked.length === 0) return nothingChosen(c, paths.controllers());
    const decision = controllerDecisions.find((name) => name === form.text('action'));
    if (decision === undefined) throw new AppError('MALFORMED', 'there is no such action');
    return bulkAct(c, viewContext(deps, c), {
      selected,
      name: `controllers.${decision}`,
      list: paths.controllers(),
      action: paths.controllersBulk(),
      fields: [['action', decision]],
      items: (some) =>
        some.map((id) => ({ id, name: controllers.label(controllers.get(id, scope).id), href: paths.controller(id) })),
      typesNumber: true,
      asks: { comment: true },
      run: async () => {
        const comment = enteredLine(form.text('comment'), 'comment');
        let n = 0;
        await inParts(picked, (part) => {
          n += controllers.decide(actor, part, decision, comment);
        });
        return { toast: { message: { key: 'toast.controllers.decided', params: { n } } } };
      },
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllers.pattern, showList)
    .get(paths.controllersCsv.pattern, sendList)
    .post(paths.controllersBulk.pattern, bulk);
};
