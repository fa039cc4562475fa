// Inventories of machines without any network, carried in on a medium: the file of our own agent (`once --out`), a GLPI
// inventory in JSON, a FusionInventory or OCS one in XML, plain or packed (.ocs), what their agents found when they searched
// the network or asked it over SNMP, and a zip of many of these.
//
// A file goes the way of every report: decoded, stripped of what is never kept, bound to a device by its hardware, stored
// through the source `offline`, which every live source outranks. A machine that is not approved yet waits for approval like
// any other; switches and printers become records of what was found, as when an agent posts them. What is older than what
// what a medium brought before does not replace it, and the same file again changes nothing.

import { z } from 'zod';
import { type Shape, time } from '../../platform/shapes.ts';

/** Of a file that is uploaded, and how such a file is named in the staging folder. */
export const maxOfflineUploadBytes = 256 * 1024 * 1024;
export const offlinePrefix = 'offline-';

export type OfflineLimits = {
  /** Of a plain file and of a file in a zip, as they are and inflated. */
  maxFileBytes: number;
  maxFiles: number;
  maxTotalBytes: number;
};

export const offlineRow = z.object({
  name: z.string().describe('Of the file, in a zip with its folders'),
  state: z
    .enum(['stored', 'waits', 'new', 'found', 'same', 'older', 'refused'])
    .describe(
      '`waits`: the device is not approved yet; `new`: it will wait for approval; `found`: a record of a device that another one read; `same`, `older`: nothing to store',
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
export type OfflineRow = Shape<typeof offlineRow>;
export type OfflineRefusal = NonNullable<OfflineRow['reason']>;

export type OfflineResult = { rows: OfflineRow[] };
