import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { time } from '../../platform/shapes.ts';
import { COVERAGE_STATES } from '../vulnerabilities/types.ts';
import type { ControllerService } from './service.ts';
import { controllerDecisions, controllerStates, customOf, type ListedController, shownOf } from './types.ts';

// A controller, as operations show it: in a list, and whole.

export const sides = ['observed', 'configured'] as const;
export const partTypes = ['controller', 'module', 'interface', 'service'] as const;

/** Without these little or nothing can be matched. */
const matched = ['vendor', 'model', 'orderNumber', 'firmware'] as const;

export const controllerSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(controllerStates),
  decision: z.enum(controllerDecisions),
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
          .describe('Protocol or file over which it was refused; null: no source reported it'),
        reason: z.string().nullable(),
      }),
    )
    .describe('What matching needs and no source reported, and why'),
  custom: z.record(z.string(), z.string()).describe('Fields of the site'),
  serial: z.string().nullable(),
  address: z.string().nullable(),
  zone: z.string().nullable().describe('Id of its zone'),
  role: z.string().nullable(),
  coverage: z
    .enum(COVERAGE_STATES)
    .describe('What "no findings" of it is worth: whether advisories that are here speak of its maker and its family'),
  drift: z.int().describe('Fields in which what was read differs from what was planned'),
  firstSeenAt: time.nullable(),
  lastSeenAt: time.nullable(),
});

const values = z.record(z.string(), z.string());

export const controllerDetailSchema = controllerSchema.extend({
  createdAt: time,
  into: z.string().nullable().describe('The record that it became part of, or that took its place'),
  parts: z.array(
    z.object({ id: z.int(), sort: z.enum(partTypes), key: z.string(), observed: values, configured: values }),
  ),
  differs: z.array(
    z.object({
      sort: z.enum(partTypes),
      key: z.string(),
      field: z.string(),
      configured: z.string(),
      observed: z.string(),
    }),
  ),
  proposals: z
    .array(z.object({ controller: z.string(), name: z.string(), key: z.string(), value: z.string() }))
    .describe('Records that may be the same; a person decides'),
  merges: z.array(z.object({ id: z.int(), keep: z.string(), other: z.string(), at: time })),
  entered: z.object({ revision: z.int(), values: z.record(z.string(), z.unknown()) }).describe('What people entered'),
});

/** A record in the shape of `controllerSchema`. */
export function toController(controllers: ControllerService, listed: ListedController) {
  const { fields } = listed;
  return {
    id: listed.publicId,
    name: listed.name,
    state: listed.state,
    decision: listed.decision,
    vendor: shownOf(listed, 'vendor'),
    family: shownOf(listed, 'productFamily'),
    model: shownOf(listed, 'model'),
    orderNumber: shownOf(listed, 'orderNumber'),
    firmwareObserved: fields.firmware.observed,
    firmwareConfigured: fields.firmware.configured,
    lacks: matched.flatMap((field) =>
      shownOf(listed, field) === null
        ? [{ field, refusedBy: fields[field].refused?.source ?? null, reason: fields[field].refused?.reason ?? null }]
        : [],
    ),
    custom: Object.fromEntries(customOf(controllers.entered(listed.publicId).body)),
    serial: shownOf(listed, 'serial'),
    address: shownOf(listed, 'address'),
    zone: shownOf(listed, 'zone'),
    role: shownOf(listed, 'role'),
    coverage: listed.coverage,
    drift: listed.drift,
    firstSeenAt: listed.firstSeenAt,
    lastSeenAt: listed.lastSeenAt,
  };
}

/** The record of a public id in the shape of `controllerDetailSchema`; NOT_FOUND. */
export function detailOf(controllers: ControllerService, publicId: string, scope: Scope) {
  const controller = controllers.get(publicId, scope);
  const { body, revision } = controllers.entered(publicId);
  const [listed] = controllers.listed([controller.id], scope);
  if (listed === undefined) throw new AppError('NOT_FOUND', 'there is no such controller');
  return {
    ...toController(controllers, listed),
    createdAt: controller.createdAt,
    into: controller.into === null ? null : (controllers.byId(controller.into, scope)?.publicId ?? null),
    parts: controllers.parts(controller.id).map(({ type, ...part }) => ({ ...part, sort: type })),
    differs: controllers.drift(controller.id).map(({ part, ...rest }) => ({ sort: part.type, key: part.key, ...rest })),
    proposals: controllers
      .proposals(controller.id, scope)
      .map(({ controller, label, kind, value }) => ({ controller, name: label, key: kind, value })),
    merges: controllers.mergesOf(controller.id, scope),
    entered: { revision, values: body },
  };
}
