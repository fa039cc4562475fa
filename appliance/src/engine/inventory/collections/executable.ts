import { defineCollection } from '../types.ts';

/** C1: executable files that were seen. Stored once per site, linked per device. */
export const collection = defineCollection({
  name: 'executable',
  bound: 'device',
  row: 'C1',
  mode: 'shared',
  title: 'name',
  sort: 'name',
  fields: {
    sha256: { type: 'text', required: true, indexed: true, maxLength: 64 },
    name: { type: 'text', required: true, identity: true, indexed: true, maxLength: 255 },
    path: { type: 'text', identity: true, indexed: true, maxLength: 1_024, hidesHome: true },
    sizeBytes: { type: 'integer', unit: 'bytes' },
    removable: { type: 'boolean', indexed: true, column: false },
    firstSeenAt: { type: 'time', perDevice: true },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
