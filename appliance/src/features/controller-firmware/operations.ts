import { Readable } from 'node:stream';
import { z } from 'zod';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { ControllerFirmware } from './service.ts';
import {
  type ArrivedFirmware,
  arrivedFirmware,
  CHECKS,
  controllerId,
  digest,
  type Handover,
  handoverSchema,
  partKey,
} from './types.ts';

// Firmware that is here for controllers: listed, handed to a person with a checklist, and what became of it.

type Parts = { controllerFirmware: ControllerFirmware; controllers: ControllerService };
const { operation, download } = operationsOver<Parts>({ area: 'updates', bound: 'zone', scoped: true });

const checklistSchema = z.object({
  checks: z.array(z.enum(CHECKS)).describe('What a person confirms before an installation'),
  known: z
    .object({
      backup: z.object({ place: z.string(), restoreTestedAt: z.string() }).nullable(),
      tool: z.string(),
      rollback: z
        .boolean()
        .nullable()
        .describe('Whether the file of the present version is here; null: it is not known'),
      key: z.string(),
      card: z.string(),
    })
    .describe('What the record knows about it'),
});

export const controllerFirmwareSchemas = { ControllerFirmware: arrivedFirmware, FirmwareHandover: handoverSchema };

/** Of one in reach. */
const controllerOf = ({ controllers }: Parts, controller: number) => ({
  controller: controllers.byId(controller, wholeSite('figures'))?.publicId ?? '',
  name: controllers.label(controller),
});

const toFile = (parts: Parts, { targets, ...file }: ArrivedFirmware) => ({
  ...file,
  targets: targets.map(({ controller, partKey: part, firmware }) => ({
    ...controllerOf(parts, controller),
    part,
    firmware,
  })),
});

const toHandover = (parts: Parts, { controller, ...handover }: Handover) => ({
  ...handover,
  ...controllerOf(parts, controller),
});

const handoversOf = (parts: Parts & { actor: Actor }, publicId?: string) => {
  const scope = scopeOf(parts.actor, 'updates:read');
  return parts.controllerFirmware
    .handovers(scope, publicId === undefined ? undefined : parts.controllers.get(publicId, scope).id)
    .map((handover) => toHandover(parts, handover));
};

const targetOf = (parts: Parts, wanted: { sha256: string; controller: string; part: string }, scope: Scope) => {
  const file = parts.controllerFirmware.get(wanted.sha256, scope);
  const { id } = parts.controllers.get(wanted.controller, scope);
  const target = file.targets.find((one) => one.controller === id && one.partKey === wanted.part);
  if (target === undefined) throw new AppError('NOT_FOUND', 'the file is not for this part of the controller');
  return { file, target };
};

const targetInput = { sha256: digest, controller: controllerId, part: partKey.default('') };

export const controllerFirmwareOperations = [
  operation({
    name: 'controller.firmware.list',
    http: { method: 'get', path: '/controller-firmware' },
    right: 'updates:read',
    summary: 'Lists firmware files for controllers and who has them not yet',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(arrivedFirmware) }),
    run: (parts) => ({
      rows: parts.controllerFirmware.list(scopeOf(parts.actor, 'updates:read')).map((file) => toFile(parts, file)),
    }),
    command: {
      example: 'sallyport controller firmware list --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['SHA-256', 'VENDOR', 'VERSION', 'FOR', 'HERE', 'PARTS THAT LACK IT'],
          rows.map((file) => [
            file.sha256.slice(0, 16),
            file.vendor,
            file.version,
            file.orderNumbers.join(' '),
            file.isHere ? 'yes' : 'no',
            file.targets.length,
          ]),
        ),
      json: ({ rows }, _input, parts) => ({ files: rows, handovers: handoversOf(parts) }),
    },
  }),
  operation({
    name: 'controller.firmware.handovers',
    http: { method: 'get', path: '/controller-firmware/handovers' },
    right: 'updates:read',
    summary: 'Lists files that were handed over, and what newer readings show',
    input: z.strictObject({ controller: controllerId.optional() }),
    output: z.object({ rows: z.array(handoverSchema) }),
    run: (parts, { controller }) => ({ rows: handoversOf(parts, controller) }),
  }),
  operation({
    name: 'controller.firmware.close',
    http: { method: 'post', path: '/controller-firmware/handovers/{handover}' },
    right: 'updates:write',
    summary: 'Says that a file is installed, or given up; only a newer reading verifies it',
    input: z.strictObject({ handover: z.int().min(1), state: z.enum(['done', 'dropped']) }),
    output: z.void(),
    run: ({ controllerFirmware, actor }, { handover, state }) =>
      state === 'done' ? controllerFirmware.done(actor, handover) : controllerFirmware.drop(actor, handover),
  }),
  operation({
    name: 'controller.firmware.checklist',
    http: { method: 'get', path: '/controller-firmware/{sha256}/checklist' },
    right: 'updates:read',
    summary: 'What is to be confirmed before a file is installed in a controller, and what the record knows of it',
    input: z.strictObject(targetInput),
    output: checklistSchema,
    run: (parts, wanted) => {
      const { file, target } = targetOf(parts, wanted, scopeOf(parts.actor, 'updates:read'));
      return { checks: CHECKS, known: parts.controllerFirmware.knownForChecklist(target, file) };
    },
  }),
  download({
    name: 'controller.firmware.handover',
    http: { method: 'post', path: '/controller-firmware/{sha256}/handover' },
    right: 'updates:write',
    summary:
      'Hands a file to the caller: checked once more, recorded, then sent; its number is in `Sallyport-Handover`',
    file: 'application/octet-stream',
    input: z.strictObject({
      ...targetInput,
      confirmed: z.array(z.enum(CHECKS)).max(CHECKS.length).default([]),
    }),
    run: async (parts, { sha256, confirmed, ...wanted }) => {
      const { controller, part } = targetOf(parts, { sha256, ...wanted }, scopeOf(parts.actor, 'updates:write')).target;
      const handed = await parts.controllerFirmware.hand(parts.actor, { sha256, controller, part, confirmed });
      return {
        name: handed.file.fileName,
        body: Readable.toWeb(handed.open()) as ReadableStream<Uint8Array>,
        headers: {
          'Content-Length': String(handed.file.sizeBytes),
          'Sallyport-Handover': String(handed.handover),
        },
      };
    },
  }),
];
