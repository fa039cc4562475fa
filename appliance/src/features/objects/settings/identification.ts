import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  /** Whether controllers may be asked at all. Off ends everything at once, also at agents. */
  { name: 'devices.controller-identification', type: 'boolean', safety: false, default: false, area: 'devices' },
]);
