import { defineSettings } from '../../engine/objects/types.ts';

export const identificationSettings = defineSettings({
  /** Whether controllers may be asked at all. Off ends everything at once, also at agents. */
  'devices.controller-identification': {
    type: 'boolean',
    safety: true,
    safeSide: 'off',
    default: false,
    area: 'controllers',
  },
});
