import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import type { Scope } from '../../platform/scope.ts';
import {
  anyOf,
  comment,
  numberPageOf,
  numberPaging,
  pageOf,
  paging,
  search,
  time,
  where,
} from '../../platform/shapes.ts';
import { inParts } from '../../platform/steps.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { COVERAGE_STATES } from '../vulnerabilities/types.ts';
import { batchOperations, batchSchema } from './batch-operations.ts';
import { controllerDetailSchema, controllerSchema, detailOf, partTypes, sides, toController } from './detail.ts';
import type { ControllerService } from './service.ts';
import {
  type ControllerList,
  controllerDecisions,
  controllerMethods,
  controllerSorts,
  controllerStates,
  customOf,
} from './types.ts';

// The record of controllers: lists, one with its facts, decisions, what is entered, merges.

const { operation } = operationsOver<{ controllers: ControllerService; controllerList: ControllerList }>({
  area: 'controllers',
  bound: 'zone',
  scoped: true,
});

const controllerId = z.string().min(1).max(64).describe('Public id of a controller');
const texts = z.array(z.string().min(1).max(200)).max(50).optional();
const given = z.record(z.string().max(64), z.unknown());

const factSchema = z.object({
  id: z.int(),
  sort: z.enum(partTypes),
  key: z.string(),
  field: z.string(),
  side: z.enum(sides),
  wins: z.boolean(),
  ended: z.boolean().describe('Newer words of the same person took its place'),
  value: z.string().nullable(),
  raw: z.string().nullable(),
  error: z.string().nullable().describe('Why there is no value'),
  reason: z.string().nullable(),
  method: z.enum(controllerMethods),
  source: z.string(),
  observedAt: time,
  origin: z.int(),
  confidence: z.number(),
  normaliser: z.int(),
  derivedBy: z.string().nullable().describe('Name and version of the map that made it'),
  where: z.string().nullable(),
});

export const controllerSchemas = {
  Controller: controllerSchema,
  ControllerDetail: controllerDetailSchema,
  ControllerFact: factSchema,
  ControllerOrigin: batchSchema,
};

const readable = (actor: Actor): Scope => scopeOf(actor, 'controllers:read');
const writable = (actor: Actor): Scope => scopeOf(actor, 'controllers:write');

const factsOf = (controllers: ControllerService, publicId: string, scope: Scope) =>
  controllers.facts(controllers.get(publicId, scope).id).map(({ batch: origin, type, ...fact }) => ({
    ...fact,
    sort: type,
    origin,
  }));

const firmwareLacks = ({ lacks }: z.output<typeof controllerSchema>): string | null => {
  const lack = lacks.find(({ field }) => field === 'firmware');
  if (lack === undefined) return null;
  return lack.refusedBy === null ? 'not reported' : `refused over ${lack.refusedBy}: ${lack.reason}`;
};

const partName = ({ sort, key }: { sort: string; key: string }): string => (key === '' ? sort : `${sort} ${key}`);

export const controllerOperations = [
  operation({
    name: 'controller.list',
    http: { method: 'get', path: '/controllers' },
    right: 'controllers:read',
    summary: 'The controllers that a filter finds',
    input: z.strictObject({
      ...paging,
      search: search.optional(),
      sort: z.enum(controllerSorts).default('name'),
      descending: z.boolean().default(false),
      vendor: texts,
      family: texts,
      model: texts,
      zone: texts,
      role: texts,
      decision: anyOf(controllerDecisions),
      state: anyOf(controllerStates),
      method: anyOf(controllerMethods),
      coverage: anyOf(COVERAGE_STATES).describe('What "no findings" of them is worth'),
      drift: z.boolean().optional().describe('Whether what was read differs from what was planned'),
      missingFirmware: z.boolean().optional().describe('Whether its firmware is not known'),
      proposals: z.boolean().optional().describe('Whether it may be the same as another'),
      custom: texts.describe('Values of fields of the site, as `Name: value`'),
      where,
    }),
    output: pageOf(controllerSchema),
    run: (
      { controllers, controllerList, note, actor },
      { limit, after, sort, descending, custom, search: q, ...asked },
    ) => {
      const own = [...customOf({ custom })].map(([name, value]) => [`custom.${name}`, value] as const);
      const scope = readable(actor);
      const { read, vocabulary } = controllerList.language(scope);
      // Nothing has a value of a field that the site does not have.
      const isDeclared = own.every(([name]) => vocabulary.fields.has(name));
      const page = controllerList.page({
        scope,
        filter: isDeclared ? read([...termsIn({ q, ...asked }), ...own]) : { any: [] },
        sort,
        descending,
        limit,
        ...defined({ after }),
      });
      if (after === undefined && scope.site)
        for (const name of controllers.underWay())
          note(`${name} is being imported or taken back: what is listed may be half of it`);
      return {
        rows: controllers.listed(page.ids, scope).map((listed) => toController(controllers, listed)),
        total: page.total,
        next: page.next ?? null,
      };
    },
    command: {
      rows: Number.POSITIVE_INFINITY,
      example: 'sallyport controller list --search 6ES7515 --drift --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'NAME', 'DECISION', 'MODEL', 'ORDER NUMBER', 'FIRMWARE', 'PLANNED', 'ADDRESS', 'DIFFERS', 'COVERAGE'],
          rows.map((row) => [
            row.id,
            row.name,
            row.decision,
            row.model,
            row.orderNumber,
            row.firmwareObserved ?? (row.firmwareConfigured === null ? firmwareLacks(row) : null),
            row.firmwareConfigured,
            row.address,
            row.drift,
            row.coverage,
          ]),
        ),
      json: ({ rows }) => rows.map((row) => ({ ...row, firmwareLacks: firmwareLacks(row) })),
    },
  }),
  operation({
    name: 'controller.create',
    http: { method: 'post', path: '/controllers', status: 201 },
    right: 'controllers:write',
    summary: 'Enters a controller that nothing spoke of yet',
    input: z.strictObject({ values: given }),
    output: controllerDetailSchema,
    run: ({ controllers, actor }, { values }) =>
      detailOf(controllers, controllers.create(actor, values).publicId, writable(actor)),
  }),
  operation({
    name: 'controller.show',
    http: { method: 'get', path: '/controllers/{controller}' },
    right: 'controllers:read',
    summary: 'A controller with its modules, interfaces and services, its facts, and what may be the same',
    input: z.strictObject({
      controller: controllerId,
      all: z.boolean().default(false).describe('Facts that lost and refusals, too'),
    }),
    output: controllerDetailSchema.extend({ facts: z.array(factSchema) }),
    run: ({ controllers, actor }, { controller, all }) => ({
      ...detailOf(controllers, controller, readable(actor)),
      facts: factsOf(controllers, controller, readable(actor)).filter(({ wins }) => wins || all),
    }),
    command: {
      positionals: ['controller'],
      example: 'sallyport controller show controller-0123456789abcdef --all --data /var/lib/sallyport',
      print: (out, { id, name, state, decision, differs, proposals, merges, facts }) => {
        out.line(`${name}: ${id}, ${state}, ${decision}`);
        for (const one of differs)
          out.line(`differs: ${partName(one)} ${one.field}, planned ${one.configured}, read ${one.observed}`);
        for (const { controller, key, value } of proposals) out.line(`may be ${controller}: same ${key} ${value}`);
        for (const { id: merge, other } of merges)
          out.line(`merge ${merge}: ${other}; back with: sallyport controller unmerge ${merge}`);
        out.line('');
        out.table(
          ['PART', 'FIELD', 'SIDE', 'VALUE', 'METHOD', 'SOURCE', 'AT', 'ORIGIN', 'WINS'],
          facts.map((fact) => [
            partName(fact),
            fact.field,
            fact.side,
            fact.value ?? `(${fact.error}: ${fact.reason})`,
            fact.method,
            fact.source,
            fact.observedAt,
            fact.origin,
            fact.wins ? 'yes' : null,
          ]),
        );
      },
      json: ({ proposals, entered, ...shown }) => ({
        ...shown,
        publicId: shown.id,
        proposals: proposals.map((one) => ({ ...one, label: one.name, kind: one.key })),
        entered: { ...entered, body: entered.values },
      }),
    },
  }),
  operation({
    name: 'controller.facts',
    http: { method: 'get', path: '/controllers/{controller}/facts' },
    right: 'controllers:read',
    summary: 'Every fact about a controller, the newest first, and which of them win',
    input: z.strictObject({ controller: controllerId, field: z.string().max(64).optional() }),
    output: z.object({ rows: z.array(factSchema) }),
    run: ({ controllers, actor }, { controller, field: wanted }) => ({
      rows: factsOf(controllers, controller, readable(actor)).filter(
        ({ field }) => wanted === undefined || field === wanted,
      ),
    }),
  }),
  operation({
    name: 'controller.changes',
    http: { method: 'get', path: '/controllers/{controller}/changes' },
    right: 'controllers:read',
    summary: 'How the values of a controller changed, the newest first',
    input: z.strictObject({ controller: controllerId, ...numberPaging }),
    output: numberPageOf(
      z.object({
        id: z.int(),
        at: time,
        sort: z.enum(partTypes),
        key: z.string(),
        field: z.string(),
        side: z.enum(sides),
        before: z.string().nullable(),
        after: z.string().nullable(),
        origin: z.int().nullable(),
      }),
    ).omit({ total: true }),
    run: ({ controllers, actor }, { controller, limit, after }) => {
      const rows = controllers.changes({
        controller: controllers.get(controller, readable(actor)).id,
        limit: limit + 1,
        ...defined({ before: after }),
      });
      const page = rows.slice(0, limit);
      return {
        rows: page.map(({ batch: origin, type, ...row }) => ({ ...row, sort: type, origin })),
        next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
      };
    },
  }),
  operation({
    name: 'controller.edit',
    http: { method: 'patch', path: '/controllers/{controller}' },
    right: 'controllers:write',
    summary: 'Enters or clears what people say about a controller; null clears',
    input: z.strictObject({
      controller: controllerId,
      values: given,
      expectedRevision: z.int().min(1).optional(),
      comment: comment.optional(),
    }),
    output: controllerDetailSchema,
    run: ({ controllers, actor }, { controller, values, ...options }) => {
      controllers.edit(actor, controller, values, defined(options));
      return detailOf(controllers, controller, writable(actor));
    },
  }),
  operation({
    name: 'controller.decide',
    http: { method: 'post', path: '/controllers/decide' },
    right: 'controllers:write',
    summary: 'Decides whether controllers should be there',
    input: z.strictObject({
      controllers: z.array(controllerId).min(1).max(10_000),
      decision: z.enum(controllerDecisions),
      reason: comment.optional(),
    }),
    output: z.object({ decided: z.int() }),
    run: async ({ controllers, actor }, { controllers: ids, decision, reason }) => {
      // All are looked up first, so that a wrong one changes nothing.
      await inParts(ids, (part) => {
        for (const id of part) controllers.get(id, writable(actor));
      });
      let decided = 0;
      await inParts(ids, (part) => {
        decided += controllers.decide(actor, part, decision, reason);
      });
      return { decided };
    },
    command: {
      positionals: ['controllers'],
      example:
        'sallyport controller decide controller-0123456789abcdef --decision authorised --reason "spare, cabinet 4"',
      print: (out, { decided }, { controllers, decision }) =>
        out.line(`${decided} of ${controllers.length} decided: ${decision}`),
      json: (answer, { decision }) => ({ ...answer, decision }),
    },
  }),
  operation({
    name: 'controller.merge',
    http: { method: 'post', path: '/controllers/{controller}/merge' },
    right: 'controllers:write',
    summary: 'Makes another record part of this one; can be undone',
    input: z.strictObject({
      controller: controllerId,
      other: controllerId,
      apart: z.boolean().default(false).describe('They are two controllers, whatever they share: nothing is merged'),
    }),
    output: z.object({ merge: z.int().nullable().describe('By which it is undone; null where they are two') }),
    run: ({ controllers, actor }, { controller, other, apart }) => {
      if (!apart) return { merge: controllers.merge(actor, controller, other) };
      controllers.markDistinct(actor, controller, other);
      return { merge: null };
    },
    command: {
      positionals: ['controller', 'other'],
      example: 'sallyport controller merge controller-0123456789abcdef controller-fedcba9876543210',
      print: (out, { merge }, { controller, other }) =>
        out.line(
          merge === null
            ? `${controller} and ${other} are two controllers`
            : `merge ${merge}; back with: sallyport controller unmerge ${merge}`,
        ),
      json: ({ merge }, { controller, other }) => ({ merge, keep: controller, other }),
    },
  }),
  operation({
    name: 'controller.apart',
    http: { method: 'post', path: '/controllers/{controller}/apart' },
    right: 'controllers:write',
    summary: 'Says that two records are two controllers, whatever they share',
    input: z.strictObject({ controller: controllerId, other: controllerId, reason: comment.optional() }),
    output: controllerDetailSchema,
    run: ({ controllers, actor }, { controller, other, reason }) => {
      controllers.markDistinct(actor, controller, other, reason);
      return detailOf(controllers, controller, writable(actor));
    },
  }),
  operation({
    name: 'controller.unmerge',
    http: { method: 'post', path: '/controller-merges/{merge}/undo' },
    right: 'controllers:write',
    summary: 'Makes two records of one again',
    input: z.strictObject({ merge: z.int().min(1).describe('Its number, which the record names') }),
    output: z.object({ undone: z.int() }),
    run: ({ controllers, actor }, { merge }) => {
      controllers.unmerge(actor, merge);
      return { undone: merge };
    },
    command: {
      positionals: ['merge'],
      example: 'sallyport controller unmerge 3',
      print: (out, { undone }) => out.line(`merge ${undone} is undone`),
    },
  }),
  ...batchOperations,
];
