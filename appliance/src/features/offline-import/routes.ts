import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { receiveFile, roomBytes } from '../../server/api/upload.ts';
import { maxStickUploadBytes, type StickRow, stickPrefix } from './types.ts';

const rowSchema = z.object({
  name: z.string().describe('Of the file, in a zip with its folders'),
  state: z
    .enum(['stored', 'waits', 'new', 'found', 'same', 'older', 'refused'])
    .describe(
      '`waits`: nobody has let the device in; `new`: it will wait for approval; `found`: a record of a device that somebody else read; `same`, `older`: nothing to store',
    ),
  reason: z
    .enum(['encrypted', 'too-large', 'ratio', 'damaged', 'name', 'format', 'no-machine', 'too-many-devices'])
    .nullable()
    .describe('Why a file is left out'),
  device: z.string().nullable(),
  hostname: z.string().nullable(),
  collectedAt: time.nullable(),
  sections: z.record(z.string(), z.int()).describe('Items by collection, of those that are stored'),
  dropped: z.record(z.string(), z.int()).describe('What is never kept, by its name in the file'),
});

/** Inventories of machines without any network, from a file. */
export const stickRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { stick, baselines, objects, paths } = parts;
  names.add(rowSchema, { id: 'StickRow' });
  const toRow = ({ collectedAt, ...row }: StickRow) => ({ ...row, collectedAt: timeOrNull(collectedAt) });

  return [
    jsonRoute({
      method: 'post',
      path: '/inventories',
      tag: 'devices',
      right: 'devices:write',
      summary: 'Takes inventories of machines without network; with `dryRun` only says what each would do',
      description:
        'The file of `sallyport-agent once --out`, GLPI JSON, FusionInventory or OCS XML, plain or packed (.ocs), or a zip of many; the content tells which.',
      query: z.strictObject({
        name: z.string().min(1).max(200).default('inventory').describe('Of the file, for people'),
        dryRun: z.enum(['true', 'false']).default('false'),
        approve: z
          .enum(['true', 'false'])
          .default('false')
          .describe('Lets in the machines that nobody has decided about'),
      }),
      // JSON is what most of these files are; a call with another body by mistake stores nothing, its rows say why.
      upload: { types: ['application/octet-stream', 'application/json', 'application/xml', 'application/zip'] },
      response: z.object({ dryRun: z.boolean(), rows: z.array(rowSchema) }),
      handle: async ({ actor, query: { name, dryRun, approve }, request }) => {
        const path = join(paths.staging, `${stickPrefix}${Buffer.from(randomBytes(16)).toString('hex')}`);
        try {
          await receiveFile(request, {
            path,
            maxBytes: maxStickUploadBytes,
            roomBytes: roomBytes(paths.staging, objects.setting('exchange.reserve-bytes')),
          });
          if (dryRun === 'true') return { dryRun: true, rows: (await stick.preview(path, { name })).rows.map(toRow) };
          const { rows } = await stick.import(actor, path, { name, approve: approve === 'true' });
          baselines.run();
          return { dryRun: false, rows: rows.map(toRow) };
        } finally {
          rmSync(path, { force: true });
        }
      },
    }),
  ];
};
