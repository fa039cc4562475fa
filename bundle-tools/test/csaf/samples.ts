// Small CSAF documents, written by hand: what tests vary is given, the rest is the least that a document needs.

type SampleLeaf = {
  id: string;
  vendor?: string;
  name: string;
  version?: string;
  category?: 'product_version' | 'product_version_range';
  models?: readonly string[];
};

type SampleVulnerability = {
  cve: string;
  affected?: readonly string[];
  notAffected?: readonly string[];
  fixed?: readonly string[];
  investigating?: readonly string[];
  remediations?: readonly { category: string; details: string; product_ids: readonly string[] }[];
};

export type Sample = {
  id?: string;
  revision?: string;
  status?: string;
  publisher?: { category: string; name: string; namespace: string };
  leaves: readonly SampleLeaf[];
  vulnerabilities: readonly SampleVulnerability[];
  references?: readonly { url: string; summary: string; category?: string }[];
};

const coordinator = { category: 'coordinator', name: 'A Coordinator', namespace: 'https://coordinator.test/' };
export const vendorPublisher = {
  category: 'vendor',
  name: 'Siemens ProductCERT',
  namespace: 'https://www.siemens.com',
};

const branchOf = ({
  id,
  vendor = 'Siemens',
  name,
  version,
  category = 'product_version_range',
  models,
}: SampleLeaf) => {
  const product = {
    name: `${vendor} ${name}`,
    product_id: id,
    ...(models === undefined ? {} : { product_identification_helper: { model_numbers: models } }),
  };
  const inner =
    version === undefined
      ? { category: 'product_name', name, product }
      : { category: 'product_name', name, branches: [{ category, name: version, product }] };
  return { category: 'vendor', name: vendor, branches: [inner] };
};

const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

/** A document of CSAF 2.0. */
export const csaf20 = (sample: Sample) => ({
  document: {
    category: 'csaf_security_advisory',
    csaf_version: '2.0',
    title: 'A sample',
    distribution: { tlp: { label: 'WHITE' } },
    notes: [{ category: 'legal_disclaimer', text: 'As it is.' }],
    publisher: sample.publisher ?? coordinator,
    references: sample.references ?? [],
    tracking: {
      id: sample.id ?? 'SAMPLE-1',
      version: sample.revision ?? '1',
      status: sample.status ?? 'final',
      initial_release_date: '2024-01-02T03:04:05.600Z',
      current_release_date: '2024-05-06T07:08:09+02:00',
      revision_history: [],
    },
  },
  product_tree: { branches: sample.leaves.map(branchOf) },
  vulnerabilities: sample.vulnerabilities.map(
    ({ cve, affected, notAffected, fixed, investigating, remediations = [] }) => ({
      cve,
      cwe: { id: 'CWE-287', name: 'Improper Authentication' },
      product_status: {
        ...(affected === undefined ? {} : { known_affected: affected }),
        ...(notAffected === undefined ? {} : { known_not_affected: notAffected }),
        ...(fixed === undefined ? {} : { fixed }),
        ...(investigating === undefined ? {} : { under_investigation: investigating }),
      },
      scores: [{ products: affected ?? [], cvss_v3: { vectorString: vector, baseScore: 9.8 } }],
      remediations,
    }),
  ),
});

export const bytesOf = (document: unknown): Uint8Array => Buffer.from(JSON.stringify(document));
