import { defineKinds } from '../../engine/objects/types.ts';
import { mappingFaults } from './mapping.ts';
import { delimiterNames, encodingNames } from './types.ts';

export const controllerImportKinds = defineKinds({
  /** How the columns of a site's own table of controllers are read. */
  'controller-csv-mapping': {
    bound: 'site',
    row: 'P1',
    area: 'controllers',
    title: 'name',
    returns: 'freely',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      delimiter: { type: 'choice', options: delimiterNames, default: 'auto' },
      encoding: { type: 'choice', options: encodingNames, default: 'auto' },
      /** `heading = field`, one a line. */
      columns: { type: 'list', required: true, max: 256 },
    },
    check: mappingFaults,
    leaves: null,
  },
});
