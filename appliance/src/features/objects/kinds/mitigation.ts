import { mitigationFaults } from '../../plcs/patches/acceptances.ts';
import { defineKind } from '../types.ts';

/** A compensating measure for what cannot be patched (OT 7): which, where, whose, on what evidence, until when. */
export const kind = defineKind({
  name: 'mitigation',
  row: 'P3',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 200 },
    measure: {
      type: 'choice',
      options: ['segment', 'acl', 'key-switch', 'protection-level', 'service-off', 'monitor'],
      required: true,
      indexed: true,
    },
    zones: { type: 'list', max: 100 },
    plcs: { type: 'list', idOf: 'controller', max: 1_000 },
    vulnerabilities: { type: 'list', max: 500 },
    description: { type: 'multiline', max: 4_000 },
    owner: { type: 'reference', kind: 'account', required: true, indexed: true },
    evidence: { type: 'multiline', max: 4_000 },
    /** SHA-256 of files that were attached. */
    files: { type: 'list', max: 32 },
    expiresAt: { type: 'time', required: true },
    reviewAt: { type: 'time' },
    noticeDays: { type: 'integer', min: 0, max: 365, default: 14 },
  },
  check: mitigationFaults,
  leaves: null,
});
