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
    /** What the system calls the part: a network interface, a volume. */
    name: { type: 'text', maxLength: 256, column: false },
    firmware: { type: 'text', indexed: true, maxLength: 100, column: false },
    interface: { type: 'text', maxLength: 50, column: false },
    fileSystem: { type: 'text', maxLength: 50, column: false },
    frequencyMhz: { type: 'integer', column: false },
    cores: { type: 'integer', column: false },
    threads: { type: 'integer', column: false },
    madeAt: { type: 'time', column: false },
    inventoryNumber: { type: 'text', entered: true, maxLength: 100 },
    place: { type: 'text', entered: true, maxLength: 200 },
    price: { type: 'text', entered: true, maxLength: 50 },
    purchasedAt: { type: 'time', entered: true },
    writtenOff: { type: 'boolean', entered: true },
  },
  retentionDays: 730,
  leaves: null,
  doors: ['native', 'glpi', 'ocs', 'osquery', 'stick', 'network'],
});
