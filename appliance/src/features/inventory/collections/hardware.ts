import { defineCollection } from '../types.ts';

/** S2: parts of the device. Numbers of the part stay on site. */
export const collection = defineCollection({
  name: 'hardware',
  row: 'S2',
  mode: 'own',
  title: 'model',
  sort: 'type',
  fields: {
    type: { type: 'text', required: true, identity: true, indexed: true, maxLength: 50 },
    subtype: { type: 'text', identity: true, maxLength: 100 },
    maker: { type: 'text', indexed: true, maxLength: 256 },
    model: { type: 'text', identity: true, indexed: true, maxLength: 256 },
    serial: { type: 'text', identity: true, indexed: true, maxLength: 256 },
    capacityBytes: { type: 'integer', unit: 'bytes' },
    mac: { type: 'text', indexed: true, maxLength: 17, column: false },
    vendorId: { type: 'text', maxLength: 16, column: false },
    productId: { type: 'text', maxLength: 16, column: false },
    slot: { type: 'text', identity: true, maxLength: 100 },
  },
  retentionDays: 730,
  leaves: null,
  doors: ['native', 'glpi', 'osquery'],
});
