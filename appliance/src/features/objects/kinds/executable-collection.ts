import { executableBounds as bounds } from '@sallyport/bundle-tools/protocol/policy';
import { executableCollectionFaults } from '../../agent-api/native/policy.ts';
import { defineKind } from '../types.ts';

/** Which executable files our agents of a group look for, and how much of a check-in that may take; none unless somebody says so. */
export const kind = defineKind({
  name: 'executable-collection',
  row: 'C1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    /** One for each group; those below it take the nearest. */
    group: { type: 'reference', kind: 'group', required: true, unique: true },
    /** Folders; none: all of the device. */
    paths: { type: 'list', max: bounds.paths },
    entriesPerTurn: { type: 'integer', ...bounds.entriesPerTurn, default: 5_000 },
    megabytesPerTurn: { type: 'integer', ...bounds.megabytesPerTurn, default: 16 },
    restHours: { type: 'integer', ...bounds.restHours, default: 24 },
    /** Nothing is looked for in the group and those below it. */
    disabled: { type: 'boolean', default: false },
  },
  check: executableCollectionFaults,
  leaves: null,
});
