import { defineKind } from '../types.ts';

/** What people know of a part and the part does not: S2's entered fields. Its revisions are its history. */
export const kind = defineKind({
  name: 'hardware-record',
  row: 'S2',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 256, indexed: true },
    /** Which part: `serial/<type>/<serial>`, or `device/<device>/…` for a part without a number of its own. */
    part: { type: 'text', max: 700, indexed: true, unique: true },
    inventoryNumber: { type: 'text', max: 100, indexed: true },
    place: { type: 'text', max: 200, indexed: true },
    price: { type: 'text', max: 50 },
    purchasedAt: { type: 'time' },
    writtenOff: { type: 'boolean', indexed: true },
    /** `<column>: <value>`, of the columns that are declared as hardware-column. */
    custom: { type: 'list', max: 50 },
    note: { type: 'multiline', max: 2_000 },
  },
  leaves: null,
});
