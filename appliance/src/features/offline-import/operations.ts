import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { DataPaths } from '../../platform/config.ts';
import { receiveFile, roomBytes } from '../../server/api/upload.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { BaselineService } from '../baselines/service.ts';
import type { OfflineImport } from './service.ts';
import { maxOfflineUploadBytes, offlinePrefix, offlineRow } from './types.ts';

// Inventories of machines without any network, from a file. The command that reads files beside is cli/inventory-import.ts.

const { operation } = operationsOver<{
  offlineImport: OfflineImport;
  baselines: BaselineService;
  objects: ObjectService;
  paths: Pick<DataPaths, 'staging'>;
}>({ area: 'devices', bound: 'site' });

export const offlineImportSchemas = { OfflineRow: offlineRow };

export const offlineImportOperations = [
  operation({
    name: 'inventory.upload',
    http: {
      method: 'post',
      path: '/inventories',
      // JSON is what most of these files are; a call with another body by mistake stores nothing, its rows say why.
      upload: { types: ['application/octet-stream', 'application/json', 'application/xml', 'application/zip'] },
    },
    right: 'devices:write',
    summary: 'Takes inventories of machines without network; with `dryRun` only says what each would do',
    description:
      'The file of `sallyport-agent once --out`, GLPI JSON, FusionInventory or OCS XML, plain or packed (.ocs), or a zip of many; the content tells which.',
    input: z.strictObject({
      name: z.string().min(1).max(200).default('inventory').describe('Of the file, for people'),
      dryRun: z.enum(['true', 'false']).default('false'),
      approve: z.enum(['true', 'false']).default('false').describe('Approves the machines without a decision'),
    }),
    output: z.object({ dryRun: z.boolean(), rows: z.array(offlineRow) }),
    run: async ({ offlineImport, baselines, objects, paths, actor, request }, { name, dryRun, approve }) => {
      const path = join(paths.staging, `${offlinePrefix}${Buffer.from(randomBytes(16)).toString('hex')}`);
      try {
        await receiveFile(request, {
          path,
          maxBytes: maxOfflineUploadBytes,
          roomBytes: roomBytes(paths.staging, objects.setting('exchange.reserve-bytes')),
        });
        if (dryRun === 'true') return { dryRun: true, rows: (await offlineImport.preview(path, { name })).rows };
        const { rows } = await offlineImport.import(actor, path, { name, approve: approve === 'true' });
        baselines.run();
        return { dryRun: false, rows };
      } finally {
        rmSync(path, { force: true });
      }
    },
  }),
];
