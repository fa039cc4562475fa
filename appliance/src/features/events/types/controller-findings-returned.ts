import { defineEvent } from '../types.ts';

/** Findings that an accepted risk or a mitigation held back are shown again: it ended, was changed or taken back. */
export const eventType = defineEvent({
  type: 'controller-findings-returned',
  severity: 'warning',
  area: 'vulnerabilities',
  params: { name: 'text', findings: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
