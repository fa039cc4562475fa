import { defineEvents } from '../events/types.ts';

export const inventoryEvents = defineEvents({
  /** C7: a device reports an error of disk encryption that it did not report before. */
  'encryption-error': {
    severity: 'failure',
    bound: 'device',
    area: 'devices',
    params: { volume: 'text', error: 'text' },
    device: 'always',
    retentionDays: 365,
  },
});
