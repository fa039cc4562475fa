import { packDigests } from '@sallyport/bundle-tools/documents/digests';
import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import { type SiteRequest, stateDigest } from '@sallyport/bundle-tools/documents/request';
import type { SiteCard } from '@sallyport/bundle-tools/documents/site-card';

// Documents that are taken, to begin with.

const digest = 'ab'.repeat(32);
const at = '2026-05-01T00:00:00Z';
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const tuf = { root: 1, timestamp: 2, snapshot: 2, targets: 2 };

export const requestSample = (): SiteRequest => ({
  format: 'sallyport-request/1',
  site: 'plant-7',
  reads: ['sallyport-bundle/1'],
  request_id: `${'0'.repeat(31)}1`,
  number: 1,
  nonce: b64(Buffer.alloc(32, 7)),
  created_at: at,
  floor: at,
  to: [digest],
  seal_to: b64(Buffer.alloc(32, 8)),
  tuf,
  state: { seq: 3, seq_broadcast: 0, digest: stateDigest(tuf, { seq: 3, seq_broadcast: 0 }) },
  journal: { entries: 9, head: digest, before: [{ number: 1, entries: 4, head: digest }] },
  have: b64(packDigests([digest, 'cd'.repeat(32)])),
  wants: [{ kind: 'newer', id: '0' }],
  cursors: { debian: 'x' },
  platforms: [
    {
      vendor: 'debian',
      release: '13',
      arch: 'amd64',
      suites: ['trixie'],
      packages: [{ name: 'bash', version: '5.2-1', source: 'bash', source_version: '5.2-1', all: 1 }],
    },
  ],
  software: ['pkg:generic/scada@4'],
  coverage: [{ ecosystem: 'AlmaLinux:9', components: 3, devices: 1 }],
  missing_os: ['KB5'],
  advisories: [],
  controllers: [{ vendor: 'v', model: 'm', order_no: '1', firmware: '2' }],
  media: { kind: 'usb', volume_bytes: 1, free_bytes: 1 },
  receipts: [],
  site_card: digest,
});

export const cardSample = (publicKey: Uint8Array): SiteCard => ({
  format: 'sallyport-site-card/1',
  site: 'plant-7',
  name: 'Line 7',
  number: 1,
  created_at: at,
  sign_keys: [b64(publicKey)],
  sign_threshold: 1,
  seal_key: b64(Buffer.alloc(32, 5)),
  device_ca: [b64(Buffer.alloc(40, 6))],
  root: { version: 1, sha256: digest },
});

export const receiptSample = (): ReceiptPredicate => ({
  format: 'sallyport-receipt/1',
  site: 'plant-7',
  number: 2,
  prev: digest,
  result: 'imported',
  code: 'OK',
  detail: '',
  started_at: at,
  finished_at: at,
  floor: at,
  before: { tuf, seq: 2 },
  after: { tuf, seq: 3, inventory: digest },
  journal: { entries: 9, head: digest },
  counts: { new: 1, held: 2, removed: 0, unfulfilled: 0, bytes: 5 },
  volumes: { seen: [1], missing: [] },
  scan: { engine: 'ClamAV', version: '1.4', definitions_at: at, verdict: 'clean' },
  warnings: ['STALE'],
  overrides: [{ code: 'STALE', reason: 'at sea', operator: 1 }],
  applied: [{ update: 'u', done: 1, failed: 0, waiting: 0, reasons: [] }],
  devices: { ok: 1, warning: 0, critical: 0 },
  days_left: { root: 900, bundle: -1 },
});
