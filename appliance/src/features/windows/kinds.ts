import { defineKinds } from '../../engine/objects/types.ts';
import { WINDOW_FOR } from './types.ts';
import { windowFaults } from './window-objects.ts';

export const windowKinds = defineKinds({
  /** When controllers may be worked on and computers changed, or may not (blackout): `2nd Sunday 06-10`. */
  'maintenance-window': {
    bound: 'zone',
    row: 'P3',
    area: 'controllers',
    title: 'name',
    strict: { blackout: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      recurrence: { returns: 'anew', type: 'text', required: true, max: 200 },
      /** IANA name; without one it is the time of the site. */
      timeZone: { returns: 'anew', type: 'text', max: 64 },
      /** What it is for; those from before are for controllers. */
      for: { returns: 'anew', type: 'choice', options: WINDOW_FOR, default: 'controllers', indexed: true },
      /** Ids of zones, or as records have them; without zones and controllers it is for all controllers. */
      zones: { returns: 'anew', type: 'list', idOf: 'zone', max: 100 },
      controllers: { returns: 'anew', type: 'list', idOf: 'controller', max: 1_000 },
      /** Of computers; without groups and devices it is for all of them. */
      groups: { returns: 'anew', type: 'list', idOf: 'group', max: 1_000 },
      devices: { returns: 'anew', type: 'list', idOf: 'device', max: 10_000 },
      /** Days before it that the people of the process want to know. */
      leadDays: { returns: 'freely', type: 'integer', min: 0, max: 365, default: 14 },
      processOwner: { returns: 'freely', type: 'text', max: 200 },
      blackout: { returns: 'anew', type: 'boolean', default: false },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
    },
    check: windowFaults,
    leaves: null,
  },
});
