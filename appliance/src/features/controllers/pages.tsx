import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fileColumns } from '@sallyport/ui/components/list-columns.tsx';
import { Controllers, controllerColumns } from '@sallyport/ui/controllers/controllers.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { currentCursor, type ListState, listParams } from '@sallyport/ui/list';
import type { Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError } from '../../platform/errors.ts';
import { inParts } from '../../platform/steps.ts';
import { askedFields, askedList, askedPage, type FieldWords } from '../../server/console/asked-list.ts';
import { setToast } from '../../server/console/cookies.ts';
import { maxCsvRows, sendCsv } from '../../server/console/csv-response.ts';
import { actorFor } from '../../server/console/guard.ts';
import { chosen, formListState, listState, pageRows, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { ControllerModel } from './list-view.ts';
import { type ControllerDecision, type ControllerSort, controllerDecisions, controllerSorts } from './types.ts';

const typedNumberFrom = 50;
const csvBatch = 20;

const sortOf = (list: ListState): ControllerSort => controllerSorts.find((sort) => sort === list.sort) ?? 'name';

/** The list of controllers, its file, and decisions about many of them. */
export const controllersPages = (deps: ConsoleDeps, model: ControllerModel): Pages => {
  const { controllers, controllerList } = deps;

  const ownFields = () => controllers.customFields();
  const named = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  /** What fields and their values are called. */
  const words = (): Readonly<Record<string, FieldWords>> => ({
    name: { label: 'controllers.name' },
    vendor: { label: 'controllers.vendor', options: named(controllerList.choices('vendor')) },
    family: { label: 'controllers.family', options: named(controllerList.choices('productFamily')) },
    model: { label: 'controllers.model' },
    order: { label: 'controllers.order' },
    firmware: { label: 'controllers.read' },
    zone: {
      label: 'controllers.zone',
      options: [...model.zoneNames()].map(([value, label]) => ({ value, label })),
    },
    role: {
      label: 'controllers.role',
      options: (controllers.table.field('controller', 'role')?.choices ?? []).map((value) => ({
        value,
        key: `collection.controller.choice.role.${value}`,
      })),
    },
    decision: { label: 'controllers.filter.decision', choices: 'controllers.decision' },
    drift: { label: 'controllers.filter.drift' },
    missingFirmware: { label: 'controllers.filter.missing' },
    proposals: { label: 'controllers.filter.proposals' },
    method: { label: 'controllers.filter.method', choices: 'controllers.method' },
    state: { label: 'controllers.filter.state', choices: 'controllers.state' },
    firstSeen: { label: 'controllers.firstSeen' },
    lastSeen: { label: 'controllers.seen' },
    ...Object.fromEntries(
      ownFields().map(({ name, type }): [string, FieldWords] => [
        `custom.${name}`,
        { text: name, ...(type === 'yes-no' ? { options: named(['yes', 'no']) } : {}) },
      ]),
    ),
  });

  const idsOf = (list: ListState): number[] =>
    controllerList.all({
      filter: controllerList.language().read(termsOf(list)),
      sort: sortOf(list),
      descending: list.descending,
    });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const ctx = viewContext(deps, c);
    const language = controllerList.language();
    const asked = askedList(c, ctx, language, askedFields(language.vocabulary, words()));
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const own = ownFields().map(({ name }) => name);
    const query = {
      sort: sortOf(list),
      descending: list.descending,
      limit: pageRows,
      ...defined({ after: currentCursor(list) }),
    };
    const page = askedPage(asked, (filter) => {
      const { ids, ...found } = controllerList.page({ ...query, filter });
      return { ...found, rows: model.rows(ids, own.length > 0) };
    });
    return c.html(
      <Controllers
        ctx={ctx}
        list={list}
        page={{ ...page, exact: true }}
        ownFields={own}
        counts={controllerList.counts()}
        filters={filtering}
        underWay={controllers.underWay()}
      />,
      asked.status,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'devices:read');
    const list = listState(c, controllerList.language().parameters);
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
      return idsOf(formListState(c, form, paths.controllers(), controllerList.language().parameters)).flatMap(
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
    const [decision]: ControllerDecision[] = chosen(controllerDecisions, [form.text('action')]);
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
              listParams(formListState(c, form, paths.controllers(), controllerList.language().parameters))
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
