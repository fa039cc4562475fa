import { encodeUpdates, parseUpdates } from '@sallyport/bundle-tools/updates/update';
import { update } from '../../../appliance/test/support/catalog.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'updates-lines',
  run: (data) => encodeUpdates(parseUpdates(data)),
  seeds: () => {
    const [a, b] = [update('openssl', '3.5.1-1'), update('bash', '5.2-2')];
    return [encodeUpdates([a]), encodeUpdates([a, { ...b, depends: [a.id] }])];
  },
  words: ['"licence"', '"depends"', '"supersedes"', '"signer"', '"security":true', 'pkg:deb/debian/'],
};
