import { defineKinds } from '../../engine/objects/types.ts';
import { acceptanceFaults, mitigationFaults } from './acceptances.ts';
import { MEASURES, PATCH_ROLES } from './types.ts';
import { windowFaults } from './window-objects.ts';

export const patchKinds = defineKinds({
  /** When controllers may be worked on, or may not (blackout): `2nd Sunday 06-10`, in the time of the site. */
  'maintenance-window': {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      recurrence: { type: 'text', required: true, max: 200 },
      /** Names or ids of zones; without zones and controllers it is the whole site's. */
      zones: { type: 'list', max: 100 },
      controllers: { type: 'list', idOf: 'controller', max: 1_000 },
      /** Days before it that the people of the process want to know. */
      leadDays: { type: 'integer', min: 0, max: 365, default: 14 },
      processOwner: { type: 'text', max: 200 },
      blackout: { type: 'boolean', default: false },
      description: { type: 'multiline', max: 2_000 },
    },
    check: windowFaults,
    leaves: null,
  },
  /** A compensating measure for what cannot be patched (OT 7): which, where, whose, on what evidence, until when. */
  mitigation: {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, max: 200 },
      measure: { type: 'choice', options: MEASURES, required: true, indexed: true },
      zones: { type: 'list', max: 100 },
      controllers: { type: 'list', idOf: 'controller', max: 1_000 },
      vulnerabilities: { type: 'list', max: 500 },
      description: { type: 'multiline', max: 4_000 },
      owner: { type: 'reference', kind: 'account', required: true, indexed: true },
      evidence: { type: 'multiline', max: 4_000 },
      /** SHA-256 of files that were attached. */
      files: { type: 'list', max: 32 },
      expiresAt: { type: 'time', required: true },
      reviewAt: { type: 'time' },
      noticeDays: { type: 'integer', min: 0, max: 365, default: 14 },
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
      name: { type: 'text', required: true, max: 200 },
      window: { type: 'reference', kind: 'maintenance-window', required: true, indexed: true },
      /** Beginning of the occurrence. */
      startsAt: { type: 'time', required: true },
      /** Numbers of patches. */
      patches: { type: 'list', max: 500 },
      state: { type: 'choice', options: ['draft', 'announced', 'done', 'cancelled'], default: 'draft', indexed: true },
      notes: { type: 'multiline', max: 4_000 },
    },
    leaves: null,
  },
  /** A named role in the patch process of controllers (OT 7), held by an account. Giving one is giving a right. */
  'patch-duty': {
    bound: 'site',
    row: 'P3',
    area: 'accounts',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, max: 100 },
      duty: { type: 'choice', options: PATCH_ROLES, required: true, indexed: true },
      account: { type: 'reference', kind: 'account', required: true, indexed: true },
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
    fields: {
      name: { type: 'text', required: true, max: 200 },
      vulnerability: { type: 'text', required: true, max: 100, indexed: true },
      vendor: { type: 'text', max: 128 },
      product: { type: 'text', max: 256 },
      zone: { type: 'text', max: 100 },
      versions: { type: 'text', required: true, max: 200 },
      reason: { type: 'multiline', required: true, max: 4_000 },
      owner: { type: 'reference', kind: 'account', required: true, indexed: true },
      files: { type: 'list', max: 32 },
      expiresAt: { type: 'time', required: true },
      noticeDays: { type: 'integer', min: 0, max: 365, default: 14 },
      /** Who approved, when, and the hash of what was approved. */
      approver: { type: 'text', max: 200, internal: true },
      approvedAt: { type: 'time', internal: true },
      approvedContent: { type: 'text', max: 64, internal: true },
    },
    check: acceptanceFaults,
    leaves: null,
  },
});
