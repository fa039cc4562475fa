import { windowFaults } from '../../plcs/patches/window-objects.ts';
import { defineKind } from '../types.ts';

/** When controllers may be worked on, or may not (blackout): `2nd Sunday 06-10`, in the time of the site. */
export const kind = defineKind({
  name: 'maintenance-window',
  row: 'P3',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    recurrence: { type: 'text', required: true, max: 200 },
    /** Names or ids of zones; without zones and controllers it is the whole site's. */
    zones: { type: 'list', max: 100 },
    plcs: { type: 'list', idOf: 'controller', max: 1_000 },
    /** Days before it that the people of the process want to know. */
    leadDays: { type: 'integer', min: 0, max: 365, default: 14 },
    processOwner: { type: 'text', max: 200 },
    blackout: { type: 'boolean', default: false },
    description: { type: 'multiline', max: 2_000 },
  },
  check: windowFaults,
  leaves: null,
});
