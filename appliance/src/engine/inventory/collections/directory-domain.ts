import { defineCollection } from '../types.ts';

/** D2: a domain of a directory. */
export const collection = defineCollection({
  name: 'directory-domain',
  bound: 'site',
  row: 'D2',
  mode: 'own',
  title: 'name',
  sort: 'name',
  fields: {
    objectId: { type: 'text', required: true, identity: true, maxLength: 512, column: false },
    name: { type: 'text', required: true, indexed: true, maxLength: 255 },
    kind: { type: 'text', indexed: true, maxLength: 30, choices: ['active-directory', 'ldap'] },
    dn: { type: 'text', indexed: true, maxLength: 1_024 },
    sid: { type: 'text', indexed: true, maxLength: 184, column: false },
    description: { type: 'text', maxLength: 1_024 },
    createdAt: { type: 'time', column: false },
  },
  retentionDays: 730,
  leaves: null,
  sources: ['directory'],
});
