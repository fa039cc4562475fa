import { defineSettings } from '../../engine/objects/types.ts';

export const mediaSettings = defineSettings({
  /** Below these folders a mount counts as a medium. */
  'exchange.media-roots': {
    type: 'list',
    safety: true,
    default: ['/run/sallyport/media', '/media', '/run/media', '/mnt'],
    max: 16,
    area: 'exchange',
  },
  /** Folders that count as a medium without being mounted: a transfer station, a share. */
  'exchange.media-folders': { type: 'list', safety: true, default: [], max: 16, area: 'exchange' },
  'exchange.antivirus': {
    type: 'choice',
    safety: true,
    default: 'off',
    options: ['off', 'clamd', 'clamscan'],
    area: 'exchange',
  },
  'exchange.antivirus-socket': {
    type: 'text',
    safety: true,
    default: '/run/clamav/clamd.ctl',
    max: 100,
    area: 'exchange',
  },
  'exchange.antivirus-database': { type: 'text', safety: true, default: '/var/lib/clamav', max: 200, area: 'exchange' },
});
