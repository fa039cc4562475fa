import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { controllerIndex, indexed } from '@sallyport/bundle-tools/controllers/match';
import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import { demand, type FuzzTarget } from '../target.ts';

// One line a field: what a document says of a product, and what a device says of itself.

const bodyOf = (vendor: string, name: string, version: string, model: string): CsafBody => ({
  csaf: '2.0',
  publisher: 'https://a.test',
  publisherName: 'A',
  category: 'coordinator',
  trackingId: 'A-1',
  revision: '1',
  status: 'final',
  refersTo: [],
  leaves: [
    { id: 'a', vendor, names: [name], version, category: 'product_version_range', models: model === '' ? [] : [model] },
  ],
  vulnerabilities: [
    {
      id: 'CVE-2024-0001',
      affected: [0],
      notAffected: [],
      fixed: [],
      investigating: [],
      unknown: [],
      remediations: [{ category: 'vendor_fix', details: `Update to ${version}`, leaves: [0] }],
    },
  ],
});

export const target: FuzzTarget = {
  name: 'controller-match',
  maxBytes: 2_048,
  run: (data) => {
    const [vendor = '', name = '', version = '', model = '', maker = '', orderNumber = '', said = '', firmware = ''] =
      Buffer.from(data).toString('utf8').split('\n');
    const index = controllerIndex(indexed([bodyOf(vendor, name, version, model)]));
    const known: PartIdentity = { vendor: maker, orderNumber, model: said };
    index.match({ ...known, firmware, serial: firmware, hwVersion: firmware });
    // Nothing is excluded by a version that nobody knows (ADVISORIES 6.1, 8).
    for (const { verdict } of index.match(known)) demand(verdict !== 'not-affected', `${version} excludes nobody`);
  },
  seeds: () => [
    'Siemens\nSIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM02-0AB0)\nvers:all/<V2.9.7\n6ES7515-2AM02-0AB0\nSiemens AG\n6ES7 515-2AM02-0AB0\nCPU 1515-2 PN\nV2.9.4',
    'Mitsubishi Electric\nFX5U-xMy/z x=32,64,80, y=T,R, z=ES,DS (Serial number 17X**** and later)\n<= the first 5 digits of serial number 24051\n\nMitsubishi\n\nFX5U-32MR/ES\n1.210',
    'Rockwell Automation\n1756-EN2T, Series A/B/C (unsigned version)\n<v36.011_v35.013_v34.014\n\nAllen-Bradley\n1756-EN2T/D\n\n33.011',
    'WAGO\nSeries PFC200 750-82xx/xxx-xxx and 750-8xx\n>FW16 up to and including FW26\n\nWAGO\n750-8202/025-000\n\n03.06.11(18)',
    'Omron\nCJ2M-CPU□□(-EIP)\n>= 1.0 | < 2.3x | 4.*\n\nOmron\n\nCJ2M-CPU33\n2.1',
  ],
  words: ['vers:all/*', 'incl. SIPLUS variants', 'V5.X', 'Series B', ' and prior', 'family', 'production date ', 'HF'],
};
