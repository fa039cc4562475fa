import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, csaf20, type Sample, vendorPublisher } from '../../../test/csaf/samples.ts';
import { type CsafDocument, compareRevisions, csafOf, isCompanion, isVendorsOwn, readCsaf } from './document.ts';

const sample: Sample = {
  leaves: [
    { id: 'a', name: 'SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)', version: 'vers:all/<V2.9.7' },
    { id: 'b', name: 'GeutebrÃ¼ck thing', vendor: 'GeutebrÃ¼ck', models: ['6ES7 151-8AB01-0AB0'] },
  ],
  vulnerabilities: [
    {
      cve: 'CVE-2024-0001',
      affected: ['a', 'b'],
      remediations: [{ category: 'vendor_fix', details: 'Update to V2.9.7', product_ids: ['a'] }],
    },
  ],
  references: [
    {
      category: 'external',
      url: 'https://cert-portal.siemens.com/productcert/html/ssa-054046.html',
      summary: 'The original',
    },
  ],
};

type Tree = Record<string, unknown>;
const changed = (change: (document: ReturnType<typeof csaf20>) => unknown): (() => CsafDocument) => {
  const document = csaf20(sample);
  const other = change(document);
  return () => csafOf(other ?? document);
};

describe('CSAF 2.0', () => {
  const { body, ...about } = readCsaf(bytesOf(csaf20(sample)));

  it('is read', () => {
    expect(about).toEqual({
      title: 'A sample',
      modified: '2024-05-06T05:08:09Z',
      published: '2024-01-02T03:04:05Z',
      references: ['https://cert-portal.siemens.com/productcert/html/ssa-054046.html'],
      isWithdrawn: false,
    });
    expect(body).toMatchObject({
      csaf: '2.0',
      publisher: 'https://coordinator.test',
      category: 'coordinator',
      trackingId: 'SAMPLE-1',
      revision: '1',
      status: 'final',
      tlp: 'CLEAR',
      refersTo: ['SSA-054046'],
      disclaimer: 'As it is.',
    });
    expect(body.vulnerabilities).toEqual([
      {
        id: 'CVE-2024-0001',
        cwe: 'CWE-287',
        cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
        score: 9.8,
        affected: [0, 1],
        notAffected: [],
        fixed: [],
        investigating: [],
        unknown: [],
        remediations: [{ category: 'vendor_fix', details: 'Update to V2.9.7', leaves: [0] }],
      },
    ]);
  });

  it('undoes damage in names, and takes order numbers from names and helpers', () => {
    expect(body.leaves).toEqual([
      {
        id: 'a',
        vendor: 'Siemens',
        names: ['SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)'],
        version: 'vers:all/<V2.9.7',
        category: 'product_version_range',
        models: ['6ES7515-2AM01-0AB0'],
      },
      {
        id: 'b',
        vendor: 'Geutebrück',
        names: ['Geutebrück thing'],
        version: '',
        category: 'other',
        models: ['6ES7151-8AB01-0AB0'],
      },
    ]);
  });

  it('knows the vendor’s own documents', () => {
    expect(isVendorsOwn(body)).toBe(false);
    expect(isVendorsOwn(csafOf(csaf20({ ...sample, publisher: vendorPublisher })).body)).toBe(true);
  });

  it('makes products of relationships: firmware decides, another component does not', () => {
    const document = csaf20({ ...sample, vulnerabilities: [] });
    const parts = [
      { category: 'product_name', name: 'PLC 5', product: { name: 'PLC 5', product_id: 'hw' } },
      {
        category: 'product_name',
        name: 'PLC 5 Firmware',
        branches: [{ category: 'product_version_range', name: '<V3', product: { name: 'fw', product_id: 'fw' } }],
      },
      {
        category: 'product_name',
        name: 'Library',
        branches: [{ category: 'product_version', name: '1.2', product: { name: 'lib', product_id: 'lib' } }],
      },
    ];
    const made = (id: string, of: string, on: string) => ({
      category: 'installed_on',
      product_reference: of,
      relates_to_product_reference: on,
      full_product_name: { name: id, product_id: id },
    });
    const tree: Tree = {
      branches: [{ category: 'vendor', name: 'V', branches: parts }],
      relationships: [made('second', 'lib', 'first'), made('first', 'fw', 'hw')],
    };
    const { leaves } = csafOf({ ...document, product_tree: tree }).body;
    expect(leaves.map(({ id, names, version }) => [id, names.join('/'), version])).toEqual([
      ['hw', 'PLC 5', ''],
      ['fw', 'PLC 5 Firmware', '<V3'],
      ['lib', 'Library', '1.2'],
      ['first', 'PLC 5', '<V3'],
      ['second', 'PLC 5', 'with Library 1.2'],
    ]);
    expect(() => csafOf({ ...document, product_tree: { ...tree, relationships: [made('x', 'x', 'hw')] } })).toThrow(
      'not defined',
    );
  });

  it('what narrows a product beyond its version is a condition', () => {
    const document = csaf20({ ...sample, vulnerabilities: [] });
    const product = { name: 'x', product_id: 'x' };
    const branches = [
      {
        category: 'vendor',
        name: 'V',
        branches: [
          {
            category: 'product_name',
            name: 'P',
            branches: [
              {
                category: 'product_version',
                name: '2.0',
                branches: [{ category: 'architecture', name: 'arm', product }],
              },
            ],
          },
        ],
      },
    ];
    expect(csafOf({ ...document, product_tree: { branches } }).body.leaves[0]?.version).toBe(
      '2.0 with architecture arm',
    );
  });
});

describe('CSAF 2.1', () => {
  const base = csaf20({ ...sample, vulnerabilities: [] });
  const document = {
    ...base,
    document: { ...base.document, csaf_version: '2.1', distribution: { tlp: { label: 'AMBER+STRICT' } } },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'V',
          branches: [
            {
              category: 'product_name',
              name: 'Box Firmware',
              branches: [
                {
                  category: 'product_version',
                  name: '4.1',
                  product: {
                    name: 'fw',
                    product_id: 'fw',
                    product_identification_helper: { purls: ['pkg:generic/fw@4.1', 'pkg:generic/fw2'] },
                  },
                },
              ],
            },
            { category: 'product_name', name: 'Box', product: { name: 'Box', product_id: 'box' } },
          ],
        },
      ],
      product_paths: [
        {
          beginning_product_reference: 'fw',
          full_product_name: { name: 'fw on box', product_id: 'both' },
          subpaths: [{ category: 'installed_on', next_product_reference: 'box' }],
        },
      ],
      product_groups: [{ group_id: 'g', product_ids: ['both'] }],
    },
    vulnerabilities: [
      {
        ids: [{ system_name: 'V', text: 'V-7' }],
        cwes: [{ id: 'CWE-79', name: 'x', version: '4.13' }],
        metrics: [
          {
            products: ['both'],
            content: {
              cvss_v3: { vectorString: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N' },
              cvss_v4: {
                vectorString: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
                baseScore: 9.3,
              },
            },
          },
        ],
        product_status: { unknown: ['both'], known_affected: ['box'] },
        remediations: [
          { category: 'fix_planned', details: 'Soon', group_ids: ['g'] },
          { category: 'optional_patch', details: 'If you like', product_ids: ['box'] },
        ],
      },
    ],
  };

  it('switches to metrics, cwes, product paths, purls, the TLP labels and the new words', () => {
    const { body } = csafOf(document);
    expect(body.tlp).toBe('AMBER+STRICT');
    expect(body.leaves.map(({ id, names, version, purls }) => [id, names, version, purls])).toEqual([
      ['fw', ['Box Firmware'], '4.1', ['pkg:generic/fw@4.1', 'pkg:generic/fw2']],
      ['box', ['Box'], '', undefined],
      ['both', ['Box'], '4.1', undefined],
    ]);
    expect(body.vulnerabilities[0]).toMatchObject({
      id: 'V-7',
      cwe: 'CWE-79',
      score: 9.3,
      affected: [1],
      unknown: [2],
      remediations: [
        { category: 'fix_planned', leaves: [2] },
        { category: 'optional_patch', leaves: [1] },
      ],
    });
  });

  it('takes a word where no score is', () => {
    const rated = {
      ...document,
      vulnerabilities: [{ metrics: [{ content: { qualitative_severity_rating: 'high' } }] }],
    };
    expect(csafOf(rated).body.vulnerabilities[0]).toMatchObject({ id: 'SAMPLE-1/1', score: 7 });
  });
});

describe('what is refused', () => {
  it.each([
    [
      'another version',
      changed((document) => ({ ...document, document: { ...document.document, csaf_version: '3.0' } })),
      /3\.0 is not known/,
    ],
    [
      'a status of a product that is not defined',
      changed((document) => ({ ...document, product_tree: {} })),
      /a is not defined/,
    ],
    [
      'a product that is defined twice',
      changed((document) => ({
        ...document,
        product_tree: { branches: [...document.product_tree.branches, ...document.product_tree.branches] },
      })),
      /a is defined twice/,
    ],
    [
      'a remediation of another kind',
      changed((document) => ({
        ...document,
        vulnerabilities: [{ remediations: [{ category: 'prayer', details: '' }] }],
      })),
      /prayer is not known/,
    ],
    [
      'a revision that is none',
      changed((document) => ({
        ...document,
        document: { ...document.document, tracking: { ...document.document.tracking, version: 'new' } },
      })),
      /revision new/,
    ],
    [
      'a time that is none',
      changed((document) => ({
        ...document,
        document: { ...document.document, tracking: { ...document.document.tracking, current_release_date: 'today' } },
      })),
      /no time/,
    ],
    [
      'an id with a blank',
      changed((document) => ({
        ...document,
        document: { ...document.document, tracking: { ...document.document.tracking, id: 'a b' } },
      })),
      /blanks/,
    ],
    ['no object', changed(() => []), /no object/],
  ])('%s', (_, read, message) => {
    expect(read).toThrow(expect.objectContaining({ code: 'METADATA', message: expect.stringMatching(message) }));
  });

  it.each([
    ['deep', `${'['.repeat(200)}${']'.repeat(200)}`],
    ['a key twice', '{"document":{},"document":{}}'],
    ['wrong UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a huge number', '{"a":1e999}'],
    ['nothing', ''],
  ])('%s', (_, bytes) => {
    expect(() => readCsaf(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'METADATA' }));
  });

  it('branches without end and texts without end are bounded', () => {
    const nested = Array.from({ length: 40 }).reduce<unknown>(
      (inner) => [{ category: 'product_family', name: 'f', branches: inner }],
      [],
    );
    expect(changed((document) => ({ ...document, product_tree: { branches: nested }, vulnerabilities: [] }))).toThrow(
      expect.objectContaining({ code: 'LIMIT' }),
    );
    const long = changed((document) => ({
      ...document,
      document: { ...document.document, title: 'x'.repeat(100_000) },
    }))();
    expect(long.title).toHaveLength(2_000);
  });
});

it('companions of documents are told from broken documents', () => {
  expect([{ feed: {} }, { canonical_url: '' }, { document: {}, feed: {} }, {}, 7].map(isCompanion)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

describe('revisions', () => {
  it.each([
    ['1', '2'],
    ['9', '10'],
    ['1.0.9', '1.1.0'],
    ['1.0.0-rc.1', '1.0.0'],
    ['1.0.0-1', '1.0.0-2'],
  ])('%s is before %s', (a, b) => {
    expect(compareRevisions(a, b)).toBeLessThan(0);
    expect(compareRevisions(b, a)).toBeGreaterThan(0);
    expect(compareRevisions(a, a)).toBe(0);
  });

  it('are an order', () => {
    const revision = fc.stringMatching(/^[0-9]{1,3}(\.[0-9]{1,2}){0,2}(-[a-c]{1,2})?$/);
    fc.assert(
      fc.property(
        revision,
        revision,
        (a, b) => Math.sign(compareRevisions(a, b)) === -Math.sign(compareRevisions(b, a)),
      ),
    );
  });
});
