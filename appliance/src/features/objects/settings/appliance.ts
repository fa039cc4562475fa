import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  { name: 'appliance.site-title', type: 'text', default: '', max: 200, area: 'settings' },
  { name: 'appliance.language', type: 'choice', default: 'en', options: ['kk', 'ru', 'en'], area: 'settings' },
]);
