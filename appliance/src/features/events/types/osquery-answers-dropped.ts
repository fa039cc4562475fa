import { defineEvent } from '../types.ts';

/** All answers of a node together were above what is taken: its inventory stays as it was. */
export const eventType = defineEvent({
  type: 'osquery-answers-dropped',
  severity: 'warning',
  area: 'devices',
  params: { bytes: 'integer' },
  retentionDays: 180,
});
