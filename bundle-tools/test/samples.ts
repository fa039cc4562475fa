import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { SiteRequest } from '@sallyport/bundle-tools/documents/request';
import type { AptPackage } from '@sallyport/bundle-tools/updates/sources/apt/packages';
import type { AptIndex } from '@sallyport/bundle-tools/updates/sources/apt/source';
import { type Update, updateId } from '@sallyport/bundle-tools/updates/update';

// Documents in which a test names only what it is about.

/** A package of Debian 13; its id follows from its address and its files. */
export function updateSample(name: string, version: string, more: Partial<Update> = {}): Update {
  const purl = more.purl ?? `pkg:deb/debian/${name}@${version}`;
  const files = more.files ?? ['a'.repeat(64)];
  return {
    id: updateId(purl, files),
    purl,
    ecosystem: 'Debian:13',
    name,
    version,
    source: name,
    source_version: version,
    arch: 'amd64',
    suites: ['trixie'],
    security: false,
    depends: [],
    signer: 'openpgp:00',
    supersedes: [],
    files,
    ...more,
  };
}

export function advisorySample(id: string, feed: string, more: Partial<Advisory> = {}): Advisory {
  return {
    id,
    feed,
    aliases: [],
    upstream: [],
    related: [],
    modified: '2026-01-01T00:00:00Z',
    severity: 'unknown',
    summary: '',
    references: [],
    affected: [],
    ...more,
  };
}

/** A request that wants what is newer, of a site that has nothing. */
export function requestSample(more: Partial<SiteRequest> = {}): SiteRequest {
  return {
    format: 'sallyport-request/1',
    site: 'plant-7',
    reads: ['sallyport-bundle/1'],
    request_id: '0'.repeat(32),
    number: 1,
    nonce: '',
    created_at: '2026-05-01T00:00:00Z',
    floor: '2026-05-01T00:00:00Z',
    to: [],
    seal_to: '',
    tuf: { root: 1, timestamp: 1, snapshot: 1, targets: 1 },
    state: { seq: 0, seq_broadcast: 0, digest: '' },
    journal: { entries: 0, head: '', before: [] },
    have: '',
    wants: [{ kind: 'newer', id: '0' }],
    cursors: {},
    platforms: [],
    software: [],
    coverage: [],
    missing_os: [],
    advisories: [],
    controllers: [],
    media: { kind: 'x', volume_bytes: 0, free_bytes: 0 },
    receipts: [],
    site_card: '',
    ...more,
  };
}

export function aptPackageSample(name: string, version: string, more: Partial<AptPackage> = {}): AptPackage {
  return {
    name,
    version,
    arch: 'amd64',
    source: name,
    sourceVersion: version,
    depends: '',
    provides: '',
    path: `pool/${name}_${version}.deb`,
    sizeBytes: 1_000,
    sha256: Buffer.from(`${name} ${version}`).toString('hex').padEnd(64, '0').slice(0, 64),
    title: '',
    ...more,
  };
}

/** The index of a suite of Debian 13 as a mirror has it. */
export function aptIndexSample(
  suite: string,
  packages: AptPackage[],
  more: Partial<AptIndex['release']> = {},
): AptIndex {
  return {
    uri: 'http://host/debian',
    suite,
    arch: 'amd64',
    security: suite.endsWith('-security'),
    packages,
    release: {
      origin: 'Debian',
      label: 'Debian',
      suite,
      codename: suite,
      version: '13',
      date: new Date('2026-01-02T03:04:05Z'),
      architectures: ['amd64'],
      components: ['main'],
      byHash: true,
      notAutomatic: false,
      butAutomaticUpgrades: false,
      separateAll: false,
      files: new Map(),
      signer: 'openpgp:00',
      ...more,
    },
  };
}
