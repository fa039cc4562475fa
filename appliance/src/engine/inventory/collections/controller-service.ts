import { defineFacts } from '../types.ts';

/** P1: what controllers answer on. A reply or a capture shows it; ports are never tried. */
export const collection = defineFacts({
  name: 'controller-service',
  bound: 'zone',
  row: 'P1',
  mode: 'facts',
  part: 'service',
  title: 'port',
  sort: 'port',
  fields: {
    port: { type: 'integer', form: 'number', identifier: true, indexed: true },
    transport: { type: 'text', choices: ['tcp', 'udp', 'ethernet'] },
    protocol: { type: 'text', indexed: true, maxLength: 60 },
    /** Of OPC UA and the like: modes and policies, `None`, `Sign Basic256Sha256`. */
    security: { type: 'text', maxLength: 500 },
    /** Whether it lets anybody in without a name. */
    anonymous: { type: 'boolean', form: 'yes-no' },
    product: { type: 'text', maxLength: 200, column: false },
    version: { type: 'text', form: 'version', maxLength: 100 },
    /** Of GOOSE: the reference of the control block. */
    endpoint: { type: 'text', maxLength: 500, column: false },
    /** Of GOOSE: what subscribers look for, the data set, the number of the application. */
    identifier: { type: 'text', maxLength: 200, column: false },
    dataSet: { type: 'text', maxLength: 200, column: false },
    applicationId: { type: 'text', maxLength: 10, column: false },
    state: { type: 'text', maxLength: 100 },
  },
  retentionDays: 3_650,
  leaves: null,
});
