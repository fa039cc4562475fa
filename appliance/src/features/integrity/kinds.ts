import { defineKinds } from '../../engine/objects/types.ts';

export const integrityKinds = defineKinds({
  /**
   * What was approved as the program of a controller; its key is the controller's public id. Each approval is a revision: who,
   * when, why, by which work order. Only the service of program integrity writes it.
   */
  'controller-program': {
    bound: 'zone',
    row: 'P2',
    area: 'controllers',
    key: 'given',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 240, internal: true },
      /** By field: checksums, blocks, project. */
      content: { returns: 'never', type: 'json', internal: true },
      contentHash: { returns: 'never', type: 'text', max: 64, internal: true },
      reason: { returns: 'never', type: 'text', max: 500, internal: true },
      workOrder: { returns: 'never', type: 'text', max: 100, internal: true },
      approvedAt: { returns: 'never', type: 'time', internal: true },
      approvedBy: { returns: 'never', type: 'text', max: 200, internal: true },
      /** Where the site wants two people. */
      secondBy: { returns: 'never', type: 'text', max: 200, internal: true },
      /** Waits for the second person. */
      proposal: { returns: 'never', type: 'json', internal: true },
    },
    leaves: null,
  },
  /** A project file or a backup as evidence: its hash, tool and place, and when restoring it was tried. The bytes may lie elsewhere. */
  'controller-project-file': {
    bound: 'zone',
    row: 'P2',
    area: 'controllers',
    title: 'name',
    returns: 'freely',
    fields: {
      controller: { type: 'text', idOf: 'controller', required: true, indexed: true, max: 120 },
      sort: { type: 'choice', options: ['project', 'backup', 'upload', 'configuration'], required: true },
      name: { type: 'text', required: true, max: 240 },
      sha256: { type: 'text', required: true, min: 64, max: 64, indexed: true },
      sizeBytes: { type: 'integer', min: 0 },
      tool: { type: 'text', max: 100 },
      toolVersion: { type: 'text', max: 60 },
      place: { type: 'text', max: 300 },
      restoreTestedAt: { type: 'time' },
      note: { type: 'multiline', max: 1_000 },
    },
    check: (body) =>
      typeof body['sha256'] === 'string' && !/^[0-9a-f]{64}$/.test(body['sha256'])
        ? { sha256: { key: 'validation.network.sha256' } }
        : {},
    leaves: null,
  },
});
