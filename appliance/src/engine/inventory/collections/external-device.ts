import { defineCollection } from '../types.ts';

/** C6: plugged-in devices. */
export const collection = defineCollection({
  name: 'external-device',
  bound: 'device',
  row: 'C6',
  mode: 'own',
  title: 'label',
  sort: 'label',
  fields: {
    /** What the device calls itself; the class where it says nothing. */
    label: { type: 'text', required: true, identity: true, indexed: true, maxLength: 256 },
    class: { type: 'text', identity: true, indexed: true, maxLength: 100 },
    bus: { type: 'text', identity: true, indexed: true, maxLength: 30 },
    maker: { type: 'text', indexed: true, maxLength: 256 },
    vendorId: { type: 'text', identity: true, indexed: true, maxLength: 16 },
    productId: { type: 'text', identity: true, indexed: true, maxLength: 16 },
    serial: { type: 'text', identity: true, indexed: true, maxLength: 256 },
    port: { type: 'text', identity: true, maxLength: 100, column: false },
    capacityBytes: { type: 'integer', unit: 'bytes', column: false },
    connected: { type: 'boolean', indexed: true },
    firstSeenAt: { type: 'time' },
    /** When it was last there; empty while it is connected. */
    lastSeenAt: { type: 'time' },
    allowed: { type: 'boolean', indexed: true },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
