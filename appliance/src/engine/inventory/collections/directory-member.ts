import { defineCollection } from '../types.ts';

/** D2: who is in a group. */
export const collection = defineCollection({
  name: 'directory-member',
  bound: 'site',
  row: 'D2',
  mode: 'own',
  title: 'member',
  sort: 'group',
  person: 'member',
  fields: {
    group: { type: 'text', required: true, identity: true, indexed: true, maxLength: 256 },
    domain: { type: 'text', identity: true, indexed: true, maxLength: 255 },
    member: { type: 'text', required: true, identity: true, personal: true, indexed: true, maxLength: 256 },
    kind: {
      type: 'text',
      indexed: true,
      maxLength: 20,
      choices: ['user', 'group', 'computer', 'unit', 'domain', 'unknown'],
    },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['directory'],
  maxItems: 500_000,
});
