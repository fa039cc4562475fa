import { defineEvents } from '../../engine/events/types.ts';

export const upgradeEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650, audit: true },
  {
    'release-changed': { severity: 'info', params: { from: 'text', to: 'text' } },
    'release-returned': { severity: 'warning', params: { from: 'text', to: 'text', reason: 'text' } },
    // `began`: when the attempt began, by which it is told once.
    'upgrade-failed': {
      severity: 'critical',
      params: { from: 'text', to: 'text', reason: 'text', began: 'integer' },
    },
    'upgrade-put-aside': { severity: 'info', params: { to: 'text', reason: 'text' } },
  },
);
