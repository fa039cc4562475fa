import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fileColumns } from '@sallyport/ui/components/list-columns.tsx';
import { Controllers, controllerColumns } from '@sallyport/ui/controllers/controllers.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { currentCursor, type ListState, listParams } from '@sallyport/ui/list';
import type { FilterField, Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError } from '../../platform/errors.ts';
import { inParts } from '../../platform/steps.ts';
import { setToast } from '../../server/console/cookies.ts';
import { maxCsvRows, sendCsv } from '../../server/console/csv-response.ts';
import { actorFor } from '../../server/console/guard.ts';
import { askedBy, choiceOf, filterFields } from '../../server/console/list-filters.ts';
import { chosen, formListState, listState, pageRows } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { ControllerModel } from './list-view.ts';
import { type ControllerDecision, type ControllerFilter, type ControllerSort, controllerSorts } from './types.ts';

const decisions = ['authorised', 'unauthorised', 'archived'] as const;
const states = ['live', 'replaced'] as const;
const methods = ['query', 'passive', 'inferred', 'project', 'nameplate', 'csv', 'manual'] as const;
const typedNumberFrom = 50;
/** Of columns and filters that are fields of the site. */
const ownPrefix = 'custom.';
const csvBatch = 20;

const yesNo = (label: string) =>
  choiceOf(label, (value) => (value === '1' ? 'controllers.yes' : 'controllers.no'), ['1', '0']);

const declared = {
  vendor: { label: 'controllers.vendor' },
  family: { label: 'controllers.family' },
  zone: { label: 'controllers.zone' },
  role: { label: 'controllers.role' },
  decision: choiceOf('controllers.filter.decision', (value) => `controllers.decision.${value}`, decisions),
  drift: yesNo('controllers.filter.drift'),
  missing: yesNo('controllers.filter.missing'),
  proposals: yesNo('controllers.filter.proposals'),
  method: choiceOf('controllers.filter.method', (value) => `controllers.method.${value}`, methods),
  state: choiceOf('controllers.filter.state', (value) => `controllers.state.${value}`, states),
  model: { label: 'controllers.model' },
  cve: {},
};

const sortOf = (list: ListState): ControllerSort => controllerSorts.find((sort) => sort === list.sort) ?? 'name';

const flagOf = ([value]: readonly ('1' | '0')[]): boolean | undefined =>
  value === undefined ? undefined : value === '1';

/** What the list's address asks for. */
const controllerFilter = (list: ListState): ControllerFilter => {
  const { drift, missing, proposals, ...asked } = askedBy(declared, list);
  return {
    ...asked,
    search: list.q,
    ...defined({ drift: flagOf(drift), missingFirmware: flagOf(missing), proposals: flagOf(proposals) }),
  };
};

/** The list of controllers, its file, and decisions about many of them. */
export const controllersPages = (deps: ConsoleDeps, model: ControllerModel): Pages => {
  const { controllers, controllerList } = deps;

  const ownFields = () => controllers.customFields();
  const filterNames = (): string[] => [
    ...Object.keys(declared),
    ...ownFields().map(({ name }) => `${ownPrefix}${name}`),
  ];
  /** With the fields of the site, which are in the records' objects. */
  const filterOf = (list: ListState): ControllerFilter => {
    const wanted = new Map(
      list.filters.flatMap(([name, value]) =>
        name.startsWith(ownPrefix) ? [[name.slice(ownPrefix.length), value]] : [],
      ),
    );
    const filter = controllerFilter(list);
    return wanted.size === 0 ? filter : { ...filter, publicIds: controllers.recordsWith(wanted) };
  };

  const named = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  const filters = (): FilterField[] => [
    ...filterFields(declared, {
      vendor: named(controllerList.choices('vendor')),
      family: named(controllerList.choices('productFamily')),
      zone: [...model.zoneNames()].map(([value, label]) => ({ value, label })),
      role: (controllers.table.field('controller', 'role')?.choices ?? []).map((value) => ({
        value,
        key: `collection.controller.choice.role.${value}`,
      })),
    }),
    ...ownFields().map(
      ({ name, type, options }): FilterField => ({
        name: `${ownPrefix}${name}`,
        label: '',
        text: name,
        ...(type === 'choice' ? { options: named(options) } : {}),
        ...(type === 'yes-no' ? { options: named(['yes', 'no']) } : {}),
      }),
    ),
  ];

  const idsOf = (list: ListState): number[] =>
    controllerList.all({ filter: filterOf(list), sort: sortOf(list), descending: list.descending });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const list = listState(c, filterNames());
    const own = ownFields().map(({ name }) => name);
    const cursor = currentCursor(list);
    const { ids, ...page } = controllerList.page({
      filter: filterOf(list),
      sort: sortOf(list),
      descending: list.descending,
      limit: pageRows,
      ...defined({ after: cursor }),
    });
    return c.html(
      <Controllers
        ctx={viewContext(deps, c)}
        list={list}
        page={{ ...page, rows: model.rows(ids, own.length > 0), exact: true }}
        ownFields={own}
        counts={controllerList.counts()}
        filters={filters()}
        underWay={controllers.underWay()}
      />,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'devices:read');
    const list = listState(c, filterNames());
    const fields = ownFields().map(({ name }) => name);
    const { head, cellsOf } = fileColumns(viewContext(deps, c, 'part'), list, controllerColumns(fields));
    // The order and the number are those of this moment; what stands in the rows is read as they are sent.
    const ids = idsOf(list).slice(0, maxCsvRows);
    const read = function* (): Generator<Cell[]> {
      for (let at = 0; at < ids.length; at += csvBatch)
        for (const row of model.rows(ids.slice(at, at + csvBatch), fields.length > 0)) yield cellsOf(row);
    };
    return sendCsv(deps, c, { name: 'controllers', head, rows: { count: ids.length, read } });
  };

  /** What is chosen now: one by one, or by a filter that is asked again whenever it counts. */
  const selected = (c: Context<ConsoleEnv>): string[] => {
    const form = c.get('form');
    if (form.text('all') === '1')
      return idsOf(formListState(c, form, paths.controllers(), filterNames())).flatMap(
        (id) => controllers.byId(id)?.publicId ?? [],
      );
    return [...new Set(form.texts('id'))].filter((id) => controllers.find(id) !== undefined);
  };

  const bulk = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    const picked = selected(c);
    if (picked.length === 0) {
      setToast(c, { message: { key: 'toast.nothingSelected' } });
      return c.redirect(paths.controllers(), 303);
    }
    const [decision]: ControllerDecision[] = chosen(decisions, [form.text('action')]);
    if (decision === undefined) throw new AppError('MALFORMED', 'there is no such action');
    const params = { n: picked.length };
    const typeNumber = picked.length > typedNumberFrom;
    const isConfirmed = form.text('confirmed') === '1';
    // A filter that finds another number than the one that was shown is asked about again.
    const isSameNumber = !form.has('count') || form.text('count') === String(picked.length);
    if (isConfirmed && isSameNumber && (!typeNumber || form.text('confirm').trim() === String(picked.length))) {
      const comment = form.text('comment').trim().slice(0, 500);
      let n = 0;
      await inParts(picked, (part) => {
        n += controllers.decide(actor, part, decision, comment);
      });
      setToast(c, { message: { key: 'toast.controllers.decided', params: { n } } });
      return c.redirect(paths.controllers(), 303);
    }
    const message = (part: string): Message => ({ key: `confirm.controllers.${decision}.${part}`, params });
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        section="controllers"
        question={message('question')}
        consequences={[message('consequence')]}
        items={picked.slice(0, 20).map((id) => ({
          id,
          name: controllers.label(controllers.get(id).id),
          href: paths.controller(id),
        }))}
        count={picked.length}
        action={paths.controllersBulk()}
        fields={[
          ...(form.text('all') === '1'
            ? // The filter itself, which is asked again when the action runs.
              listParams(formListState(c, form, paths.controllers(), filterNames()))
            : picked.map((id): [string, string] => ['id', id])),
          ['count', String(picked.length)],
          ['action', decision],
          ['confirmed', '1'],
        ]}
        button={message('button')}
        comment
        typeNumber={typeNumber}
        cancel={paths.controllers()}
        {...(isConfirmed ? { errors: { confirm: { key: 'validation.typeNumber', params } } } : {})}
      />,
      isConfirmed ? 422 : 200,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllers.pattern, showList)
    .get(paths.controllersCsv.pattern, sendList)
    .post(paths.controllersBulk.pattern, bulk);
};
