import { readCsaf } from '@sallyport/bundle-tools/advisories/csaf/document';
import type { FuzzTarget } from '../target.ts';

const tracking = {
  id: 'A-1',
  version: '1.0.0',
  status: 'interim',
  current_release_date: '2026-01-01T00:00:00.5Z',
  initial_release_date: '2025-01-01T00:00:00+02:00',
};
const publisher = { category: 'vendor', name: 'Siemens ProductCERT', namespace: 'https://www.siemens.com/' };
const leaf = (id: string, name: string, version: string) => ({
  category: 'product_name',
  name,
  branches: [
    {
      category: 'product_version_range',
      name: version,
      product: { name, product_id: id, product_identification_helper: { model_numbers: ['6ES7 515-2AM02-0AB0'] } },
    },
  ],
});

export const target: FuzzTarget = {
  name: 'csaf-document',
  run: (data) => {
    readCsaf(data);
  },
  seeds: () => [
    JSON.stringify({
      document: {
        category: 'csaf_security_advisory',
        csaf_version: '2.0',
        title: 'T',
        distribution: { tlp: { label: 'WHITE' } },
        notes: [{ category: 'legal_disclaimer', text: 'x' }],
        references: [{ url: 'https://example.org/ssa-054046.html', summary: 's' }],
        publisher,
        tracking,
      },
      product_tree: {
        branches: [
          {
            category: 'vendor',
            name: 'GeutebrÃ¼ck',
            branches: [leaf('a', 'PLC', '<V2.9.7'), leaf('b', 'Firmware', '1.0')],
          },
        ],
        relationships: [
          {
            category: 'installed_on',
            product_reference: 'b',
            relates_to_product_reference: 'a',
            full_product_name: { name: 'b on a', product_id: 'c' },
          },
        ],
        product_groups: [{ group_id: 'g', product_ids: ['a', 'c'] }],
      },
      vulnerabilities: [
        {
          cve: 'CVE-2024-0001',
          cwe: { id: 'CWE-79' },
          product_status: { known_affected: ['a', 'c'], known_not_affected: ['b'] },
          scores: [{ products: ['a'], cvss_v3: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } }],
          remediations: [{ category: 'vendor_fix', details: 'Update to V2.9.7', group_ids: ['g'] }],
        },
      ],
    }),
    JSON.stringify({
      document: { category: 'csaf_vex', csaf_version: '2.1', title: 'T', publisher, tracking },
      product_tree: {
        full_product_names: [
          { name: 'x', product_id: 'x' },
          { name: 'y', product_id: 'y' },
        ],
        product_paths: [
          {
            beginning_product_reference: 'x',
            full_product_name: { name: 'z', product_id: 'z' },
            subpaths: [{ category: 'installed_on', next_product_reference: 'y' }],
          },
        ],
      },
      vulnerabilities: [
        {
          ids: [{ text: 'V-1' }],
          cwes: [{ id: 'CWE-1' }],
          metrics: [{ content: { cvss_v4: { vectorString: 'CVSS:4.0/AV:N', baseScore: 9.3 } } }],
          product_status: { unknown: ['z'] },
          remediations: [{ category: 'fix_planned', details: 'Soon', product_ids: ['z'] }],
        },
      ],
    }),
  ],
  words: [
    '"product_groups"',
    '"serial_numbers"',
    '"purls"',
    '"cpe"',
    '"architecture"',
    '"service_pack"',
    '"qualitative_severity_rating"',
    '"optional_patch"',
    '"AMBER+STRICT"',
    '"csaf_withdrawn"',
    'vers:all/*',
    '"cvss_v2"',
  ],
};
