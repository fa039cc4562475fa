import { defineEvents } from '../../engine/events/types.ts';

export const patchEvents = defineEvents({
  'evidence-attached': {
    severity: 'info',
    area: 'devices',
    params: { sha256: 'text', bytes: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  'evidence-created': {
    severity: 'info',
    area: 'devices',
    params: { pack: 'integer', from: 'time', to: 'time', sha256: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  /** Recorded once, some days before a compensating control or an acceptance ends. */
  'measure-ends': {
    severity: 'warning',
    area: 'devices',
    params: { name: 'text', until: 'time' },
    retentionDays: 1_095,
  },
  /** From now on the findings that it held back are shown again. */
  'measure-over': {
    severity: 'warning',
    area: 'devices',
    params: { name: 'text', until: 'time' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-added': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', product: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-approvals-imported': {
    severity: 'info',
    area: 'devices',
    params: { name: 'text', n: 'integer', sha256: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-approvals-undone': {
    severity: 'info',
    area: 'devices',
    params: { name: 'text', n: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-asked': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', to: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-checked': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', controller: 'text', item: 'text', answer: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-declined': {
    severity: 'warning',
    area: 'devices',
    params: { patch: 'integer', name: 'text', to: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-described': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', version: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  /** A state with an end is over; the patch is where it was before. */
  'patch-expired': {
    severity: 'warning',
    area: 'devices',
    params: { patch: 'integer', name: 'text', from: 'text', to: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-extended': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  /** Who moved a patch of controllers where; its history has why and on what it rests. */
  'patch-moved': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', from: 'text', to: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  /** Once for each missed deadline. */
  'patch-overdue': {
    severity: 'warning',
    area: 'devices',
    params: { patch: 'integer', name: 'text', clock: 'text' },
    retentionDays: 1_095,
  },
  'patch-signed': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', to: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'patch-target': {
    severity: 'info',
    area: 'devices',
    params: { patch: 'integer', name: 'text', controller: 'text', change: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  /** The vendor refuses what the site had gone on with. */
  'patch-vendor-refused': {
    severity: 'warning',
    area: 'devices',
    params: { patch: 'integer', name: 'text', state: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'risk-accepted': {
    severity: 'warning',
    area: 'devices',
    params: { name: 'text', vulnerability: 'text', until: 'time' },
    audit: true,
    retentionDays: 1_095,
  },
});
