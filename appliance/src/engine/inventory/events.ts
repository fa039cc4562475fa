import { defineEvents } from '../events/types.ts';

export const inventoryEvents = defineEvents(
  { area: 'devices', bound: 'device', device: 'always', retentionDays: 365 },
  {
    /** C7: a device reports an error of disk encryption that it did not report before. */
    'encryption-error': { severity: 'failure', params: { volume: 'text', error: 'text' } },
  },
);
