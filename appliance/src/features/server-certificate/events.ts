import { defineEvents } from '../../engine/events/types.ts';

export const serverCertificateEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650, severity: 'warning', audit: true },
  {
    'certificate-set': { params: { fingerprint: 'text', subject: 'text', ends: 'time' } },
    'certificate-cleared': { params: { fingerprint: 'text' } },
    // Once for each step and certificate; 0: it has ended.
    'certificate-ends': {
      params: { fingerprint: 'text', limitDays: 'integer', ends: 'time' },
      retentionDays: 400,
      audit: false,
    },
  },
);
