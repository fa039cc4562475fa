import { defineSettings } from '../../engine/objects/types.ts';

export const deviceTaskSettings = defineSettings({
  /** Ports at which agents may reach this appliance beside the one on which it listens: where a network translates addresses. */
  'devices.agent-ports': {
    type: 'list',
    safety: true,
    waitsAlone: true,
    default: [],
    max: 16,
    format: 'port',
    area: 'devices',
  },
});
