import { defineCollection } from '../types.ts';

/** D2: an organisational unit. */
export const collection = defineCollection({
  name: 'directory-ou',
  bound: 'site',
  row: 'D2',
  mode: 'own',
  title: 'name',
  sort: 'dn',
  fields: {
    objectId: { type: 'text', required: true, identity: true, maxLength: 512, column: false },
    name: { type: 'text', required: true, indexed: true, maxLength: 256 },
    domain: { type: 'text', indexed: true, maxLength: 255 },
    path: { type: 'text', indexed: true, maxLength: 1_024 },
    dn: { type: 'text', maxLength: 1_024, column: false },
    description: { type: 'text', maxLength: 1_024 },
  },
  retentionDays: 730,
  leaves: null,
  sources: ['directory'],
});
