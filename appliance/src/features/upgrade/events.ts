import { defineEvents } from '../../engine/events/types.ts';

export const upgradeEvents = defineEvents({
  'release-changed': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { from: 'text', to: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'release-returned': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { from: 'text', to: 'text', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
