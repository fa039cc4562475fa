import type { Ctx } from '@sallyport/ui/context';
import { ControllerPage } from '@sallyport/ui/controllers/controller.tsx';
import { ControllerEdit } from '@sallyport/ui/controllers/controller-edit.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import type { FieldErrors, Value } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Body, Right } from '../../engine/objects/types.ts';
import { bodyOf, formFields, formValues, viewField } from '../../engine/objects/view.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { chosen, numberText, param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { factGroups, groupOf } from './fact-groups.ts';
import type { ControllerModel } from './list-view.ts';
import { type Controller, type ControllerDecision, customOf, missingOf, type PartType, shown } from './types.ts';
import { factGroupsOf, partRows } from './view.ts';

const decisions = ['authorised', 'unauthorised', 'archived'] as const;
const recordKind = 'controller-record';
const shownChanges = 25;

const yesOrNo = (ctx: Ctx, value: string): string => {
  if (/^(yes|true|1)$/i.test(value)) return ctx.t('common.yes');
  return /^(no|false|0)$/i.test(value) ? ctx.t('common.no') : value;
};

/** A moment that a tool wrote as machines do is shown as people write it; anything else stays as it is. */
const timeText = (ctx: Ctx, value: string): string =>
  /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? ctx.fmt.dateTime(value) : value;

/** One controller: its page, what is entered and decided about it. */
export const controllerPages = (deps: ConsoleDeps, model: ControllerModel): Pages => {
  const { controllers, objects } = deps;

  const controllerOf = (c: Context<ConsoleEnv>, right: Right = 'controllers:write'): Controller =>
    controllers.get(param(c, 'id'), scopeFor(c, right));
  const referenceOf = (controller: Controller | undefined) =>
    controller === undefined ? undefined : { id: controller.publicId, name: controllers.label(controller.id) };

  const decidedBy = (controller: Controller): string => {
    if (objects.find('controller-decision', controller.publicId) !== undefined) return 'person';
    if (controller.decision === 'archived') return 'idle';
    return controller.decision === 'authorised' ? 'source' : 'traffic';
  };

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const controller = controllerOf(c, 'controllers:read');
    const ctx = viewContext(deps, c);
    const parts = controllers.parts(controller.id);
    const [own] = parts;
    const facts = controllers.facts(controller.id);
    const drift = controllers.drift(controller.id);
    const ofOwn = new Set(drift.filter(({ part }) => part.type === 'controller').map(({ field }) => field));
    const ofParts = new Set(drift.map(({ part, field }) => `${part.id} ${field}`));
    const zoneNames = model.zoneNames(scope);
    const calledIn = (type: PartType, field: string, value: string): string => {
      if (type === 'controller' && field === 'zone') return zoneNames.get(value) ?? value;
      const declared = controllers.table.field(type, field);
      return declared?.type === 'boolean' ? yesOrNo(ctx, value) : timeText(ctx, value);
    };
    const called = (field: string, value: string): string => calledIn('controller', field, value);
    const collectionOf = (type: PartType): string => (type === 'controller' ? 'controller' : `controller-${type}`);
    /** A value with the word of its choice: where facts stand without their declaration. */
    const worded = (type: PartType, field: string, value: string | null): string | null =>
      value === null || controllers.table.field(type, field)?.choices === undefined
        ? value && calledIn(type, field, value)
        : ctx.tDynamic(`collection.${collectionOf(type)}.choice.${field}.${value}`, {}, value);
    const { groups, superseded } = factGroupsOf(controllers.table, facts, ofOwn, called);
    const { body } = controllers.entered(controller.publicId);
    const personal = Object.entries(objects.kind(recordKind).fields).filter(([, field]) => field.personal === true);
    const replacements = controllers.replacements(controller.id, scope);
    return c.html(
      <ControllerPage
        ctx={ctx}
        id={controller.publicId}
        name={controllers.label(controller.id)}
        state={controller.state}
        decision={controller.decision}
        decidedBy={{ key: `controllers.decided.${decidedBy(controller)}` }}
        {...model.statusOf(controller.id, scope)}
        into={controller.into === null ? undefined : referenceOf(controllers.byId(controller.into, scope))}
        took={replacements
          .filter(({ fresh }) => fresh === controller.publicId)
          .flatMap(({ old }) => referenceOf(controllers.find(old, scope)) ?? [])}
        sub={[shown(own, 'vendor'), shown(own, 'model'), shown(own, 'orderNumber')].filter(Boolean).join(', ')}
        firstSeenAt={controller.firstSeenAt}
        lastSeenAt={controller.lastSeenAt}
        groups={groups}
        superseded={superseded}
        showSuperseded={c.req.query('facts') === 'all'}
        modules={partRows(parts, 'module', ofParts)}
        interfaces={partRows(parts, 'interface', ofParts)}
        services={partRows(parts, 'service', ofParts)}
        missing={missingOf(own, facts).map(({ field, ways, refused }) => ({
          label: `collection.controller.field.${field}`,
          ways,
          refused,
        }))}
        proposals={
          controller.state === 'live'
            ? controllers
                .proposals(controller.id, scope)
                .map(({ controller: id, label, kind, value }) => ({ other: { id, name: label }, kind, value }))
            : []
        }
        merges={controllers
          .mergesOf(controller.id, scope)
          .filter(({ keep }) => keep === controller.publicId)
          .map(({ id, other, at }) => ({
            id,
            at,
            other: referenceOf(controllers.find(other, scope)) ?? { id: other, name: other },
          }))}
        changes={controllers.changes({ controller: controller.id, limit: shownChanges }).map((change) => ({
          at: change.at,
          part: change.key,
          label: `collection.${collectionOf(change.type)}.field.${change.field}`,
          side: change.side,
          before: worded(change.type, change.field, change.before),
          after: worded(change.type, change.field, change.after),
        }))}
        custom={[...customOf(body)]}
        personal={personal.flatMap(([name]) =>
          typeof body[name] === 'string'
            ? [[ctx.tDynamic(`kind.${recordKind}.field.${name}`), body[name]] as const]
            : [],
        )}
        panels={(deps.controllerPanels ?? []).flatMap((panel) => panel(ctx, controller, scope) ?? [])}
      />,
    );
  };

  const zoneChoices = (scope: Scope) => [...model.zoneNames(scope)].map(([id, name]) => ({ id, name }));

  const formGroups = (scope: Scope) => {
    const kind = objects.kind(recordKind);
    const fields = formFields(kind).map(([name, field]) =>
      name === 'zone'
        ? { ...viewField(name, field, zoneChoices(scope)), type: 'reference' as const }
        : viewField(name, field, undefined),
    );
    return factGroups
      .map(([name]) => ({
        title: `controllers.group.${name}`,
        fields: fields.filter((field) => groupOf(field.name) === name),
      }))
      .filter((group) => group.fields.length > 0);
  };

  const showForm = (
    c: Context<ConsoleEnv>,
    controller: Controller | undefined,
    extra: { values?: Record<string, Value>; errors?: FieldErrors } = {},
  ): Response | Promise<Response> => {
    const held = controller === undefined ? { body: {}, revision: 0 } : controllers.entered(controller.publicId);
    return c.html(
      <ControllerEdit
        ctx={viewContext(deps, c)}
        controller={
          controller === undefined
            ? undefined
            : { id: controller.publicId, name: controllers.label(controller.id), revision: held.revision }
        }
        groups={formGroups(scopeFor(c, 'controllers:write'))}
        values={extra.values ?? formValues(objects.kind(recordKind), held.body)}
        errors={extra.errors}
      />,
      extra.errors === undefined ? 200 : 422,
    );
  };

  /** Runs a write; faults of fields go back to the form with what was typed. */
  const orForm = (
    c: Context<ConsoleEnv>,
    controller: Controller | undefined,
    body: Body,
    write: () => string,
  ): Response | Promise<Response> => {
    try {
      const id = write();
      return goWith(c, paths.controller(id), { message: { key: 'toast.controllers.saved' } });
    } catch (error) {
      const { details } = toFailure(error);
      if (details.fields === undefined) throw error;
      return showForm(c, controller, { values: formValues(objects.kind(recordKind), body), errors: details.fields });
    }
  };

  const create = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const body = bodyOf(objects.kind(recordKind), c.get('form'));
    return orForm(c, undefined, body, () => {
      const isEmpty = Object.values(body).every(
        (value) => value === null || (Array.isArray(value) && value.length === 0),
      );
      if (isEmpty)
        throw new AppError('INVALID', 'nothing was entered', { fields: { name: { key: 'validation.required' } } });
      return controllers.create(actor, body).publicId;
    });
  };

  const save = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const controller = controllerOf(c);
    const form = c.get('form');
    const body = bodyOf(objects.kind(recordKind), form);
    return orForm(c, controller, body, () => {
      const revision = Number(form.text('revision'));
      const comment = enteredLine(form.text('comment'), 'comment');
      controllers.edit(actor, controller.publicId, body, {
        ...(Number.isSafeInteger(revision) && revision > 0 ? { expectedRevision: revision } : {}),
        ...(comment === '' ? {} : { comment }),
      });
      return controller.publicId;
    });
  };

  const decide = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const controller = controllerOf(c);
    const form = c.get('form');
    const [decision]: ControllerDecision[] = chosen(decisions, [form.text('decision')]);
    if (decision === undefined) throw new AppError('MALFORMED', 'there is no such decision');
    const n = controllers.decide(actor, [controller.publicId], decision, enteredLine(form.text('reason')));
    return goWith(c, paths.controller(controller.publicId), {
      message: { key: 'toast.controllers.decided', params: { n } },
    });
  };

  const merge = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const controller = controllerOf(c);
    const form = c.get('form');
    const other = controllers.get(form.text('other'), scopeFor(c, 'controllers:write'));
    const params = { name: controllers.label(controller.id), other: controllers.label(other.id) };
    if (form.text('confirmed') === '1') {
      controllers.merge(actor, controller.publicId, other.publicId);
      return goWith(c, paths.controller(controller.publicId), {
        message: { key: 'toast.controllers.merged', params: { name: params.other } },
      });
    }
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={{ key: 'confirm.controllerMerge.question', params }}
        consequences={[{ key: 'confirm.controllerMerge.consequence', params }]}
        items={[]}
        count={1}
        action={paths.controllerMerge(controller.publicId)}
        fields={[
          ['other', other.publicId],
          ['confirmed', '1'],
        ]}
        button={{ key: 'confirm.controllerMerge.button' }}
        cancel={paths.controller(controller.publicId)}
      />,
    );
  };

  const apart = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const controller = controllerOf(c);
    const other = controllers.get(c.get('form').text('other'), scopeFor(c, 'controllers:write'));
    controllers.markDistinct(actor, controller.publicId, other.publicId);
    return goWith(c, paths.controller(controller.publicId), { message: { key: 'toast.controllers.apart' } });
  };

  const unmerge = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const controller = controllerOf(c);
    controllers.unmerge(actor, numberText(c.get('form').text('merge')));
    return goWith(c, paths.controller(controller.publicId), { message: { key: 'toast.controllers.unmerged' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllerNew.pattern, (c) => {
      return showForm(c, undefined);
    })
    .post(paths.controllerNew.pattern, create)
    .get(paths.controller.pattern, show)
    .get(paths.controllerEdit.pattern, (c) => {
      return showForm(c, controllerOf(c));
    })
    .post(paths.controllerEdit.pattern, save)
    .post(paths.controllerDecide.pattern, decide)
    .post(paths.controllerMerge.pattern, merge)
    .post(paths.controllerApart.pattern, apart)
    .post(paths.controllerUnmerge.pattern, unmerge);
};
