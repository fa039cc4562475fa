import { defineSettings } from '../../engine/objects/types.ts';

export const discoverySettings = defineSettings({
  'devices.scan-second-person': { type: 'boolean', safety: true, default: true, area: 'devices' },
});
