import { defineCollection } from '../types.ts';

/** D1: how a device was found, by each method. */
export const collection = defineCollection({
  name: 'discovery',
  bound: 'device',
  row: 'D1',
  mode: 'own',
  title: 'label',
  sort: 'label',
  fields: {
    method: {
      type: 'text',
      required: true,
      identity: true,
      indexed: true,
      maxLength: 20,
      choices: ['directory', 'scan', 'agent'],
    },
    /** The name, or the address where nothing says the name. */
    label: { type: 'text', required: true, indexed: true, maxLength: 255 },
    addresses: { type: 'list', indexed: true, maxLength: 45, maxItems: 32 },
    names: { type: 'list', indexed: true, maxLength: 255, maxItems: 32, column: false },
    macs: { type: 'list', indexed: true, maxLength: 17, maxItems: 32 },
    /** Ports that took a connection when the range was asked. */
    ports: { type: 'list', indexed: true, maxLength: 5, maxItems: 32, column: false },
    /** Which directory, range or device found it. */
    by: { type: 'text', indexed: true, maxLength: 200 },
    visible: { type: 'boolean', indexed: true },
    firstSeenAt: { type: 'time', column: false },
    lastSeenAt: { type: 'time', volatile: true },
  },
  retentionDays: 90,
  leaves: null,
  sources: ['network'],
});
