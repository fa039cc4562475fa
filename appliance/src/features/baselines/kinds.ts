import { defineKinds } from '../../engine/objects/types.ts';

export const baselineKinds = defineKinds({
  /**
   * What a device or a group was approved to hold; its key is `device:<public id>` or `group:<id>`. Approved anew, or with a
   * deviation accepted, it has a new revision; the content is in tables and vouched for by its hash.
   */
  baseline: {
    bound: { group: 'group' },
    row: 'S2',
    area: 'devices',
    key: 'given',
    title: 'name',
    strict: { expiresAt: '1970-01-01T00:00:00Z' },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 300 },
      scope: { returns: 'freely', type: 'choice', options: ['device', 'group'], required: true, indexed: true },
      device: { returns: 'freely', type: 'text', idOf: 'device', max: 64, indexed: true },
      group: { returns: 'freely', type: 'reference', kind: 'group' },
      /** `group`: the device whose content was taken. */
      reference: { returns: 'freely', type: 'text', max: 64 },
      collections: { returns: 'anew', type: 'list', required: true, max: 100 },
      /** `software vim*`: what may be there or not, by collection and title. */
      allowed: { returns: 'anew', strict: { allowed: [] }, type: 'list', max: 500 },
      expiresAt: { returns: 'anew', type: 'time' },
      approvedAt: { returns: 'anew', type: 'time', required: true, internal: true },
      /** Number of the content, and SHA-256 over what it holds. */
      content: { returns: 'anew', type: 'integer', required: true, min: 1, internal: true },
      contentHash: { returns: 'anew', type: 'text', required: true, max: 64, internal: true },
      /** Numbers of the accepted deviations in force. */
      accepted: { returns: 'anew', strict: { accepted: [] }, type: 'list', max: 2_000, internal: true },
    },
    leaves: null,
  },
});
