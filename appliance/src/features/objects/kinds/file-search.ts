import { fileSearchFaults } from '../../agent-api/glpi/task-rules.ts';
import { defineKind } from '../types.ts';

/** A file that the GLPI and FusionInventory agents of a group look for; there is none unless somebody says so. */
export const kind = defineKind({
  name: 'file-search',
  row: 'C1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    group: { type: 'reference', kind: 'group', required: true, indexed: true },
    folder: { type: 'text', required: true, max: 500 },
    recursive: { type: 'boolean', default: true },
    fileName: { type: 'text', max: 255 },
    /** What the agent compares. */
    sha512: { type: 'text', required: true, min: 128, max: 128 },
    /** Under which the file stands in the list of executables. */
    sha256: { type: 'text', required: true, min: 64, max: 64 },
    sizeBytes: { type: 'integer', min: 1, max: 1_099_511_627_776 },
    disabled: { type: 'boolean', default: false },
  },
  check: fileSearchFaults,
  leaves: null,
});
