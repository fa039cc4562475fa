import { defineKinds } from '../../engine/objects/types.ts';
import { acceptanceFaults, DECIDED_FIELDS, mitigationFaults } from './acceptances.ts';
import { MEASURES, PATCH_ROLES } from './types.ts';

export const patchKinds = defineKinds({
  /** A compensating measure for what cannot be patched (OT 7): which, where, whose, on what evidence, until when. */
  mitigation: {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    title: 'name',
    strict: { expiresAt: '1970-01-01T00:00:00Z' },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 200 },
      measure: { returns: 'anew', type: 'choice', options: MEASURES, required: true, indexed: true },
      zones: { returns: 'anew', type: 'list', idOf: 'zone', max: 100 },
      controllers: { returns: 'anew', type: 'list', idOf: 'controller', max: 1_000 },
      vulnerabilities: { returns: 'anew', type: 'list', max: 500 },
      description: { returns: 'freely', type: 'multiline', max: 4_000 },
      owner: { returns: 'freely', type: 'reference', kind: 'account', required: true, indexed: true },
      evidence: { returns: 'freely', type: 'multiline', max: 4_000 },
      /** SHA-256 of files that were attached. */
      files: { returns: 'freely', type: 'list', max: 32 },
      expiresAt: { returns: 'anew', type: 'time', required: true },
      reviewAt: { returns: 'freely', type: 'time' },
      noticeDays: { returns: 'freely', type: 'integer', min: 0, max: 365, default: 14 },
    },
    check: mitigationFaults,
    leaves: null,
  },
  /** What is done in one outage: an occurrence of a window, patches, controllers. */
  'outage-plan': {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 200 },
      window: { returns: 'freely', type: 'reference', kind: 'maintenance-window', required: true, indexed: true },
      /** Beginning of the occurrence. */
      startsAt: { returns: 'freely', type: 'time', required: true },
      /** Numbers of patches. */
      patches: { returns: 'freely', type: 'list', max: 500 },
      state: {
        returns: 'anew',
        strict: { state: 'draft' },
        type: 'choice',
        options: ['draft', 'announced', 'done', 'cancelled'],
        default: 'draft',
        indexed: true,
      },
      notes: { returns: 'freely', type: 'multiline', max: 4_000 },
    },
    leaves: null,
  },
  /** A named role in the patch process of controllers (OT 7), held by an account. Giving one is giving a right. */
  'patch-duty': {
    bound: 'site',
    row: 'P3',
    area: 'accounts',
    title: 'name',
    strict: { disabled: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      duty: { returns: 'anew', type: 'choice', options: PATCH_ROLES, required: true, indexed: true },
      account: { returns: 'anew', type: 'reference', kind: 'account', required: true, indexed: true },
      /** Given, and a second person has not agreed. */
      disabled: { returns: 'anew', type: 'boolean', default: false, internal: true },
      /** JSON: a change that waits for a second person. */
      waiting: { returns: 'never', type: 'secret', internal: true },
    },
    leaves: null,
  },
  /**
   * A vulnerability that is lived with for a time (ADVISORIES 8). In force only once another person than the owner and the
   * author approved exactly what it says.
   */
  'risk-acceptance': {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    title: 'name',
    strict: { approver: null, approvedAt: null, approvedContent: null },
    approval: { fields: ['approvedContent'], of: DECIDED_FIELDS },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 200 },
      vulnerability: { returns: 'anew', type: 'text', required: true, max: 100, indexed: true },
      vendor: { returns: 'anew', type: 'text', max: 128 },
      product: { returns: 'anew', type: 'text', max: 256 },
      zone: { returns: 'anew', type: 'text', max: 100 },
      versions: { returns: 'anew', type: 'text', required: true, max: 200 },
      reason: { returns: 'anew', type: 'multiline', required: true, max: 4_000 },
      owner: { returns: 'anew', type: 'reference', kind: 'account', required: true, indexed: true },
      files: { returns: 'anew', type: 'list', max: 32 },
      expiresAt: { returns: 'anew', type: 'time', required: true },
      noticeDays: { returns: 'freely', type: 'integer', min: 0, max: 365, default: 14 },
      /** Who approved, when, and the hash of what was approved. */
      approver: { returns: 'never', type: 'text', max: 200, internal: true },
      approvedAt: { returns: 'never', type: 'time', internal: true },
      approvedContent: { returns: 'never', type: 'text', max: 64, internal: true },
    },
    check: acceptanceFaults,
    leaves: null,
  },
});
