import { defineEvents } from '../../engine/events/types.ts';

export const serverCertificateEvents = defineEvents({
  'certificate-set': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { fingerprint: 'text', subject: 'text', ends: 'time' },
    audit: true,
    retentionDays: 3650,
  },
  'certificate-cleared': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { fingerprint: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  // Once for each step and certificate; 0: it has ended.
  'certificate-ends': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { fingerprint: 'text', limitDays: 'integer', ends: 'time' },
    retentionDays: 400,
  },
});
