import type { Ctx } from '@sallyport/ui/context';
import type { FieldErrors, Value } from '@sallyport/ui/model';
import { paths, routePatterns } from '@sallyport/ui/paths';
import { Confirm } from '@sallyport/ui/views/confirm';
import { ControllerPage } from '@sallyport/ui/views/controller';
import { ControllerEdit } from '@sallyport/ui/views/controller-edit';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../../platform/errors.ts';
import type { Body } from '../../objects/types.ts';
import { customOf, missingOf, type PartSort, type Plc, type PlcDecision, shown } from '../../plcs/types.ts';
import { factGroups, groupOf } from '../controller-groups.ts';
import type { ControllerModel } from '../controller-model.ts';
import { factGroupsOf, partRows } from '../controller-view.ts';
import { setToast } from '../cookies.ts';
import { actorFor } from '../guard.ts';
import { chosen, numberText, param } from '../lists.ts';
import { bodyOf, formFields, formValues, viewField } from '../object-form-values.ts';
import { viewContext } from '../page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../types.ts';

const decisions = ['authorised', 'unauthorised', 'archived'] as const;
const recordKind = 'plc-record';
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
  const { plcs, objects } = deps;

  const plcOf = (c: Context<ConsoleEnv>): Plc => plcs.get(param(c, 'id'));
  const referenceOf = (plc: Plc | undefined) =>
    plc === undefined ? undefined : { id: plc.publicId, name: plcs.label(plc.id) };

  const decidedBy = (plc: Plc): string => {
    if (objects.find('plc-decision', plc.publicId) !== undefined) return 'person';
    if (plc.decision === 'archived') return 'idle';
    return plc.decision === 'authorised' ? 'source' : 'traffic';
  };

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const plc = plcOf(c);
    const ctx = viewContext(deps, c);
    const parts = plcs.parts(plc.id);
    const [own] = parts;
    const facts = plcs.facts(plc.id);
    const drift = plcs.drift(plc.id);
    const ofOwn = new Set(drift.filter(({ part }) => part.sort === 'plc').map(({ field }) => field));
    const ofParts = new Set(drift.map(({ part, field }) => `${part.id} ${field}`));
    const zoneNames = model.zoneNames();
    const calledIn = (sort: PartSort, field: string, value: string): string => {
      if (sort === 'plc' && field === 'zone') return zoneNames.get(value) ?? value;
      const declared = plcs.table.field(sort, field);
      return declared?.type === 'boolean' ? yesOrNo(ctx, value) : timeText(ctx, value);
    };
    const called = (field: string, value: string): string => calledIn('plc', field, value);
    const collectionOf = (sort: PartSort): string => (sort === 'plc' ? 'plc' : `plc-${sort}`);
    /** A value with the word of its choice: where facts stand without their declaration. */
    const worded = (sort: PartSort, field: string, value: string | null): string | null =>
      value === null || plcs.table.field(sort, field)?.choices === undefined
        ? value && calledIn(sort, field, value)
        : ctx.tDynamic(`collection.${collectionOf(sort)}.choice.${field}.${value}`, {}, value);
    const { groups, losers } = factGroupsOf(plcs.table, facts, ofOwn, called);
    const { body } = plcs.entered(plc.publicId);
    const personal = Object.entries(objects.kind(recordKind).fields).filter(([, field]) => field.personal === true);
    const replacements = plcs.replacements(plc.id);
    return c.html(
      <ControllerPage
        ctx={ctx}
        id={plc.publicId}
        name={plcs.label(plc.id)}
        state={plc.state}
        decision={plc.decision}
        decidedBy={{ key: `controllers.decided.${decidedBy(plc)}` }}
        level={model.levelOf(plc)}
        why={model.reasonsOf(plc)}
        into={plc.into === null ? undefined : referenceOf(plcs.byId(plc.into))}
        took={replacements
          .filter(({ fresh }) => fresh === plc.publicId)
          .flatMap(({ old }) => referenceOf(plcs.find(old)) ?? [])}
        sub={[shown(own, 'vendor'), shown(own, 'model'), shown(own, 'orderNumber')].filter(Boolean).join(', ')}
        firstSeenAt={plc.firstSeenAt}
        lastSeenAt={plc.lastSeenAt}
        groups={groups}
        losers={losers}
        showLosers={c.req.query('facts') === 'all'}
        modules={partRows(parts, 'module', ofParts)}
        interfaces={partRows(parts, 'interface', ofParts)}
        services={partRows(parts, 'service', ofParts)}
        missing={missingOf(own, facts).map(({ field, ways, refused }) => ({
          label: `collection.plc.field.${field}`,
          ways,
          refused,
        }))}
        proposals={
          plc.state === 'live'
            ? plcs
                .proposals(plc.id)
                .map(({ plc: id, label, kind, value }) => ({ other: { id, name: label }, kind, value }))
            : []
        }
        merges={plcs
          .mergesOf(plc.id)
          .filter(({ keep }) => keep === plc.publicId)
          .map(({ id, other, at }) => ({ id, at, other: referenceOf(plcs.find(other)) ?? { id: other, name: other } }))}
        changes={plcs.changes({ plc: plc.id, limit: shownChanges }).map((change) => ({
          at: change.at,
          part: change.key,
          label: `collection.${collectionOf(change.sort)}.field.${change.field}`,
          side: change.side,
          before: worded(change.sort, change.field, change.before),
          after: worded(change.sort, change.field, change.after),
        }))}
        custom={[...customOf(body)]}
        personal={personal.flatMap(([name]) =>
          typeof body[name] === 'string'
            ? [[ctx.tDynamic(`kind.${recordKind}.field.${name}`), body[name]] as const]
            : [],
        )}
        panels={(deps.controllerPanels ?? []).flatMap((panel) => panel(ctx, plc) ?? [])}
      />,
    );
  };

  const zoneChoices = () => [...model.zoneNames()].map(([id, name]) => ({ id, name }));

  const formGroups = () => {
    const kind = objects.kind(recordKind);
    const fields = formFields(kind).map(([name, field]) =>
      name === 'zone'
        ? { ...viewField(name, field, zoneChoices()), type: 'reference' as const }
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
    plc: Plc | undefined,
    extra: { values?: Record<string, Value>; errors?: FieldErrors } = {},
  ): Response | Promise<Response> => {
    const held = plc === undefined ? { body: {}, revision: 0 } : plcs.entered(plc.publicId);
    return c.html(
      <ControllerEdit
        ctx={viewContext(deps, c)}
        controller={
          plc === undefined ? undefined : { id: plc.publicId, name: plcs.label(plc.id), revision: held.revision }
        }
        groups={formGroups()}
        values={extra.values ?? formValues(objects.kind(recordKind), held.body)}
        errors={extra.errors}
      />,
      extra.errors === undefined ? 200 : 422,
    );
  };

  /** Runs a write; faults of fields go back to the form with what was typed. */
  const orForm = (
    c: Context<ConsoleEnv>,
    plc: Plc | undefined,
    body: Body,
    write: () => string,
  ): Response | Promise<Response> => {
    try {
      const id = write();
      setToast(c, { said: { key: 'toast.controllers.saved' } });
      return c.redirect(paths.controller(id), 303);
    } catch (error) {
      const { details } = toFailure(error);
      if (details.fields === undefined) throw error;
      return showForm(c, plc, { values: formValues(objects.kind(recordKind), body), errors: details.fields });
    }
  };

  const create = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const body = bodyOf(objects.kind(recordKind), c.get('form'));
    return orForm(c, undefined, body, () => {
      const isEmpty = Object.values(body).every(
        (value) => value === null || (Array.isArray(value) && value.length === 0),
      );
      if (isEmpty)
        throw new AppError('INVALID', 'nothing was entered', { fields: { name: { key: 'validation.required' } } });
      return plcs.create(actor, body).publicId;
    });
  };

  const save = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const plc = plcOf(c);
    const form = c.get('form');
    const body = bodyOf(objects.kind(recordKind), form);
    return orForm(c, plc, body, () => {
      const revision = Number(form.text('revision'));
      const comment = form.text('comment').trim().slice(0, 500);
      plcs.edit(actor, plc.publicId, body, {
        ...(Number.isSafeInteger(revision) && revision > 0 ? { expectedRevision: revision } : {}),
        ...(comment === '' ? {} : { comment }),
      });
      return plc.publicId;
    });
  };

  const decide = (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'devices:write');
    const plc = plcOf(c);
    const form = c.get('form');
    const [decision]: PlcDecision[] = chosen(decisions, [form.text('decision')]);
    if (decision === undefined) throw new AppError('MALFORMED', 'there is no such decision');
    const n = plcs.decide(actor, [plc.publicId], decision, form.text('reason').trim().slice(0, 500));
    setToast(c, { said: { key: 'toast.controllers.decided', params: { n } } });
    return c.redirect(paths.controller(plc.publicId), 303);
  };

  const merge = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const plc = plcOf(c);
    const form = c.get('form');
    const other = plcs.get(form.text('other'));
    const params = { name: plcs.label(plc.id), other: plcs.label(other.id) };
    if (form.text('confirmed') === '1') {
      plcs.merge(actor, plc.publicId, other.publicId);
      setToast(c, { said: { key: 'toast.controllers.merged', params: { name: params.other } } });
      return c.redirect(paths.controller(plc.publicId), 303);
    }
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        section="controllers"
        question={{ key: 'confirm.controllerMerge.question', params }}
        consequences={[{ key: 'confirm.controllerMerge.consequence', params }]}
        items={[]}
        count={1}
        action={paths.controllerMerge(plc.publicId)}
        fields={[
          ['other', other.publicId],
          ['confirmed', '1'],
        ]}
        button={{ key: 'confirm.controllerMerge.button' }}
        cancel={paths.controller(plc.publicId)}
      />,
    );
  };

  const apart = (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'devices:write');
    const plc = plcOf(c);
    plcs.keepApart(actor, plc.publicId, plcs.get(c.get('form').text('other')).publicId);
    setToast(c, { said: { key: 'toast.controllers.apart' } });
    return c.redirect(paths.controller(plc.publicId), 303);
  };

  const unmerge = (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'devices:write');
    const plc = plcOf(c);
    plcs.unmerge(actor, numberText(c.get('form').text('merge')));
    setToast(c, { said: { key: 'toast.controllers.unmerged' } });
    return c.redirect(paths.controller(plc.publicId), 303);
  };

  return new Hono<ConsoleEnv>()
    .get(routePatterns.controllerNew, (c) => {
      actorFor(c, 'devices:write');
      return showForm(c, undefined);
    })
    .post(routePatterns.controllerNew, create)
    .get(routePatterns.controller, show)
    .get(routePatterns.controllerEdit, (c) => {
      actorFor(c, 'devices:write');
      return showForm(c, plcOf(c));
    })
    .post(routePatterns.controllerEdit, save)
    .post(routePatterns.controllerDecide, decide)
    .post(routePatterns.controllerMerge, merge)
    .post(routePatterns.controllerApart, apart)
    .post(routePatterns.controllerUnmerge, unmerge);
};
