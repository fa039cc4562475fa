import { defineSettings } from '../types.ts';

/** Folders where media are mounted: where requests may be written and bundles looked for. */
export const settings = defineSettings([
  { name: 'exchange.media-folders', type: 'list', default: [], max: 16, area: 'exchange' },
]);
