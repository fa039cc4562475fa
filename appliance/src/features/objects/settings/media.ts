import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  /** Below these folders a mount counts as a medium. */
  {
    name: 'exchange.media-roots',
    type: 'list',
    default: ['/run/sallyport/media', '/media', '/run/media', '/mnt'],
    max: 16,
    area: 'exchange',
  },
  /** Folders that count as a medium without being mounted: a transfer station, a share. */
  { name: 'exchange.media-folders', type: 'list', default: [], max: 16, area: 'exchange' },
  {
    name: 'exchange.antivirus',
    type: 'choice',
    default: 'off',
    options: ['off', 'clamd', 'clamscan'],
    area: 'exchange',
  },
  { name: 'exchange.antivirus-socket', type: 'text', default: '/run/clamav/clamd.ctl', max: 100, area: 'exchange' },
  { name: 'exchange.antivirus-database', type: 'text', default: '/var/lib/clamav', max: 200, area: 'exchange' },
]);
