import { z } from 'zod';
import { time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ControllerService } from './service.ts';
import { type Controller, customOf, missingOf, shown } from './types.ts';

// A controller, as operations show it: in a list, and whole.

export const decisions = ['authorised', 'unauthorised', 'archived'] as const;
export const states = ['live', 'replaced', 'merged'] as const;
export const sides = ['observed', 'configured'] as const;
export const sorts = ['controller', 'module', 'interface', 'service'] as const;

/** Without these little or nothing can be matched. */
const matched: ReadonlySet<string> = new Set(['vendor', 'model', 'orderNumber', 'firmware']);

export const controllerSchema = z.object({
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

export const controllerDetailSchema = controllerSchema.extend({
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

/** A record in the shape of `controllerSchema`. */
export function toController(controllers: ControllerService, controller: Controller) {
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
}

/** The record of a public id in the shape of `controllerDetailSchema`; NOT_FOUND. */
export function detailOf(controllers: ControllerService, publicId: string) {
  const controller = controllers.get(publicId);
  const { body, revision } = controllers.entered(publicId);
  return {
    ...toController(controllers, controller),
    createdAt: timeOf(controller.createdAt),
    into: controller.into === null ? null : (controllers.byId(controller.into)?.publicId ?? null),
    parts: controllers.parts(controller.id),
    differs: controllers.drift(controller.id).map(({ part, ...rest }) => ({ sort: part.sort, key: part.key, ...rest })),
    proposals: controllers
      .proposals(controller.id)
      .map(({ controller, label, kind, value }) => ({ controller, name: label, key: kind, value })),
    merges: controllers.mergesOf(controller.id).map(({ at, ...merge }) => ({ ...merge, at: timeOf(at) })),
    entered: { revision, values: body },
  };
}
