import { defined } from '@sallyport/bundle-tools/platform/defined';
import { rightName } from '@sallyport/ui/accounts/rights-table.tsx';
import type { ConditionHelpProps } from '@sallyport/ui/components/condition-help.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { currentCursor } from '@sallyport/ui/list';
import type { FieldErrors, Message, Value } from '@sallyport/ui/model';
import { ObjectForm, type ObjectFormProps } from '@sallyport/ui/objects/object-form.tsx';
import { ObjectRevisions } from '@sallyport/ui/objects/object-revisions.tsx';
import { Objects, type KindField as ViewField } from '@sallyport/ui/objects/objects.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { allRights, type ManagedObjects, type WrittenObject } from '../../features/accounts/types.ts';
import type { DeviceModel } from '../../features/devices/view.ts';
import { conditionForms } from '../../features/rules/view.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { touchablePorts } from '../../platform/outbound-rules.ts';
import { wholeSite } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, countedViews, type FieldWords } from '../../server/console/asked-list.ts';
import { goWith } from '../../server/console/cookies.ts';
import { commentOf } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { listState, pageRows, param, references, slicePage } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorWords } from '../../server/console/records.ts';
import { withForm } from '../../server/console/step-up.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { deletedPage } from './deleted-page.tsx';
import { fieldLinks, objectNames } from './object-names.ts';
import { decideAbout, isHeldToken, noticesOf, tellsOf, waits } from './object-people.ts';
import { isDeletionUndoable, isUndoable } from './returns.ts';
import { pageByShownName } from './shown-names.ts';
import type { Kind, KindField, Obj, ObjectPage } from './types.ts';
import { bodyOf, changedMeanwhile, formFields, formValues, shownValue, shownValues, viewField } from './view.ts';

const maxChoices = 1_000;

/** Objects of any kind: list, form, revisions, difference, revert, deletion and restoring, from their declarations. */
export const objectPages = (deps: ConsoleDeps, managed: ManagedObjects, model: DeviceModel): Pages => {
  const { objects } = deps;
  const conditions = conditionForms(deps, model);

  const kindOf = (c: Context<ConsoleEnv>): Kind => objects.kind(param(c, 'kind'));
  const namesOf = (c: Context<ConsoleEnv>) => objectNames(viewContext(deps, c, 'part'), deps, wholeSite('site-right'));
  const titleOf = (c: Context<ConsoleEnv>, kind: Kind, id: string): string => namesOf(c).object(kind.name, id);

  const line = (c: Context<ConsoleEnv>, kind: Kind, id: string, key: string) => ({
    message: { key, params: { name: titleOf(c, kind, id) } },
  });

  /** The page where a thing is looked at. */
  const placeOf = (kind: Kind, id: string): string =>
    kind.name === 'setting'
      ? paths.settings({ area: id.split('.')[0] })
      : kind.name === 'device-decision'
        ? paths.device(id)
        : paths.object(kind.name, id);

  const choicesOf = (c: Context<ConsoleEnv>, kind: Kind, name: string, field: KindField): ViewField['choices'] => {
    if (field.type === 'reference' && field.kind !== undefined) return references(objects, field.kind);
    if (field.type !== 'list') return undefined;
    if (field.options !== undefined) {
      const ctx = viewContext(deps, c, 'part');
      return field.options.map((id) => ({ id, name: ctx.tDynamic(`kind.${kind.name}.option.${name}.${id}`) }));
    }
    if (kind.name === 'controller-identification' && name === 'controllers') {
      // More than a form can hold are entered by their ids.
      const all = deps.identification.controllers(maxChoices + 1);
      return all.length > maxChoices ? undefined : all.map(({ publicId, label }) => ({ id: publicId, name: label }));
    }
    if (name === 'rights') {
      const ctx = viewContext(deps, c, 'part');
      return allRights.map((right) => ({ id: right, name: rightName(ctx, right) }));
    }
    if (kind.name === 'address-range' && name === 'ports')
      return touchablePorts.map((port) => ({ id: String(port), name: String(port) }));
    if (kind.name === 'notification-rule' && name === 'accounts') return references(objects, 'account');
    if ((kind.name === 'account' || kind.name === 'notification-rule') && name === 'roles')
      return references(objects, 'role');
    if (kind.name === 'role' && name === 'groups') return references(objects, 'group');
    if (kind.name === 'role' && name === 'zones') return references(objects, 'controller-zone');
    if (kind.name === 'baseline' && name === 'collections') {
      const ctx = viewContext(deps, c, 'part');
      return deps.inventory
        .collections()
        .map((one) => ({ id: one.name, name: ctx.tDynamic(`collection.${one.name}.title`) }));
    }
    return undefined;
  };
  const viewFields = (c: Context<ConsoleEnv>, kind: Kind): ViewField[] =>
    formFields(kind).map(([name, field]) => viewField(name, field, choicesOf(c, kind, name, field)));

  const wordsOf = (kind: Kind): Readonly<Record<string, FieldWords>> => ({
    updatedAt: { label: 'common.changed' },
    ...Object.fromEntries(
      formFields(kind).map(([name, field]): [string, FieldWords] => [
        name,
        {
          label: `kind.${kind.name}.field.${name}`,
          choices: `kind.${kind.name}.option.${name}`,
          ...(field.type === 'reference' && field.kind !== undefined
            ? { options: references(objects, field.kind).map(({ id, name: label }) => ({ value: id, label })) }
            : {}),
        },
      ]),
    ),
  });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    actorFor(c, `${kind.area}:read`);
    const ctx = viewContext(deps, c);
    const language = objects.language(kind.name);
    const asked = askedList(c, ctx, language, askedFields(language.vocabulary, wordsOf(kind)));
    if (asked instanceof Response) return asked;
    const { list } = asked;
    const cursor = currentCursor(list);
    const sortable = new Set([kind.title, 'updatedAt', 'createdAt']);
    const sort = list.sort !== undefined && sortable.has(list.sort) ? list.sort : undefined;
    const names = namesOf(c);
    const page = askedPage(
      asked,
      (filter): Pick<ObjectPage, 'rows' | 'total' | 'next'> =>
        pageByShownName(objects, kind, {
          list,
          filter: language.read(list.filters),
          sort,
          cursor,
          lang: ctx.lang,
          nameOf: (id) => names.object(kind.name, id),
        }) ??
        objects.ofAnyKind.list({
          kind: kind.name,
          filter,
          limit: pageRows,
          descending: list.descending,
          // The title has an order of its own, which also serves where it is personal.
          ...(sort === undefined ? {} : { sort: sort === kind.title ? 'title' : sort }),
          ...defined({ after: cursor }),
        }),
    );
    return c.html(
      <Objects
        ctx={countedViews(
          ctx,
          list,
          language,
          (filter) => objects.ofAnyKind.list({ kind: kind.name, filter, limit: 1 }).total,
        )}
        kind={kind.name}
        area={kind.area}
        fields={viewFields(c, kind)}
        titleField={kind.title}
        canCreate={managed.isManaged(kind.name)}
        list={list}
        page={{
          ...page,
          rows: page.rows.map((object) => ({
            id: object.id,
            revision: object.revision,
            updatedAt: object.updatedAt,
            title: names.object(kind.name, object.id),
            values: shownValues(kind, object.body),
            links: fieldLinks(names, kind, object.body),
            href: kind.name === 'setting' ? placeOf(kind, object.id) : undefined,
            mark: isHeldToken(kind, object) ? ctx.t('rollback.tokenHeld') : undefined,
          })),
        }}
        filters={asked.filtering}
        deleted={objects.tombstones(kind.name).length}
      />,
      asked.status,
    );
  };

  const showForm = (
    c: Context<ConsoleEnv>,
    kind: Kind,
    object: Obj | undefined,
    extra: {
      values?: Record<string, Value>;
      errors?: FieldErrors;
      meanwhile?: ObjectFormProps['meanwhile'];
      secret?: WrittenObject['secret'];
      condition?: ConditionHelpProps | undefined;
      status?: 200 | 201 | 422;
    } = {},
  ): Response | Promise<Response> => {
    const ctx = viewContext(deps, c);
    const latest = object === undefined ? undefined : objects.revisions(kind.name, object.id)[0];
    const secret =
      extra.secret === undefined
        ? undefined
        : {
            label: ctx.tDynamic(`secret.${extra.secret.kind}`),
            value:
              extra.secret.kind === 'link'
                ? new URL(paths.first(extra.secret.value), c.req.url).href
                : extra.secret.value,
          };
    const values =
      extra.values ?? (object === undefined ? defaults(kind) : conditions.show(kind, formValues(kind, object.body)));
    return c.html(
      <ObjectForm
        ctx={ctx}
        kind={kind.name}
        area={kind.area}
        fields={viewFields(c, kind)}
        values={values}
        links={object === undefined ? {} : fieldLinks(namesOf(c), kind, object.body)}
        condition={extra.condition ?? conditions.help(kind, values)}
        object={
          object === undefined
            ? undefined
            : {
                id: object.id,
                revision: object.revision,
                title: titleOf(c, kind, object.id),
                updatedAt: object.updatedAt,
                updatedBy: latest === undefined ? '' : actorWords(ctx, objects)(latest.actor),
              }
        }
        {...defined({ errors: extra.errors, meanwhile: extra.meanwhile })}
        comment={extra.values === undefined ? undefined : c.get('form').text('comment')}
        readOnly={object !== undefined && (!managed.isManaged(kind.name) || managed.isFixed(object))}
        secret={secret}
        tells={tellsOf(deps, kind, values)}
        {...(object === undefined ? {} : noticesOf(deps, c, kind, object))}
      />,
      extra.status,
    );
  };

  /** The form with what was typed, in which the password is asked for. */
  const askAgain = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    actorFor(c, `${kind.area}:write`);
    const id = c.req.param('id');
    const typed = formValues(kind, bodyOf(kind, c.get('form')));
    if (id === undefined) return showForm(c, kind, undefined, { values: typed });
    const object = objects.ofAnyKind.get(kind.name, id);
    const from = Number(c.get('form').text('revision'));
    const values = from === object.revision ? { values: typed } : changedMeanwhile(objects, kind, object, from, typed);
    return showForm(c, kind, object, values);
  };

  const isSecret = (c: Context<ConsoleEnv>, name: string): boolean =>
    kindOf(c).fields[name.replace(/^f\./, '')]?.type === 'secret';

  const decide = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    const written = decideAbout(deps, managed, c, kind, param(c, 'id'));
    // The answer itself shows the link, to the approver.
    if (written?.secret !== undefined)
      return showForm(c, kind, written.object, { secret: written.secret, status: 201 });
    return goWith(c, paths.object(kind.name, param(c, 'id')), line(c, kind, param(c, 'id'), 'toast.saved'));
  };

  const defaults = (kind: Kind): Record<string, Value> =>
    Object.fromEntries(formFields(kind).map(([name, field]) => [name, shownValue(field.default)]));

  /** Runs a write; faults of fields go back to the form with what was typed. */
  const orForm = (
    c: Context<ConsoleEnv>,
    kind: Kind,
    object: Obj | undefined,
    write: () => Response | Promise<Response>,
  ): Response | Promise<Response> => {
    try {
      return write();
    } catch (error) {
      const { code, details } = toFailure(error);
      const typed = formValues(kind, bodyOf(kind, c.get('form')));
      if ((code === 'INVALID' || code === 'CONTROLLERS_ONLY') && details.fields !== undefined)
        return showForm(c, kind, object, { values: typed, errors: details.fields, status: 422 });
      if (code === 'CONFLICT' && object !== undefined && details['revision'] !== undefined) {
        const from = Number(c.get('form').text('revision'));
        return showForm(c, kind, object, { ...changedMeanwhile(objects, kind, object, from, typed), status: 422 });
      }
      if (code === 'CONFLICT') {
        const key = kind.name === 'account' ? 'validation.lastAdministrator' : 'validation.conflict';
        return showForm(c, kind, object, { values: typed, errors: { '': { key } }, status: 422 });
      }
      throw error;
    }
  };

  /** What a form asked for beside saving. */
  const helped = (
    c: Context<ConsoleEnv>,
    kind: Kind,
    object: Obj | undefined,
  ): Response | Promise<Response> | undefined => {
    const form = c.get('form');
    if (kind.name === 'notification-rule' && form.text('do') === 'try')
      return showForm(c, kind, object, { values: formValues(kind, bodyOf(kind, form)) });
    const answer = conditions.answer(kind, object?.id, form);
    if (answer === undefined) return undefined;
    const { values, errors, help } = answer;
    const isWrong = Object.keys(errors).length > 0 || help.builder.errors !== undefined;
    return showForm(c, kind, object, {
      values,
      condition: help,
      ...(Object.keys(errors).length > 0 ? { errors } : {}),
      status: isWrong ? 422 : 200,
    });
  };

  const create = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    const actor = actorFor(c, `${kind.area}:write`);
    const help = helped(c, kind, undefined);
    if (help !== undefined) return help;
    return orForm(c, kind, undefined, () => {
      const body = Object.fromEntries(
        Object.entries(conditions.written(kind, c.get('form'))).filter(([, value]) => value !== null),
      );
      const written = managed.create(actor, kind.name, body, commentOf(c.get('form')));
      if (written.waits === true)
        return waits(c, written.object, titleOf(c, objects.kind(written.object.kind), written.object.id));
      // A secret is shown by the answer itself: an address to reload would have to keep it.
      if (written.secret !== undefined)
        return showForm(c, kind, written.object, { secret: written.secret, status: 201 });
      return goWith(c, paths.objects(kind.name), line(c, kind, written.object.id, 'toast.created'));
    });
  };

  const update = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    const actor = actorFor(c, `${kind.area}:write`);
    const object = objects.ofAnyKind.get(kind.name, param(c, 'id'));
    const help = helped(c, kind, object);
    if (help !== undefined) return help;
    const revision = Number(c.get('form').text('revision'));
    if (!Number.isSafeInteger(revision)) throw new AppError('MALFORMED', 'the form has no revision');
    return orForm(c, kind, object, () => {
      const options = { ...commentOf(c.get('form')), expectedRevision: revision };
      const written = managed.update(actor, kind.name, object.id, conditions.written(kind, c.get('form')), options);
      if (written.waits === true) return waits(c, written.object, titleOf(c, kind, object.id));
      const undo =
        written.object.revision === revision || !isUndoable(kind, object.body, written.object.body)
          ? {}
          : {
              undo: {
                action: paths.objectRevert(kind.name, object.id),
                fields: { revision: String(revision) },
              },
            };
      return goWith(c, paths.object(kind.name, object.id), {
        ...line(c, kind, written.object.id, 'toast.saved'),
        ...undo,
      });
    });
  };

  const remove = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    const actor = actorFor(c, `${kind.area}:write`);
    const object = objects.ofAnyKind.get(kind.name, param(c, 'id'));
    const name = titleOf(c, kind, object.id);
    if (c.get('form').text('confirmed') === '1') {
      managed.remove(actor, kind.name, object.id, commentOf(c.get('form')));
      return goWith(c, paths.objects(kind.name), {
        message: { key: 'toast.removed', params: { name } },
        ...(isDeletionUndoable(kind)
          ? { undo: { action: paths.objectRestore(kind.name, object.id), fields: {} } }
          : {}),
      });
    }
    const message = (key: string): Message => ({ key, params: { name, n: 1 } });
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={message('confirm.object.delete.question')}
        consequences={[message('confirm.object.delete.consequence')]}
        items={[{ id: object.id, name, href: paths.object(kind.name, object.id) }]}
        count={1}
        action={paths.objectDelete(kind.name, object.id)}
        fields={[['confirmed', '1']]}
        button={message('confirm.object.delete.button')}
        danger
        comment
        cancel={paths.object(kind.name, object.id)}
      />,
    );
  };

  const revert = (c: Context<ConsoleEnv>): Response => {
    const kind = kindOf(c);
    const actor = actorFor(c, `${kind.area}:write`);
    const id = param(c, 'id');
    const revision = Number(c.get('form').text('revision'));
    if (!Number.isSafeInteger(revision) || revision < 1) throw new AppError('MALFORMED', 'the form has no revision');
    managed.revert(actor, kind.name, id, revision);
    return goWith(c, placeOf(kind, id), { message: { key: 'toast.reverted', params: { revision } } });
  };

  const restore = (c: Context<ConsoleEnv>): Response => {
    const kind = kindOf(c);
    const actor = actorFor(c, `${kind.area}:write`);
    const id = param(c, 'id');
    const object = managed.restore(actor, kind.name, id);
    return goWith(c, placeOf(kind, id), line(c, kind, object.id, 'toast.restored'));
  };

  const revisions = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    actorFor(c, `${kind.area}:read`);
    const id = param(c, 'id');
    const object = objects.ofAnyKind.get(kind.name, id, { deleted: true });
    const nameOf = actorWords(viewContext(deps, c), objects);
    const page = slicePage(objects.revisions(kind.name, id), currentCursor(listState(c, [])), (row) =>
      String(row.revision),
    );
    const [a, b] = [Number(c.req.query('a')), Number(c.req.query('b'))];
    const compares = Number.isSafeInteger(a) && Number.isSafeInteger(b) && a > 0 && b > 0;
    return c.html(
      <ObjectRevisions
        ctx={viewContext(deps, c)}
        kind={kind.name}
        area={kind.area}
        id={id}
        title={titleOf(c, kind, id)}
        current={object.revision}
        isFinal={kind.final === true}
        deleted={object.deletedAt !== undefined}
        page={{
          ...page,
          rows: page.rows.map((row) => ({
            revision: row.revision,
            at: row.at,
            who: nameOf(row.actor),
            from: row.from ?? undefined,
            operation: row.operation,
            comment: row.comment ?? undefined,
          })),
        }}
        diff={
          compares
            ? {
                a,
                b,
                fields: objects.diff(kind.name, id, a, b).map((row) => ({
                  field: row.field,
                  before: shownValue(row.before),
                  after: shownValue(row.after),
                  secret: row.secret,
                })),
              }
            : undefined
        }
      />,
    );
  };

  const showOne = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    actorFor(c, `${kind.area}:read`);
    const id = param(c, 'id');
    const object = objects.ofAnyKind.get(kind.name, id, { deleted: true });
    if (object.deletedAt !== undefined) return c.redirect(paths.objectRevisions(kind.name, id), 303);
    return showForm(c, kind, object);
  };

  const newForm = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const kind = kindOf(c);
    actorFor(c, `${kind.area}:write`);
    if (!managed.isManaged(kind.name))
      throw new AppError('NOT_FOUND', 'objects of this kind are made on their own page');
    const given = new URL(c.req.url).searchParams;
    const values = { ...defaults(kind) };
    for (const [name, { type }] of formFields(kind))
      if (given.has(name)) values[name] = type === 'list' ? given.getAll(name) : given.get(name);
    return showForm(c, kind, undefined, { values });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deleted.pattern, deletedPage(deps))
    .get(paths.objects.pattern, showList)
    .get(paths.objectNew.pattern, newForm)
    .post(paths.objectNew.pattern, withForm(create, askAgain, isSecret))
    .get(paths.objectRevisions.pattern, revisions)
    .post(paths.objectRevert.pattern, revert)
    .post(paths.objectDelete.pattern, remove)
    .post(paths.objectRestore.pattern, restore)
    .post(paths.objectDecide.pattern, decide)
    .get(paths.object.pattern, showOne)
    .post(paths.object.pattern, withForm(update, askAgain, isSecret));
};
