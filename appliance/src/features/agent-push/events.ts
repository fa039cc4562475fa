import { defineEvents } from '../../engine/events/types.ts';

export const agentPushEvents = defineEvents({
  'agent-push-started': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { address: 'text', hostKey: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'agent-pushed': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { address: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'agent-push-failed': {
    severity: 'warning',
    bound: 'site',
    area: 'devices',
    params: { address: 'text', code: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
