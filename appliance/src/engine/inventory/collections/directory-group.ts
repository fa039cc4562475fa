import { defineCollection } from '../types.ts';

/** D2: a group of a directory. */
export const collection = defineCollection({
  name: 'directory-group',
  bound: 'site',
  row: 'D2',
  mode: 'own',
  title: 'name',
  sort: 'name',
  fields: {
    objectId: { type: 'text', required: true, identity: true, maxLength: 512, column: false },
    name: { type: 'text', required: true, indexed: true, maxLength: 256 },
    domain: { type: 'text', indexed: true, maxLength: 255 },
    path: { type: 'text', indexed: true, maxLength: 1_024 },
    kind: {
      type: 'text',
      indexed: true,
      maxLength: 40,
      choices: [
        'security',
        'security-global',
        'security-domain-local',
        'security-universal',
        'distribution',
        'distribution-global',
        'distribution-domain-local',
        'distribution-universal',
      ],
    },
    description: { type: 'text', maxLength: 1_024 },
    sid: { type: 'text', indexed: true, maxLength: 184, column: false },
    gid: { type: 'integer', identifier: true, column: false },
    /** Who came and went is in the members themselves. */
    members: { type: 'integer', volatile: true },
  },
  retentionDays: 730,
  leaves: null,
  sources: ['directory'],
});
