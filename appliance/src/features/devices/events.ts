import { defineEvents } from '../../engine/events/types.ts';

export const deviceEvents = defineEvents(
  { area: 'devices', bound: 'device', retentionDays: 3650 },
  {
    'certificate-refused': { severity: 'warning', params: { reason: 'text' }, device: 'sometimes', retentionDays: 180 },
    'device-approved': { severity: 'info', params: { device: 'text' }, device: 'always', audit: true },
    'device-certificate-renewed': {
      severity: 'info',
      params: { serial: 'text' },
      device: 'always',
      retentionDays: 180,
    },
    'device-discovered': {
      severity: 'info',
      params: { device: 'text', method: 'text' },
      device: 'always',
      retentionDays: 365,
    },
    'device-enrolled': { severity: 'info', params: { device: 'text' }, device: 'always' },
    'device-forgotten': { severity: 'info', bound: 'site', params: { device: 'text', name: 'text' }, audit: true },
    'device-merged': {
      severity: 'info',
      params: { device: 'text', other: 'text', merge: 'integer' },
      device: 'always',
      audit: true,
    },
    'device-returned': {
      severity: 'warning',
      params: { device: 'text', serial: 'text' },
      device: 'always',
      audit: true,
    },
    'device-pending': {
      severity: 'info',
      params: { device: 'text', address: 'text' },
      device: 'always',
      retentionDays: 365,
    },
    'device-possible-clone': {
      severity: 'warning',
      params: { device: 'text', resembles: 'text', reason: 'text' },
      device: 'always',
    },
    'device-reinstalled': { severity: 'info', params: { device: 'text', address: 'text' }, device: 'always' },
    'device-revoked': { severity: 'warning', params: { device: 'text' }, device: 'always', audit: true },
    'device-unmerged': {
      severity: 'info',
      params: { device: 'text', other: 'text', merge: 'integer' },
      device: 'always',
      audit: true,
    },
    'devices-distinct': { severity: 'info', params: { device: 'text', other: 'text' }, device: 'always', audit: true },
    'devices-expired': {
      severity: 'info',
      bound: 'site',
      params: { count: 'integer', names: 'text' },
      retentionDays: 365,
    },
    'enrolment-refused': { severity: 'warning', params: { reason: 'text' }, device: 'sometimes', retentionDays: 180 },
    'refusals-dropped': { severity: 'warning', bound: 'site', params: { count: 'integer' }, retentionDays: 180 },
    'section-rejected': {
      severity: 'warning',
      params: { collection: 'text', code: 'text' },
      device: 'always',
      retentionDays: 90,
    },
  },
);
