import { parseRequest } from '@sallyport/bundle-tools/documents/request';
import { requestSample } from '../samples.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'request',
  maxBytes: 16_384,
  run: (data) => parseRequest(data),
  seeds: () => [JSON.stringify(requestSample())],
  words: [
    '"wants"',
    '"have"',
    '"cursors"',
    '"platforms"',
    '"controllers"',
    '"newer"',
    '"volume"',
    '"last_bundle"',
    '"site_card"',
  ],
};
