import { defineCollection } from '../types.ts';

/** D6: accounts on the device. */
export const collection = defineCollection({
  name: 'accounts',
  bound: 'device',
  row: 'D6',
  mode: 'own',
  title: 'name',
  sort: 'uid',
  person: 'name',
  fields: {
    name: { type: 'text', required: true, identity: true, personal: true, indexed: true, maxLength: 256 },
    domain: { type: 'text', identity: true, personal: true, maxLength: 256 },
    fullName: { type: 'text', personal: true, indexed: true, maxLength: 256 },
    isAdmin: { type: 'boolean', indexed: true },
    enabled: { type: 'boolean', indexed: true },
    uid: { type: 'integer', identifier: true },
    sid: { type: 'text', personal: true, maxLength: 184 },
    groups: { type: 'list', indexed: true, maxLength: 256, column: false },
    /** By the records of log-ins and of /etc/shadow: when a person works is personal. */
    lastLoginAt: { type: 'time', personal: true, column: false },
    passwordSetAt: { type: 'time', personal: true, column: false },
    shell: { type: 'text', maxLength: 256, column: false },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
