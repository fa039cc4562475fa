import { defineKind } from '../types.ts';

/**
 * What was approved as the program of a controller; its key is the controller's public id. Each approval is a revision: who,
 * when, why, by which work order. Only the service of program integrity writes it.
 */
export const kind = defineKind({
  name: 'plc-program',
  row: 'P2',
  area: 'devices',
  key: 'given',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 240, internal: true },
    /** By field: checksums, blocks, project. */
    content: { type: 'json', internal: true },
    contentHash: { type: 'text', max: 64, internal: true },
    reason: { type: 'text', max: 500, internal: true },
    workOrder: { type: 'text', max: 100, internal: true },
    approvedAt: { type: 'time', internal: true },
    approvedBy: { type: 'text', max: 200, internal: true },
    /** Where the site wants two people. */
    secondBy: { type: 'text', max: 200, internal: true },
    /** Waits for the second person. */
    proposal: { type: 'json', internal: true },
  },
  leaves: null,
});
