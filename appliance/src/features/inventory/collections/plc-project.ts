import { defineFacts } from '../types.ts';

/** P2: what the program of a controller is, and whether it is the one that was approved. */
export const collection = defineFacts({
  name: 'plc-project',
  row: 'P2',
  mode: 'facts',
  part: 'project',
  title: 'programName',
  sort: 'programName',
  fields: {
    programName: { type: 'text', indexed: true, maxLength: 240 },
    checksum: { type: 'text', maxLength: 200 },
    referenceChecksum: { type: 'text', maxLength: 200 },
    state: { type: 'text', choices: ['ok', 'changed', 'unreachable', 'unknown'], indexed: true },
    blocks: { type: 'text', maxLength: 1_024, column: false },
    approvedBy: { type: 'text', maxLength: 120, column: false },
    approvedAt: { type: 'time', form: 'time', column: false },
  },
  retentionDays: 3_650,
  leaves: null,
  origins: ['aml', 'l5x', 'capture', 'identification', 'agent', 'person'],
});
