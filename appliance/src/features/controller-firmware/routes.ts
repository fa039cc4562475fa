import { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, emptyRoute, fileRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { type ArrivedFirmware, CHECKS, type FirmwareTarget, type Handover } from './types.ts';

const tag = 'updates' as const;
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const controllerId = z.string().min(1).max(64).describe('Public id of a controller');
const partKey = z.string().max(300).describe('Place of the module that it is for; empty for the controller itself');

const targetSchema = z.object({ controller: controllerId, name: z.string(), part: partKey, firmware: z.string() });

const fileSchema = z.object({
  sha256: digest,
  vendor: z.string(),
  orderNumbers: z.array(z.string()),
  version: z.string(),
  title: z.string(),
  fileName: z.string(),
  sizeBytes: z.int(),
  isHere: z.boolean().describe('Whether its bytes are in the store'),
  targets: z.array(targetSchema).describe('Parts that have it not yet, as far as anybody knows'),
});

const handoverSchema = z.object({
  id: z.int(),
  controller: controllerId,
  name: z.string(),
  sha256: digest,
  version: z.string(),
  before: z.string().describe('Version that was known when the file was handed over'),
  confirmed: z.array(z.enum(CHECKS)),
  handedAt: time,
  handedBy: z.string(),
  doneAt: time.nullable(),
  state: z.enum(['handed', 'done', 'verified', 'other-version', 'dropped']),
  found: z.string().describe('Version that a newer reading showed'),
});

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

const targetQuery = z.strictObject({ controller: controllerId, part: partKey.default('') });

/** Firmware that is here for controllers: listed, handed to a person with a checklist, and what became of it. */
export const controllerFirmwareRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { controllerFirmware: firmware, controllers } = parts;
  names.add(fileSchema, { id: 'ControllerFirmware' });
  names.add(handoverSchema, { id: 'FirmwareHandover' });

  const controllerOf = (controller: number) => ({
    controller: controllers.byId(controller)?.publicId ?? '',
    name: controllers.label(controller),
  });
  const toFile = ({ licence: _licence, notes: _notes, targets, orderNumbers, ...file }: ArrivedFirmware) => ({
    ...file,
    orderNumbers: [...orderNumbers],
    targets: targets.map(({ controller, partKey: part, firmware: version }) => ({
      ...controllerOf(controller),
      part,
      firmware: version,
    })),
  });
  const toHandover = ({ controller, part: _part, handedAt, doneAt, confirmed, ...handover }: Handover) => ({
    ...handover,
    ...controllerOf(controller),
    confirmed: [...confirmed],
    handedAt: timeOf(handedAt),
    doneAt: timeOrNull(doneAt),
  });
  const targetOf = (sha256: string, wanted: { controller: string; part: string }) => {
    const file = firmware.get(sha256);
    const { id } = controllers.get(wanted.controller);
    const target = file.targets.find((one: FirmwareTarget) => one.controller === id && one.partKey === wanted.part);
    if (target === undefined) throw new AppError('NOT_FOUND', 'the file is not for this part of the controller');
    return { file, target };
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/controller-firmware',
      tag,
      right: 'updates:read',
      summary: 'Lists firmware files for controllers and who has them not yet',
      response: z.object({ rows: z.array(fileSchema) }),
      handle: () => ({ rows: firmware.list().map(toFile) }),
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-firmware/handovers',
      tag,
      right: 'updates:read',
      summary: 'Lists files that were handed over, and what newer readings said afterwards',
      query: z.strictObject({ controller: controllerId.optional() }),
      response: z.object({ rows: z.array(handoverSchema) }),
      handle: ({ query: { controller } }) => ({
        rows: firmware.handovers(controller === undefined ? undefined : controllers.get(controller).id).map(toHandover),
      }),
    }),
    emptyRoute({
      method: 'post',
      path: '/controller-firmware/handovers/{handover}',
      tag,
      right: 'updates:write',
      summary: 'Says that a file is installed, or given up; only a newer reading verifies it',
      params: z.strictObject({ handover: z.int().min(1) }),
      body: z.strictObject({ state: z.enum(['done', 'dropped']) }),
      handle: ({ actor, params: { handover }, body: { state } }) =>
        state === 'done' ? firmware.done(actor, handover) : firmware.drop(actor, handover),
    }),
    jsonRoute({
      method: 'get',
      path: '/controller-firmware/{sha256}/checklist',
      tag,
      right: 'updates:read',
      summary: 'What is to be confirmed before a file is installed in a controller, and what the record knows of it',
      params: z.strictObject({ sha256: digest }),
      query: targetQuery,
      response: checklistSchema,
      handle: ({ params: { sha256 }, query }) => {
        const { file, target } = targetOf(sha256, query);
        return { checks: [...CHECKS], known: firmware.knownForChecklist(target, file) };
      },
    }),
    fileRoute({
      method: 'post',
      path: '/controller-firmware/{sha256}/handover',
      tag,
      right: 'updates:write',
      summary:
        'Hands a file to the caller: checked once more, recorded, then sent; its number is in `Sallyport-Handover`',
      type: 'application/octet-stream',
      params: z.strictObject({ sha256: digest }),
      body: z.strictObject({
        controller: controllerId,
        part: partKey.default(''),
        confirmed: z.array(z.enum(CHECKS)).max(CHECKS.length).default([]),
      }),
      handle: async ({ actor, params: { sha256 }, body: { confirmed, ...wanted } }) => {
        const { target } = targetOf(sha256, wanted);
        const handed = await firmware.hand(actor, {
          sha256,
          controller: target.controller,
          part: target.part,
          confirmed,
        });
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
};
