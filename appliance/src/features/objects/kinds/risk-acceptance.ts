import { acceptanceFaults } from '../../plcs/patches/acceptances.ts';
import { defineKind } from '../types.ts';

/**
 * A vulnerability that is lived with for a time (ADVISORIES 8). In force only once another person than the owner and the
 * author approved exactly what it says.
 */
export const kind = defineKind({
  name: 'risk-acceptance',
  row: 'P3',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 200 },
    vulnerability: { type: 'text', required: true, max: 100, indexed: true },
    vendor: { type: 'text', max: 128 },
    product: { type: 'text', max: 256 },
    zone: { type: 'text', max: 100 },
    versions: { type: 'text', required: true, max: 200 },
    reason: { type: 'multiline', required: true, max: 4_000 },
    owner: { type: 'reference', kind: 'account', required: true, indexed: true },
    files: { type: 'list', max: 32 },
    expiresAt: { type: 'time', required: true },
    noticeDays: { type: 'integer', min: 0, max: 365, default: 14 },
    /** Who approved, when, and the hash of what was approved. */
    approver: { type: 'text', max: 200, internal: true },
    approvedAt: { type: 'time', internal: true },
    approvedContent: { type: 'text', max: 64, internal: true },
  },
  check: acceptanceFaults,
  leaves: null,
});
