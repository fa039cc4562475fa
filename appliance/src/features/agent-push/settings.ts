import { defineSettings } from '../../engine/objects/types.ts';

export const agentPushSettings = defineSettings({
  /** Where the agent may be installed over SSH; empty: nowhere. */
  'devices.push-ranges': { type: 'list', safety: true, default: [], max: 64, area: 'devices' },
  'devices.push-port': {
    type: 'integer',
    safety: true,
    waitsAlone: true,
    default: 22,
    min: 1,
    max: 65_535,
    format: 'port',
    area: 'devices',
  },
});
