import { defineCollection } from '../types.ts';

/** D1: whom a device sees on its own network. Asked of groups only; what it names becomes a record of what was found. */
export const collection = defineCollection({
  name: 'neighbour',
  bound: 'device',
  row: 'D1',
  mode: 'own',
  title: 'address',
  sort: 'address',
  fields: {
    address: { type: 'text', required: true, identity: true, indexed: true, maxLength: 45 },
    mac: { type: 'text', required: true, identity: true, indexed: true, maxLength: 17 },
    interface: { type: 'text', maxLength: 50 },
    lastSeenAt: { type: 'time', volatile: true },
  },
  retentionDays: 90,
  leaves: null,
  sources: ['native'],
  maxItems: 1_024,
});
