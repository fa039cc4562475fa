import { defineEvents } from '../../engine/events/types.ts';

export const controllerEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 3650 },
  {
    'controller-apart': { severity: 'info', params: { controller: 'text', other: 'text' }, audit: true },
    'controller-archived': { severity: 'info', params: { controller: 'text', days: 'integer' } },
    'controller-decided': { severity: 'info', params: { controller: 'text', decision: 'text' }, audit: true },
    'controller-drift-ended': { severity: 'info', params: { controller: 'text' } },
    'controller-drift': {
      severity: 'warning',
      params: { controller: 'text', field: 'text', configured: 'text', observed: 'text' },
    },
    'controller-found': { severity: 'warning', params: { controller: 'text', address: 'text' } },
    'controller-merged': {
      severity: 'info',
      params: { controller: 'text', other: 'text', merge: 'integer' },
      audit: true,
    },
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
      audit: true,
    },
    'controller-origin-undone': {
      severity: 'warning',
      params: { origin: 'integer', name: 'text', facts: 'integer', removed: 'integer' },
      audit: true,
    },
    'controller-replaced': {
      severity: 'warning',
      params: { controller: 'text', other: 'text', address: 'text' },
      audit: true,
    },
    'controller-returned': { severity: 'info', params: { controller: 'text' } },
    'controller-unmerged': {
      severity: 'info',
      params: { controller: 'text', other: 'text', merge: 'integer' },
      audit: true,
    },
  },
);
