import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'backup-created',
  severity: 'info',
  area: 'settings',
  // `begun`: from when on nothing of the database got in. `here`: it lies in the backups folder of the data directory.
  params: { file: 'text', bytes: 'integer', begun: 'integer', here: 'integer' },
  audit: true,
  retentionDays: 365,
});
