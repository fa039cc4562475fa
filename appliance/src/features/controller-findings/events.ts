import { defineEvents } from '../../engine/events/types.ts';

export const controllerFindingEvents = defineEvents(
  { bound: 'zone', audit: true },
  {
    'controller-finding-closed': {
      severity: 'info',
      area: 'vulnerabilities',
      params: { vulnerability: 'text', product: 'text', controller: 'text', controllers: 'integer' },
      retentionDays: 365,
      audit: false,
    },
    'controller-finding-opened': {
      severity: 'warning',
      area: 'vulnerabilities',
      params: { vulnerability: 'text', product: 'text', controller: 'text', controllers: 'integer' },
      retentionDays: 365,
      audit: false,
    },
    /** An accepted risk or a compensating control holds findings of controllers back. */
    'controller-findings-held': {
      severity: 'info',
      area: 'vulnerabilities',
      params: { name: 'text', until: 'time', findings: 'integer' },
      retentionDays: 1_095,
    },
    /** Findings that an accepted risk or a compensating control held back are shown again: it ended, was changed or taken back. */
    'controller-findings-returned': {
      severity: 'warning',
      area: 'vulnerabilities',
      params: { name: 'text', findings: 'integer' },
      retentionDays: 1_095,
    },
    'controller-firmware-differs': {
      severity: 'warning',
      area: 'updates',
      params: { product: 'text', version: 'text', controller: 'text', found: 'text' },
      retentionDays: 1825,
    },
    'controller-firmware-done': {
      severity: 'info',
      area: 'updates',
      params: { product: 'text', version: 'text', controller: 'text' },
      retentionDays: 1825,
    },
    'controller-firmware-handed': {
      severity: 'info',
      area: 'updates',
      params: { product: 'text', version: 'text', controller: 'text', sha256: 'text' },
      retentionDays: 1825,
    },
    'controller-firmware-verified': {
      severity: 'info',
      area: 'updates',
      params: { product: 'text', version: 'text', controller: 'text' },
      retentionDays: 1825,
    },
  },
);
