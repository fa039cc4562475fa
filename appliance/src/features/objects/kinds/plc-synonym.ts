import { defineKind } from '../types.ts';

/** Two names that a person has compared: they mean one product, or they do not. */
export const kind = defineKind({
  name: 'plc-synonym',
  row: 'P1',
  area: 'vulnerabilities',
  title: 'name',
  fields: {
    vendor: { type: 'text', max: 300, indexed: true },
    /** As the record calls it, and as documents do. */
    name: { type: 'text', required: true, max: 300, indexed: true },
    means: { type: 'text', required: true, max: 1_000 },
    same: { type: 'boolean', required: true },
    reason: { type: 'multiline', max: 2_000 },
    who: { type: 'text', required: true, max: 300, internal: true },
  },
  leaves: null,
});
