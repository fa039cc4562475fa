import { defined } from '@sallyport/bundle-tools/platform/defined';
import { DeviationDecide } from '@sallyport/ui/baselines/deviation-decide.tsx';
import { Deviations } from '@sallyport/ui/baselines/deviations.tsx';
import { fileText } from '@sallyport/ui/components/list-columns.tsx';
import type { FieldErrors, Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { momentOf } from '../../engine/inventory/view.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, askedWords, countedViews } from '../../server/console/asked-list.ts';
import { selectedRows, typedNumberFrom } from '../../server/console/bulk.tsx';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, gathered, pagesOf, sendRows } from '../../server/console/list-file.ts';
import { listState, numberCursor, pageRows, termsOf } from '../../server/console/lists.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { readableCollections } from './readable.ts';
import type { Deviation, DeviationQuery } from './types.ts';
import { baselineViews } from './view.ts';

const rowsAtOnce = 2_000;
const shownItems = 20;

const csvHead = [
  'baselines.device',
  'changes.collection',
  'changes.operation',
  'changes.title',
  'common.before',
  'common.after',
  'common.since',
  'baselines.name',
  'common.workOrder',
  'deviations.outcome',
  'deviations.until',
  'common.who',
  'common.reason',
  'deviations.expires',
];

/** What differs from baselines, and what is decided about it. */
export const deviationPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { baselines, inventory } = deps;
  const { language } = baselines;
  const views = baselineViews(deps, model);
  const collections = inventory.collections();

  /** What the reader may see. */
  const within = (c: Context<ConsoleEnv>): Pick<DeviationQuery, 'scope' | 'collection'> => {
    const scope = scopeFor(c, 'devices:read');
    return { scope, collection: readableCollections(inventory, signedIn(c).actor, scope) };
  };

  const fieldsFor = (scope: Scope) =>
    askedFields(language.vocabulary, {
      state: { label: 'field.state', choices: 'deviations.state' },
      collection: {
        label: 'changes.collection',
        options: collections.map(({ name }) => ({ value: name, key: `collection.${name}.title` })),
      },
      operation: { label: 'changes.operation', choices: 'changes.operation' },
      age: { label: 'deviations.age' },
      order: { label: 'deviations.hasOrder' },
      baseline: {
        label: 'baselines.name',
        options: baselines
          .list(scope)
          .filter((one) => baselines.isReached(one, scope))
          .map(({ id, name }) => ({ value: id, label: name })),
      },
      device: { label: 'baselines.device', valueName: (text) => model.named(text, scope)?.name ?? text },
    });

  const openOnes = (filter: Filter | undefined, ...more: Filter[]): Filter => ({
    all: [...(filter === undefined ? [] : [filter]), { field: 'state', op: '=', value: 'open' }, ...more],
  });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const seen = within(c);
    const ctx = viewContext(deps, c);
    const asked = askedList(c, ctx, language, fieldsFor(seen.scope));
    if (asked instanceof Response) return asked;
    const { list, filter, filtering } = asked;
    const after = numberCursor(list);
    const found = askedPage(asked, (filter) => baselines.deviations({ ...seen, filter, limit: pageRows, after }));
    const limitDays = views.limitDays();
    const late = openOnes(filter, { field: 'age', op: '>=', value: limitDays });
    return c.html(
      <Deviations
        ctx={countedViews(ctx, list, language, (filter) => baselines.deviations({ ...seen, filter, limit: 1 }).total)}
        list={list}
        page={{
          rows: views.deviations(found.rows, seen.scope),
          total: found.total,
          next: found.next === undefined ? undefined : String(found.next),
        }}
        filters={filtering}
        limitDays={limitDays}
        late={baselines.deviations({ ...seen, filter: late, limit: 1 }).total}
      />,
      asked.status,
    );
  };

  const allOf = (query: Omit<DeviationQuery, 'limit' | 'after'>): Deviation[] => {
    const found: Deviation[] = [];
    for (let after: number | undefined; ; ) {
      const page = baselines.deviations({ ...query, limit: rowsAtOnce, ...defined({ after }) });
      found.push(...page.rows);
      if (page.next === undefined) return found;
      after = page.next;
    }
  };

  const sendList = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const ctx = viewContext(deps, c, 'part');
    const list = listState(c, language.parameters);
    const query = { ...within(c), filter: language.read(termsOf(list)) };
    const found = await gathered(
      pagesOf(c, (paging: { limit: number; after?: number }) => baselines.deviations({ ...query, ...paging })),
    );
    const rows = views.deviations(found, query.scope);
    return sendRows(deps, c, ctx, {
      name: 'deviations',
      title: ctx.t('nav.deviations'),
      page: paths.deviations(),
      filter: askedWords(ctx, list, language, fieldsFor(query.scope)),
      head: csvHead.map((key) => ctx.tDynamic(key)),
      rows: {
        ...eachOf(rows, (row) => {
          const side = (which: 'before' | 'after'): string =>
            row.change.fields
              .filter((field) => field[which] !== null)
              .map((field) => {
                const label = ctx.tDynamic(`collection.${row.change.collection}.field.${field.name}`);
                return `${label}: ${fileText(ctx, field[which], field.type)}`;
              })
              .join('; ');
          return [
            row.device.name,
            ctx.tDynamic(`collection.${row.change.collection}.title`),
            ctx.tDynamic(`changes.operation.${row.change.operation}`),
            row.change.title === null ? ctx.t('common.withheld') : row.change.title,
            side('before'),
            side('after'),
            new Date(row.since),
            row.baseline.name,
            row.workOrder?.text,
            row.outcome === undefined ? null : ctx.tDynamic(`deviations.outcome.${row.outcome}`),
            row.until === undefined ? null : new Date(row.until),
            row.decision?.who,
            row.decision?.reason,
            row.decision?.expiresAt === undefined ? null : new Date(row.decision.expiresAt),
          ];
        }),
        count: baselines.deviations({ ...query, limit: 1 }).total,
      },
    });
  };

  /** The deviations that a form is about; of a list the open ones. */
  const selectedIn = (c: Context<ConsoleEnv>) => {
    const scope = scopeFor(c, 'devices:write');
    const seen = { ...within(c), scope };
    return selectedRows(c, deps.selections, {
      path: paths.deviations(),
      parameters: language.parameters,
      scope,
      all: (list) => allOf({ ...seen, filter: openOnes(language.read(termsOf(list))) }),
      some: (ids) => allOf({ scope, ids: ids.filter((id) => /^\d{1,15}$/.test(id)).map(Number) }),
      idOf: ({ id }) => id,
    });
  };

  const decide = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const action = form.text('action') === 'order' ? 'order' : 'accept';
    const { picked: found, sealed, isShown, changed } = selectedIn(c);
    const given = form.text('back');
    const back = isLocalPath(given) ? given : paths.deviations();
    if (found.length === 0) return c.redirect(back, 303);
    const ids = found.map(({ id }) => id);
    const typeNumber = ids.length > typedNumberFrom;
    const ask = (errors?: FieldErrors): Response | Promise<Response> => {
      const ctx = viewContext(deps, c);
      return c.html(
        <DeviationDecide
          ctx={ctx}
          action={action}
          selection={sealed}
          n={ids.length}
          items={views
            .deviations(found.slice(0, shownItems), scopeFor(c, 'devices:write'))
            .map(({ device, change }) => `${device.name}: ${change.title ?? ctx.t('common.withheld')}`)}
          values={{
            reason: form.text('reason'),
            expiresAt: form.text('expiresAt'),
            scope: form.text('scope') || 'device',
            order: form.text('order'),
          }}
          back={back}
          typeNumber={typeNumber}
          {...defined({ errors })}
        />,
        errors === undefined ? 200 : 422,
      );
    };
    if (changed !== undefined) return ask({ '': changed });
    if (form.text('confirmed') !== '1' || !isShown) return ask();
    if (typeNumber && form.text('confirm').trim() !== String(ids.length))
      return ask({ confirm: { key: 'validation.typeNumber', params: { n: ids.length } } });
    const done = (message: Message): Response => {
      return goWith(c, back, { message });
    };
    try {
      if (action === 'order') {
        const order = form.text('order').trim();
        const n = baselines.setWorkOrder(actor, ids, order === '' ? null : order);
        return done({ key: 'deviations.toastOrdered', params: { n } });
      }
      const expires = form.text('expiresAt').trim();
      const expiresAt = expires === '' ? null : momentOf(expires, true);
      if (expiresAt === undefined) return ask({ expiresAt: { key: 'validation.format' } });
      const scope = form.text('scope') === 'group' ? 'group' : 'device';
      const { accepted } = baselines.accept(actor, ids, { reason: form.text('reason'), expiresAt, scope });
      return done({ key: 'deviations.toastAccepted', params: { n: accepted } });
    } catch (error) {
      return ask(faultsOf(error));
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deviations.pattern, showList)
    .get(paths.deviationsCsv.pattern, sendList)
    .post(paths.deviationsDecide.pattern, decide);
};
