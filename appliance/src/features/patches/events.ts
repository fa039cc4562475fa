import { defineEvents } from '../../engine/events/types.ts';

export const patchEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 1_095, audit: true },
  {
    'evidence-attached': { severity: 'info', params: { sha256: 'text', bytes: 'integer' } },
    'evidence-created': { severity: 'info', params: { pack: 'integer', from: 'time', to: 'time', sha256: 'text' } },
    /** Recorded once, some days before a compensating control or an acceptance ends. */
    'measure-ends': { severity: 'warning', params: { name: 'text', until: 'time' }, audit: false },
    /** From now on the findings that it held back are shown again. */
    'measure-over': { severity: 'warning', params: { name: 'text', until: 'time' } },
    'patch-added': { severity: 'info', params: { patch: 'integer', name: 'text', product: 'text' } },
    'patch-approvals-imported': { severity: 'info', params: { name: 'text', n: 'integer', sha256: 'text' } },
    'patch-approvals-undone': { severity: 'info', params: { name: 'text', n: 'integer' } },
    'patch-asked': { severity: 'info', params: { patch: 'integer', name: 'text', to: 'text' } },
    'patch-checked': {
      severity: 'info',
      params: { patch: 'integer', name: 'text', controller: 'text', item: 'text', answer: 'text' },
    },
    'patch-declined': { severity: 'warning', params: { patch: 'integer', name: 'text', to: 'text' } },
    'patch-described': { severity: 'info', params: { patch: 'integer', name: 'text', version: 'text' } },
    /** A state with an end is over; the patch is where it was before. */
    'patch-expired': { severity: 'warning', params: { patch: 'integer', name: 'text', from: 'text', to: 'text' } },
    'patch-extended': { severity: 'info', params: { patch: 'integer', name: 'text' } },
    /** Who moved a patch of controllers where; its history has why and on what it rests. */
    'patch-moved': { severity: 'info', params: { patch: 'integer', name: 'text', from: 'text', to: 'text' } },
    /** Once for each missed deadline. */
    'patch-overdue': { severity: 'warning', params: { patch: 'integer', name: 'text', clock: 'text' }, audit: false },
    'patch-signed': { severity: 'info', params: { patch: 'integer', name: 'text', to: 'text' } },
    'patch-target': {
      severity: 'info',
      params: { patch: 'integer', name: 'text', controller: 'text', change: 'text' },
    },
    /** The vendor refuses what the site had gone on with. */
    'patch-vendor-refused': { severity: 'warning', params: { patch: 'integer', name: 'text', state: 'text' } },
    'risk-accepted': { severity: 'warning', params: { name: 'text', vulnerability: 'text', until: 'time' } },
  },
);
