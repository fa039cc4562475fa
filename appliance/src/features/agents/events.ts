import { defineEvents } from '../../engine/events/types.ts';

export const agentEvents = defineEvents(
  { area: 'devices', bound: 'device' },
  {
    'agent-refused-object': {
      severity: 'critical',
      params: { object: 'text', code: 'text', reason: 'text' },
      device: 'always',
      retentionDays: 365,
    },
    'agent-spool-dropped': { severity: 'warning', params: { count: 'integer' }, device: 'always', retentionDays: 90 },
    'agent-trust-stale': {
      severity: 'warning',
      area: 'exchange',
      params: { role: 'text', expired: 'text' },
      device: 'always',
      retentionDays: 90,
    },
    /** All answers of a node together were above what is taken: its inventory stays as it was. */
    'osquery-answers-dropped': {
      severity: 'warning',
      params: { bytes: 'integer' },
      device: 'always',
      retentionDays: 180,
    },
    'osquery-log-dropped': {
      severity: 'warning',
      params: { bytes: 'integer' },
      device: 'sometimes',
      retentionDays: 180,
    },
    'osquery-question-failed': {
      severity: 'warning',
      params: { question: 'text', state: 'text' },
      device: 'always',
      retentionDays: 180,
    },
  },
);
