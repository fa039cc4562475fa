import { defineEvents } from '../../engine/events/types.ts';

export const patchEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 1_095 },
  {
    'evidence-attached': { severity: 'info', params: { sha256: 'text', bytes: 'integer' }, audit: true },
    'evidence-created': {
      severity: 'info',
      params: { pack: 'integer', from: 'time', to: 'time', sha256: 'text' },
      audit: true,
    },
    /** Recorded once, some days before a compensating control or an acceptance ends. */
    'measure-ends': { severity: 'warning', params: { name: 'text', until: 'time' } },
    /** From now on the findings that it held back are shown again. */
    'measure-over': { severity: 'warning', params: { name: 'text', until: 'time' }, audit: true },
    'patch-added': { severity: 'info', params: { patch: 'integer', name: 'text', product: 'text' }, audit: true },
    'patch-approvals-imported': {
      severity: 'info',
      params: { name: 'text', n: 'integer', sha256: 'text' },
      audit: true,
    },
    'patch-approvals-undone': { severity: 'info', params: { name: 'text', n: 'integer' }, audit: true },
    'patch-asked': { severity: 'info', params: { patch: 'integer', name: 'text', to: 'text' }, audit: true },
    'patch-checked': {
      severity: 'info',
      params: { patch: 'integer', name: 'text', controller: 'text', item: 'text', answer: 'text' },
      audit: true,
    },
    'patch-declined': { severity: 'warning', params: { patch: 'integer', name: 'text', to: 'text' }, audit: true },
    'patch-described': { severity: 'info', params: { patch: 'integer', name: 'text', version: 'text' }, audit: true },
    /** A state with an end is over; the patch is where it was before. */
    'patch-expired': {
      severity: 'warning',
      params: { patch: 'integer', name: 'text', from: 'text', to: 'text' },
      audit: true,
    },
    'patch-extended': { severity: 'info', params: { patch: 'integer', name: 'text' }, audit: true },
    /** Who moved a patch of controllers where; its history has why and on what it rests. */
    'patch-moved': {
      severity: 'info',
      params: { patch: 'integer', name: 'text', from: 'text', to: 'text' },
      audit: true,
    },
    /** Once for each missed deadline. */
    'patch-overdue': { severity: 'warning', params: { patch: 'integer', name: 'text', clock: 'text' } },
    'patch-signed': { severity: 'info', params: { patch: 'integer', name: 'text', to: 'text' }, audit: true },
    'patch-target': {
      severity: 'info',
      params: { patch: 'integer', name: 'text', controller: 'text', change: 'text' },
      audit: true,
    },
    /** The vendor refuses what the site had gone on with. */
    'patch-vendor-refused': {
      severity: 'warning',
      params: { patch: 'integer', name: 'text', state: 'text' },
      audit: true,
    },
    'risk-accepted': {
      severity: 'warning',
      params: { name: 'text', vulnerability: 'text', until: 'time' },
      audit: true,
    },
  },
);
