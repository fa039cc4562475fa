import { defineSettings } from './engine/objects/types.ts';

export const applianceSettings = defineSettings({
  'appliance.site-title': { type: 'text', safety: false, default: '', max: 200, area: 'settings' },
  // Empty: that of the computer. Windows in which changes may happen follow it.
  'appliance.time-zone': { type: 'text', safety: true, default: '', max: 64, format: 'time-zone', area: 'settings' },
  'appliance.language': { type: 'choice', safety: false, default: 'en', options: ['kk', 'ru', 'en'], area: 'settings' },
});
