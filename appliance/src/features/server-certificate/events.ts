import { defineEvents } from '../../engine/events/types.ts';

export const serverCertificateEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650, severity: 'warning' },
  {
    'certificate-set': { params: { fingerprint: 'text', subject: 'text', ends: 'time' }, audit: true },
    'certificate-cleared': { params: { fingerprint: 'text' }, audit: true },
    // Once for each step and certificate; 0: it has ended.
    'certificate-ends': { params: { fingerprint: 'text', limitDays: 'integer', ends: 'time' }, retentionDays: 400 },
  },
);
