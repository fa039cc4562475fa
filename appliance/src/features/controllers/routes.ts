import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { inParts } from '../../platform/steps.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import {
  anyOf,
  comment,
  numberPageOf,
  numberPaging,
  pageOf,
  paging,
  present,
  search,
  time,
  timeOf,
  timeOrNull,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { originSchema, toOrigin } from './origin-schema.ts';
import { type Controller, controllerSorts, customOf, missingOf, shown } from './types.ts';

const decisions = ['authorised', 'unauthorised', 'archived'] as const;
const states = ['live', 'replaced', 'merged'] as const;
const sides = ['observed', 'configured'] as const;
const sorts = ['controller', 'module', 'interface', 'service'] as const;
const methods = ['manual', 'query', 'passive', 'inferred', 'project', 'nameplate', 'csv'] as const;

const controllerId = z.string().min(1).max(64).describe('Public id of a controller');
const texts = z.array(z.string().min(1).max(200)).max(50).optional();

/** Without these little or nothing can be matched. */
const matched: ReadonlySet<string> = new Set(['vendor', 'model', 'orderNumber', 'firmware']);

const controllerSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(states),
  decision: z.enum(decisions),
  vendor: z.string().nullable(),
  family: z.string().nullable(),
  model: z.string().nullable(),
  orderNumber: z.string().nullable(),
  firmwareObserved: z.string().nullable(),
  firmwareConfigured: z.string().nullable(),
  lacks: z
    .array(
      z.object({
        field: z.string(),
        refusedBy: z
          .string()
          .nullable()
          .describe('Protocol or file over which it was refused; null: nobody has said it'),
        reason: z.string().nullable(),
      }),
    )
    .describe('What matching needs and nobody said, and why'),
  custom: z.record(z.string(), z.string()).describe('Fields of the site'),
  serial: z.string().nullable(),
  address: z.string().nullable(),
  zone: z.string().nullable().describe('Id of its zone'),
  role: z.string().nullable(),
  drift: z.int().describe('Fields in which what was read differs from what was planned'),
  firstSeenAt: time.nullable(),
  lastSeenAt: time.nullable(),
});

const values = z.record(z.string(), z.string());

const controllerDetailSchema = controllerSchema.extend({
  createdAt: time,
  into: z.string().nullable().describe('The record that it became part of, or that took its place'),
  parts: z.array(z.object({ id: z.int(), sort: z.enum(sorts), key: z.string(), observed: values, configured: values })),
  differs: z.array(
    z.object({ sort: z.enum(sorts), key: z.string(), field: z.string(), configured: z.string(), observed: z.string() }),
  ),
  proposals: z
    .array(z.object({ controller: z.string(), name: z.string(), key: z.string(), value: z.string() }))
    .describe('Records that may be the same; a person decides'),
  merges: z.array(z.object({ id: z.int(), keep: z.string(), other: z.string(), at: time })),
  entered: z.object({ revision: z.int(), values: z.record(z.string(), z.unknown()) }).describe('What people entered'),
});

const factSchema = z.object({
  id: z.int(),
  sort: z.enum(sorts),
  key: z.string(),
  field: z.string(),
  side: z.enum(sides),
  wins: z.boolean(),
  ended: z.boolean().describe('Newer words of the same person took its place'),
  value: z.string().nullable(),
  raw: z.string().nullable(),
  error: z.string().nullable().describe('Why there is no value'),
  reason: z.string().nullable(),
  method: z.enum(methods),
  source: z.string(),
  observedAt: time,
  origin: z.int(),
  confidence: z.number(),
  normaliser: z.int(),
  derivedBy: z.string().nullable().describe('Name and version of the map that made it'),
  where: z.string().nullable(),
});

/** The record of controllers: lists, one with its facts, decisions, what is entered, merges, origins and taking them back. */
export const controllerRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { controllers, controllerList: list } = parts;
  for (const [schema, id] of [
    [controllerSchema, 'Controller'],
    [controllerDetailSchema, 'ControllerDetail'],
    [factSchema, 'ControllerFact'],
    [originSchema, 'ControllerOrigin'],
  ] as const)
    names.add(schema, { id });
  const tag = 'devices' as const;
  const params = z.strictObject({ controller: controllerId });

  const toController = (controller: Controller) => {
    const all = controllers.parts(controller.id);
    const [own] = all;
    const text = (field: string): string | null => shown(own, field) ?? null;
    return {
      id: controller.publicId,
      name: controllers.label(controller.id),
      state: controller.state,
      decision: controller.decision,
      vendor: text('vendor'),
      family: text('productFamily'),
      model: text('model'),
      orderNumber: text('orderNumber'),
      firmwareObserved: own?.observed['firmware'] ?? null,
      firmwareConfigured: own?.configured['firmware'] ?? null,
      lacks: missingOf(own, controllers.facts(controller.id)).flatMap(({ field, refused }) =>
        matched.has(field) ? [{ field, refusedBy: refused?.source ?? null, reason: refused?.reason ?? null }] : [],
      ),
      custom: Object.fromEntries(customOf(controllers.entered(controller.publicId).body)),
      serial: text('serial'),
      address:
        text('address') ??
        all.filter(({ sort }) => sort === 'interface').flatMap((part) => shown(part, 'address') ?? [])[0] ??
        null,
      zone: text('zone'),
      role: text('role'),
      drift: controllers.drift(controller.id).length,
      firstSeenAt: timeOrNull(controller.firstSeenAt),
      lastSeenAt: timeOrNull(controller.lastSeenAt),
    };
  };

  const detail = (publicId: string) => {
    const controller = controllers.get(publicId);
    const { body, revision } = controllers.entered(publicId);
    return {
      ...toController(controller),
      createdAt: timeOf(controller.createdAt),
      into: controller.into === null ? null : (controllers.byId(controller.into)?.publicId ?? null),
      parts: controllers.parts(controller.id).map(({ id, sort, key, observed, configured }) => ({
        id,
        sort,
        key,
        observed: { ...observed },
        configured: { ...configured },
      })),
      differs: controllers.drift(controller.id).map(({ part, field, configured, observed }) => ({
        sort: part.sort,
        key: part.key,
        field,
        configured,
        observed,
      })),
      proposals: controllers
        .proposals(controller.id)
        .map(({ controller, label, kind, value }) => ({ controller, name: label, key: kind, value })),
      merges: controllers
        .mergesOf(controller.id)
        .map(({ id, keep, other, at }) => ({ id, keep, other, at: timeOf(at) })),
      entered: { revision, values: body },
    };
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/controllers',
      tag,
      right: 'devices:read',
      summary: 'The controllers that a filter finds',
      query: z.strictObject({
        ...paging,
        search: search.optional(),
        sort: z.enum(controllerSorts).default('name'),
        descending: z.boolean().default(false),
        vendor: texts,
        family: texts,
        model: texts,
        zone: texts,
        role: texts,
        decision: anyOf(decisions),
        state: anyOf(states),
        method: anyOf(methods),
        drift: z.boolean().optional().describe('Whether what was read differs from what was planned'),
        missingFirmware: z.boolean().optional(),
        proposals: z.boolean().optional().describe('Whether it may be the same as another'),
        custom: texts.describe('Values of fields of the site, as `Name: value`'),
      }),
      response: pageOf(controllerSchema),
      handle: ({ query }) => {
        const { limit, after, sort, descending, custom = [], ...filter } = query;
        const own = custom.length === 0 ? {} : { publicIds: controllers.recordsWith(customOf({ custom })) };
        const page = list.page({
          filter: { ...present(filter), ...own },
          sort,
          descending,
          limit,
          ...present({ after }),
        });
        return {
          rows: page.ids.flatMap((id) => {
            const controller = controllers.byId(id);
            return controller === undefined ? [] : [toController(controller)];
          }),
          total: page.total,
          next: page.next ?? null,
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers',
      tag,
      right: 'devices:write',
      summary: 'Enters a controller that nothing spoke of yet',
      body: z.strictObject({ values: z.record(z.string().max(64), z.unknown()) }),
      status: 201,
      response: controllerDetailSchema,
      handle: ({ actor, body }) => detail(controllers.create(actor, body.values).publicId),
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/{controller}',
      tag,
      right: 'devices:read',
      summary: 'A controller with its modules, interfaces and services, and what may be the same',
      params,
      response: controllerDetailSchema,
      handle: ({ params: { controller } }) => detail(controller),
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/{controller}/facts',
      tag,
      right: 'devices:read',
      summary: 'Every fact about a controller, the newest first, and which of them win',
      params,
      query: z.strictObject({ field: z.string().max(64).optional() }),
      response: z.object({ rows: z.array(factSchema) }),
      handle: ({ params: { controller }, query }) => ({
        rows: controllers
          .facts(controllers.get(controller).id)
          .filter(({ field }) => query.field === undefined || field === query.field)
          .map(({ part: _part, observedAt, ...fact }) => ({ ...fact, observedAt: timeOf(observedAt) })),
      }),
    }),
    jsonRoute({
      method: 'get',
      path: '/controllers/{controller}/changes',
      tag,
      right: 'devices:read',
      summary: 'How the values of a controller changed, the newest first',
      params,
      query: z.strictObject(numberPaging),
      response: numberPageOf(
        z.object({
          id: z.int(),
          at: time,
          sort: z.enum(sorts),
          key: z.string(),
          field: z.string(),
          side: z.enum(sides),
          before: z.string().nullable(),
          after: z.string().nullable(),
          origin: z.int().nullable(),
        }),
      ).omit({ total: true }),
      handle: ({ params: { controller }, query }) => {
        const before = query.after === undefined ? {} : { before: query.after };
        const rows = controllers.changes({
          controller: controllers.get(controller).id,
          limit: query.limit + 1,
          ...before,
        });
        const page = rows.slice(0, query.limit);
        return {
          rows: page.map(({ controller: _controller, at, ...row }) => ({ ...row, at: timeOf(at) })),
          next: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
        };
      },
    }),
    jsonRoute({
      method: 'patch',
      path: '/controllers/{controller}',
      tag,
      right: 'devices:write',
      summary: 'Enters or clears what people say about a controller; null clears',
      params,
      body: z.strictObject({
        values: z.record(z.string().max(64), z.unknown()),
        expectedRevision: z.int().min(1).optional(),
        comment: comment.optional(),
      }),
      response: controllerDetailSchema,
      handle: ({ actor, params: { controller }, body }) => {
        const { values: patch, ...options } = body;
        controllers.edit(actor, controller, patch, present(options));
        return detail(controller);
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers/decide',
      tag,
      right: 'devices:write',
      summary: 'Decides whether controllers should be there',
      body: z.strictObject({
        controllers: z.array(controllerId).min(1).max(10_000),
        decision: z.enum(decisions),
        reason: comment.optional(),
      }),
      response: z.object({ decided: z.int() }),
      handle: async ({ actor, body: { controllers: ids, decision, reason } }) => {
        // All are looked up first, so that a wrong one changes nothing.
        await inParts(ids, (part) => {
          for (const id of part) controllers.get(id);
        });
        let decided = 0;
        await inParts(ids, (part) => {
          decided += controllers.decide(actor, part, decision, reason);
        });
        return { decided };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers/{controller}/merge',
      tag,
      right: 'devices:write',
      summary: 'Makes another record part of this one; can be undone',
      params,
      body: z.strictObject({ other: controllerId }),
      response: z.object({ merge: z.int() }),
      handle: ({ actor, params: { controller }, body }) => ({
        merge: controllers.merge(actor, controller, body.other),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/controllers/{controller}/apart',
      tag,
      right: 'devices:write',
      summary: 'Says that two records are two controllers, whatever they share',
      params,
      body: z.strictObject({ other: controllerId, reason: comment.optional() }),
      response: controllerDetailSchema,
      handle: ({ actor, params: { controller }, body }) => {
        controllers.keepApart(actor, controller, body.other, body.reason);
        return detail(controller);
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-merges/{merge}/undo',
      tag,
      right: 'devices:write',
      summary: 'Makes two records of one again',
      params: z.strictObject({ merge: z.coerce.number().int().min(1) }),
      response: z.object({ undone: z.int() }),
      handle: ({ actor, params: { merge } }) => {
        controllers.unmerge(actor, merge);
        return { undone: merge };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-origins',
      tag,
      right: 'devices:read',
      summary: 'What brought facts about controllers, the newest first',
      query: z.strictObject(numberPaging),
      response: numberPageOf(originSchema).omit({ total: true }),
      handle: ({ query }) => {
        const before = query.after === undefined ? {} : { before: query.after };
        const rows = controllers.origins({ limit: query.limit + 1, ...before });
        const page = rows.slice(0, query.limit);
        return {
          rows: page.map(({ id }) => toOrigin(controllers.origin(id))),
          next: rows.length > page.length ? (page.at(-1)?.id ?? null) : null,
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-origins/{origin}/undo',
      tag,
      right: 'devices:write',
      summary: 'Takes an origin back as a whole: its facts go, and records that nothing else speaks of',
      params: z.strictObject({ origin: z.coerce.number().int().min(1) }),
      body: z.strictObject({ dryRun: z.boolean().default(false) }),
      response: z.object({ facts: z.int(), changed: z.int(), removed: z.array(z.string()), origin: originSchema }),
      handle: async ({ actor, params: { origin }, body }) => {
        const undone = body.dryRun
          ? controllers.undo(actor, origin, { dryRun: true })
          : await controllers.undoInSteps(actor, origin);
        if (undone.origin.id !== origin) throw new AppError('INTERNAL', 'another origin was taken back');
        return {
          facts: undone.facts,
          changed: undone.changed.length,
          removed: undone.removed.map(({ publicId }) => publicId),
          origin: toOrigin(controllers.origin(origin)),
        };
      },
    }),
  ];
};
