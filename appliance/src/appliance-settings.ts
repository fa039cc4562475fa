import { defineSettings } from './engine/objects/types.ts';

export const applianceSettings = defineSettings({
  'appliance.site-title': { type: 'text', safety: false, default: '', max: 200, area: 'settings' },
  'appliance.language': { type: 'choice', safety: false, default: 'en', options: ['kk', 'ru', 'en'], area: 'settings' },
});
