import { defineEvents } from '../../engine/events/types.ts';

export const agentPushEvents = defineEvents(
  { area: 'devices', bound: 'site', retentionDays: 3650, audit: true },
  {
    'agent-push-started': { severity: 'info', params: { address: 'text', hostKey: 'text' } },
    'agent-pushed': { severity: 'info', params: { address: 'text' } },
    'agent-push-failed': { severity: 'warning', params: { address: 'text', code: 'text' } },
  },
);
