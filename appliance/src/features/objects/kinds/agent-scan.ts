import { defineKind } from '../types.ts';

/** A confirmed address range that the GLPI, FusionInventory or OCS agent of one device searches; there is none unless somebody says so. */
export const kind = defineKind({
  name: 'agent-scan',
  row: 'D1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    range: { type: 'reference', kind: 'address-range', required: true },
    /** The device whose agent searches. */
    device: { type: 'text', idOf: 'device', required: true, indexed: true, max: 64 },
    /** For SNMP 2c; without it nothing is asked over SNMP. */
    community: { type: 'secret', max: 100 },
    port: { type: 'integer', min: 1, max: 65_535, default: 161 },
    disabled: { type: 'boolean', default: false },
  },
  leaves: null,
});
