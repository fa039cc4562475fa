import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  { name: 'appliance.site-title', type: 'text', safety: false, default: '', max: 200, area: 'settings' },
  {
    name: 'appliance.language',
    type: 'choice',
    safety: false,
    default: 'en',
    options: ['kk', 'ru', 'en'],
    area: 'settings',
  },
]);
