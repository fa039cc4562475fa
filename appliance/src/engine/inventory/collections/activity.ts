import { defineCollection } from '../types.ts';

/** D5. "Last seen" itself is the device table's: it changes at every check-in. */
export const collection = defineCollection({
  name: 'activity',
  bound: 'device',
  row: 'D5',
  mode: 'own',
  single: true,
  title: 'bootedAt',
  sort: 'bootedAt',
  fields: {
    lastUpdateAt: { type: 'time' },
    restartPending: { type: 'boolean', indexed: true },
    restartReasons: { type: 'list', indexed: true, maxLength: 200, column: false },
    bootedAt: { type: 'time' },
  },
  retentionDays: 90,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline', 'network'],
});
