import type * as z from 'zod';
import { announcementSchema } from '../src/documents/announcement.ts';
import { custodySchema } from '../src/documents/custody.ts';
import { envelopeSchema } from '../src/documents/envelope.ts';
import { inventoryKinds, inventoryLineSchema } from '../src/documents/inventory.ts';
import { manifestSchema, unfulfilledReasons } from '../src/documents/manifest.ts';
import { policySchema } from '../src/documents/policy.ts';
import { receiptPredicateSchema } from '../src/documents/receipt.ts';
import { requestSchema, wantKinds } from '../src/documents/request.ts';
import { siteCardSchema } from '../src/documents/site-card.ts';

// Section 3, document by document: a good one with every field, which fields may be absent, and where each value ends.

export const digest = 'ab'.repeat(32);
const noon = '2026-05-01T12:00:00Z';
export const key32 = Buffer.alloc(32, 7).toString('base64');
const tuf = { root: 1, timestamp: 2, snapshot: 3, targets: 4 };
export const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

export type Described = {
  schema: z.ZodType;
  good: unknown;
  /** Fields that may be absent, as `a.b`. */
  optional?: string[];
  /** Objects with keys of any name. */
  open?: string[];
  /** Values at a field that are good, and values that are not. */
  bounds: [path: string, good: unknown[], bad: unknown[]][];
};

const short = ['', 'a'.repeat(2)];
const upTo = (path: string, length: number): Described['bounds'][number] => [
  path,
  [...short, 'a'.repeat(length)],
  ['a'.repeat(length + 1), 'a\n'],
];
const listUpTo = (path: string, length: number, value: unknown): Described['bounds'][number] => [
  path,
  [[], many(length, value)],
  [many(length + 1, value)],
];

const package_ = { name: 'bash', version: '5.2', source: 'bash', source_version: '5.2', all: 1 };
const platform = { vendor: 'debian', release: '13', arch: 'amd64', suites: ['trixie'], packages: [package_] };
const uncovered = { ecosystem: 'AlmaLinux:9', components: 1, devices: 1 };
const controller = { vendor: 'v', model: 'm', order_no: '6ES7', firmware: '1' };
const envelope = { payloadType: 'a/b', payload: 'AAAA', signatures: [{ keyid: digest, sig: 'AAAA' }] };
const applied = { update: 'u', done: 1, failed: 2, waiting: 3, reasons: ['r'] };
const volume = { n: 1, bytes: 4096, first: 0, last: 1 };
const ids = 'cd'.repeat(16);

export const documents: Record<string, Described> = {
  envelope: {
    schema: envelopeSchema,
    good: envelope,
    bounds: [
      ['payloadType', ['a'.repeat(128)], ['a'.repeat(129)]],
      ['payload', ['', 'AA=='], ['AA', 'AB==']],
      ['signatures', [many(16, envelope.signatures[0])], [[], many(17, envelope.signatures[0])]],
      ['signatures.0.keyid', [], ['ab']],
      ['signatures.0.sig', [''], ['A']],
    ],
  },
  'custody line': {
    schema: custodySchema,
    good: { step: 'scan', person: 3, medium: 'A-12', sha256: digest, at: noon, prev: digest },
    optional: ['prev'],
    bounds: [
      ['step', ['fulfil', 'hand-over', 'scan', 'import'], ['other', '']],
      ['person', [0], [-1]],
      upTo('medium', 256),
    ],
  },
  'policy.json': {
    schema: policySchema,
    good: { format: 'sallyport-policy/1', seal_keys: [key32], grace_days: 180, min_importer: '0.1.0' },
    bounds: [
      ['format', [], ['sallyport-policy/2', '']],
      ['seal_keys', [many(8, key32)], [[], many(9, key32), ['AAAA']]],
      ['grace_days', [0, 3650], [3651, -1]],
      [
        'min_importer',
        ['0.0.0', '12345.12345.12345'],
        [
          '1',
          '1.2',
          '1.2.3.4',
          'v1.2.3',
          '1.2.3-rc',
          '1.2.x',
          'a1.2.3',
          '123456.1.1',
          '1.123456.1',
          '1.1.123456',
          '..',
        ],
      ],
    ],
  },
  'site card': {
    schema: siteCardSchema,
    good: {
      format: 'sallyport-site-card/1',
      site: 'plant-7',
      name: 'Цех №7',
      number: 2,
      prev: digest,
      created_at: noon,
      sign_keys: [key32],
      sign_threshold: 1,
      seal_key: key32,
      device_ca: ['AAAA'],
      root: { version: 1, sha256: digest },
    },
    optional: ['prev'],
    bounds: [
      ['format', [], ['sallyport-site-card/2', '']],
      upTo('name', 200),
      ['sign_keys', [[key32, Buffer.alloc(32, 8).toString('base64')]], [[], [key32, key32], ['AAAA']]],
      [
        'sign_keys',
        [Array.from({ length: 16 }, (_, index) => Buffer.alloc(32, index).toString('base64'))],
        [Array.from({ length: 17 }, (_, index) => Buffer.alloc(32, index).toString('base64'))],
      ],
      ['sign_threshold', [], [0, 2, 17]],
      ['seal_key', [], ['AAAA']],
      listUpTo('device_ca', 16, 'AAAA'),
    ],
  },
  announcement: {
    schema: announcementSchema,
    good: {
      format: 'sallyport-announcement/1',
      id: ids,
      severity: 'warning',
      published_at: noon,
      ends_at: '2099-01-01T00:00:00Z',
      concerns: { product: 'Sallyport', versions: 'before 0.3.0' },
      texts: [{ language: 'kk', title: 't', body: 'one\ntwo' }],
    },
    optional: ['concerns', 'concerns.versions'],
    bounds: [
      ['format', [], ['sallyport-announcement/2', '']],
      ['severity', ['info', 'warning', 'critical'], ['none', '']],
      ['ends_at', [], [noon, '2000-01-01T00:00:00Z', '2099-01-01']],
      ['concerns.product', ['p'.repeat(128)], ['', 'p'.repeat(129), 'a\nb']],
      ['concerns.versions', ['v'.repeat(128)], ['', 'v'.repeat(129)]],
      ['texts.0.language', ['kk', 'ru', 'en'], ['de', '']],
      ['texts.0.title', ['t'.repeat(200)], ['', 't'.repeat(201), 'a\nb']],
      ['texts.0.body', ['b'.repeat(8000)], ['', 'b'.repeat(8001), 'a\tb', 'a\u001bb']],
      ['texts', [], [[], many(2, { language: 'kk', title: 't', body: 'b' })]],
    ],
  },
  'inventory line': {
    schema: inventoryLineSchema,
    good: {
      path: 'a/b',
      sha256: digest,
      size: 8 * 1024 * 1024,
      kind: 'update',
      approval: [{ vendor: 'v', product: 'p', verdict: 'tested', date: noon, source: digest }],
      chunks: [digest],
    },
    optional: ['approval', 'chunks'],
    bounds: [
      ['path', ['a', 'a'.repeat(512)], ['', '/a', 'a/', 'a'.repeat(513)]],
      ['size', [1], [0, 8 * 1024 * 1024 + 1, -1]],
      ['chunks', [], [[], [digest, digest]]],
      ['kind', [...inventoryKinds, 'of-a-later-release', 'a'.repeat(32)], ['', 'Update', '9a', 'a'.repeat(33)]],
      ['approval', [many(64, { vendor: 'v', product: 'p', verdict: 'tested', date: noon, source: digest })], []],
      ['approval', [], [many(65, { vendor: 'v', product: 'p', verdict: 'tested', date: noon, source: digest })]],
      upTo('approval.0.vendor', 128),
      upTo('approval.0.product', 256),
      ['approval.0.verdict', ['tested', 'failed', 'conditional'], ['other', '']],
    ],
  },
  manifest: {
    schema: manifestSchema,
    good: {
      format: 'sallyport-bundle/1',
      bundle_id: ids,
      site: 'plant-7',
      request_id: ids,
      request_digest: digest,
      nonce: key32,
      seq: 1,
      prev_bundle: ids,
      issued_at: noon,
      expires: noon,
      tuf,
      inventory: { catalog: 1, size: 2, lines: 3, packed_size: 4, sha256: digest, encoding: 'gzip' },
      include: 'AA==',
      relies_on: '',
      parts: [{ line: 0, part: 1, offset: 0, length: 1 }],
      unfulfilled: [{ reason: 'NO_SOURCE', wants: [0] }],
      totals: { bytes: 1, objects: 2, peak_disk: 3 },
      receipt_seen: 0,
      volumes: [volume, { ...volume, n: 2 }],
    },
    optional: ['prev_bundle'],
    bounds: [
      ['format', [], ['sallyport-bundle/2', '']],
      ['site', ['a'], ['*', 'A', '']],
      ['nonce', [], ['AAAA']],
      ['inventory.encoding', ['identity', 'gzip'], ['zstd', '']],
      ['parts', [[]], [[{ line: 0, part: 0, offset: 0, length: 1 }], [{ line: 0, part: 1, offset: 0, length: 0 }]]],
      listUpTo('parts', 100_000, { line: 0, part: 1, offset: 0, length: 1 }),
      ['unfulfilled.0.reason', [...unfulfilledReasons], ['OTHER', '']],
      listUpTo('unfulfilled', 6, { reason: 'UNKNOWN', wants: [] }),
      listUpTo('unfulfilled.0.wants', 100_000, 0),
      ['volumes', [[volume]], [[], [{ ...volume, n: 2 }], [volume, volume], [volume, { ...volume, n: 3 }]]],
      ['volumes', [Array.from({ length: 999 }, (_, index) => ({ ...volume, n: index + 1 }))], [[{ ...volume, n: 0 }]]],
      ['volumes', [], [Array.from({ length: 1000 }, (_, index) => ({ ...volume, n: index + 1 }))]],
    ],
  },
  receipt: {
    schema: receiptPredicateSchema,
    good: {
      format: 'sallyport-receipt/1',
      site: 'plant-7',
      number: 1,
      prev: digest,
      request_id: ids,
      bundle_id: ids,
      seq: 1,
      result: 'imported',
      code: 'OK',
      detail: '',
      started_at: noon,
      finished_at: noon,
      floor: noon,
      before: { tuf, seq: 0, inventory: digest },
      after: { tuf, seq: 1, inventory: digest },
      journal: { entries: 9, head: digest },
      counts: { new: 1, held: 2, removed: 3, unfulfilled: 4, bytes: 5 },
      volumes: { seen: [1], missing: [2] },
      scan: { engine: 'ClamAV', version: '1', definitions_at: noon, verdict: 'clean' },
      custody: [{ sha256: digest, lines: ['line'] }],
      unknown_kinds: [{ kind: 'later', objects: 1, bytes: 2 }],
      warnings: ['STALE'],
      overrides: [{ code: 'STALE', reason: 'why', operator: 1 }],
      applied: [applied],
      devices: { ok: 1, warning: 2, critical: 3 },
      days_left: { root: 900, bundle: -3 },
    },
    optional: [
      'prev',
      'request_id',
      'bundle_id',
      'seq',
      'before.inventory',
      'after.inventory',
      'scan',
      'custody',
      'unknown_kinds',
    ],
    open: ['days_left'],
    bounds: [
      ['format', [], ['sallyport-receipt/2', '']],
      ['result', ['imported', 'partial', 'refused'], ['other', '']],
      upTo('code', 64),
      upTo('detail', 2000),
      listUpTo('volumes.seen', 999, 1),
      listUpTo('volumes.missing', 999, 1),
      ['scan.verdict', ['clean', 'infected', 'error'], ['other', '']],
      upTo('scan.engine', 256),
      upTo('scan.version', 256),
      listUpTo('custody', 999, { sha256: digest, lines: [] }),
      listUpTo('unknown_kinds', 32, { kind: 'later', objects: 1, bytes: 2 }),
      upTo('unknown_kinds.0.kind', 32),
      listUpTo('warnings', 32, 'STALE'),
      upTo('warnings.0', 64),
      listUpTo('overrides', 32, { code: 'STALE', reason: 'why', operator: 1 }),
      upTo('overrides.0.code', 64),
      upTo('overrides.0.reason', 500),
      listUpTo('applied', 10_000, applied),
      upTo('applied.0.update', 512),
      listUpTo('applied.0.reasons', 100, 'r'),
      upTo('applied.0.reasons.0', 500),
      ['days_left', [{}, { ['a'.repeat(64)]: -1 }], [{ ['a'.repeat(65)]: 1 }, { root: 1.5 }]],
    ],
  },
  request: {
    schema: requestSchema,
    good: {
      format: 'sallyport-request/1',
      site: 'plant-7',
      reads: ['sallyport-bundle/1'],
      request_id: ids,
      number: 1,
      nonce: key32,
      created_at: noon,
      floor: noon,
      to: [digest],
      seal_to: key32,
      tuf,
      state: { seq: 0, seq_broadcast: 0, last_bundle: ids, inventory: digest, digest },
      journal: { entries: 9, head: digest, before: [{ number: 1, entries: 4, head: digest }] },
      have: Buffer.from(digest, 'hex').toString('base64'),
      wants: [{ kind: 'volume', id: ids, min: '1', priority: 'high', n: 2 }],
      cursors: { debian: 'x' },
      platforms: [platform],
      software: ['pkg:a/b@1'],
      coverage: [uncovered],
      missing_os: ['KB1'],
      advisories: ['A-1'],
      controllers: [controller],
      media: { kind: 'usb', volume_bytes: 1, free_bytes: 0 },
      receipts: [envelope],
      site_card: digest,
    },
    optional: ['state.last_bundle', 'state.inventory', 'wants.0.min', 'wants.0.priority', 'wants.0.n'],
    open: ['cursors'],
    bounds: [
      ['format', [], ['sallyport-request/2', '']],
      ['reads', [many(16, 'a')], [[], many(17, 'a')]],
      upTo('reads.0', 64),
      ['nonce', [], ['AAAA']],
      ['seal_to', [], ['AAAA']],
      listUpTo('to', 8, digest),
      ['have', [''], ['AAAA']],
      listUpTo('journal.before', 32, { number: 1, entries: 4, head: digest }),
      ['wants.0.kind', [...wantKinds], ['other', '']],
      upTo('wants.0.id', 512),
      upTo('wants.0.min', 256),
      upTo('wants.0.priority', 32),
      ['wants.0.n', [0, 999], [1000, -1]],
      listUpTo('wants', 100_000, { kind: 'newer', id: '0' }),
      ['cursors', [{}, { ['a'.repeat(128)]: 'a'.repeat(256) }], [{ ['a'.repeat(129)]: '' }, { a: 'a'.repeat(257) }]],
      listUpTo('platforms', 512, { ...platform, packages: [] }),
      upTo('platforms.0.vendor', 64),
      upTo('platforms.0.release', 64),
      upTo('platforms.0.arch', 64),
      listUpTo('platforms.0.suites', 64, 's'),
      upTo('platforms.0.suites.0', 128),
      listUpTo('platforms.0.packages', 200_000, package_),
      ['platforms.0.packages.0.all', [0, 1], [2, true]],
      listUpTo('software', 200_000, 'a'),
      upTo('software.0', 1024),
      listUpTo('coverage', 4096, uncovered),
      upTo('coverage.0.ecosystem', 256),
      listUpTo('missing_os', 100_000, 'a'),
      upTo('missing_os.0', 128),
      listUpTo('advisories', 200_000, 'a'),
      upTo('advisories.0', 128),
      listUpTo('controllers', 50_000, controller),
      upTo('media.kind', 32),
      listUpTo('receipts', 32, envelope),
    ],
  },
};
