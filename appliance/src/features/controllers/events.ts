import { defineEvents } from '../../engine/events/types.ts';

export const controllerEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 3650, audit: true },
  {
    'controller-apart': { severity: 'info', params: { controller: 'text', other: 'text' } },
    'controller-archived': { severity: 'info', params: { controller: 'text', days: 'integer' }, audit: false },
    'controller-decided': { severity: 'info', params: { controller: 'text', decision: 'text' } },
    'controller-drift-ended': { severity: 'info', params: { controller: 'text' }, audit: false },
    'controller-drift': {
      severity: 'warning',
      params: { controller: 'text', field: 'text', configured: 'text', observed: 'text' },
      audit: false,
    },
    'controller-found': { severity: 'warning', params: { controller: 'text', address: 'text' }, audit: false },
    'controller-merged': { severity: 'info', params: { controller: 'text', other: 'text', merge: 'integer' } },
    'controller-origin-taken': {
      severity: 'info',
      params: {
        origin: 'integer',
        name: 'text',
        sort: 'text',
        created: 'integer',
        changed: 'integer',
        facts: 'integer',
      },
    },
    'controller-origin-undone': {
      severity: 'warning',
      params: { origin: 'integer', name: 'text', facts: 'integer', removed: 'integer' },
    },
    'controller-replaced': { severity: 'warning', params: { controller: 'text', other: 'text', address: 'text' } },
    'controller-returned': { severity: 'info', params: { controller: 'text' }, audit: false },
    'controller-unmerged': { severity: 'info', params: { controller: 'text', other: 'text', merge: 'integer' } },
  },
);
