import { describe, expect, it } from 'vitest';
import { requestSample } from '../../test/samples.ts';
import { generateSealKey, generateSigningKey } from '../trust/keys.ts';
import { openCustody, signCustody } from './custody.ts';
import { packDigests } from './digests.ts';
import { parseEnvelope } from './envelope.ts';
import { openReceipt, openReceiptEnvelope, type ReceiptPredicate, signReceipt } from './receipt.ts';
import { claimedSite, openRequest, type SiteRequest, signRequest, stateDigest } from './request.ts';
import { openSealed, sealTo } from './sealed.ts';
import { openSiteCard, type SiteCard, signSiteCard } from './site-card.ts';

const key = generateSigningKey();
const other = generateSigningKey();
const host = generateSealKey();
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const digest = 'ab'.repeat(32);

const card = (changes: Partial<SiteCard> = {}): SiteCard => ({
  format: 'sallyport-site-card/1',
  site: 'plant-7',
  name: 'Цех №7',
  number: 1,
  created_at: '2026-05-01T00:00:00Z',
  sign_keys: [b64(key.publicKey)],
  sign_threshold: 1,
  seal_key: b64(generateSealKey().publicKey),
  device_ca: [],
  root: { version: 1, sha256: digest },
  ...changes,
});

const tuf = { root: 1, timestamp: 0, snapshot: 0, targets: 0 };
const request = (changes: Partial<SiteRequest> = {}): SiteRequest =>
  requestSample({
    nonce: b64(Buffer.alloc(32, 7)),
    to: [digest],
    seal_to: b64(Buffer.alloc(32, 8)),
    tuf,
    state: { seq: 0, seq_broadcast: 0, digest: stateDigest(tuf, { seq: 0, seq_broadcast: 0 }) },
    journal: { entries: 9, head: digest, before: [{ number: 1, entries: 4, head: digest }] },
    have: b64(packDigests([digest, 'cd'.repeat(32)])),
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
    media: { kind: 'usb', volume_bytes: 4_294_967_295, free_bytes: 0 },
    site_card: digest,
    ...changes,
  });

const predicate: ReceiptPredicate = {
  format: 'sallyport-receipt/1',
  site: 'plant-7',
  number: 1,
  result: 'refused',
  code: 'WRONG_SITE',
  detail: 'the bundle is for site other',
  started_at: '2026-05-01T00:00:00Z',
  finished_at: '2026-05-01T00:00:01Z',
  floor: '2026-05-01T00:00:00Z',
  before: { tuf, seq: 0 },
  after: { tuf, seq: 0 },
  journal: { entries: 9, head: digest },
  counts: { new: 0, held: 0, removed: 0, unfulfilled: 0, bytes: 0 },
  volumes: { seen: [1], missing: [] },
  warnings: [],
  overrides: [],
  applied: [],
  devices: { ok: 1, warning: 0, critical: 0 },
  days_left: { root: 900, timestamp: -3 },
};

describe('a request', () => {
  it('crosses sealed and comes out as it went in', () => {
    const envelope = signRequest(request(), [key]);
    const opened = openSealed(sealTo(envelope, [host.publicKey]), [host]);
    expect(claimedSite(opened)).toBe('plant-7');
    expect(openRequest(opened, card())).toEqual({
      request: request(),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('of another signer, or of another site under its own keys, is SITE_UNKNOWN', () => {
    const unknown = expect.objectContaining({ code: 'SITE_UNKNOWN' });
    expect(() => openRequest(signRequest(request(), [other]), card())).toThrow(unknown);
    expect(() => openRequest(signRequest(request({ site: 'plant-8' }), [key]), card())).toThrow(unknown);
  });

  it.each([
    [
      'a state that does not fit its digest',
      { state: { seq: 1, seq_broadcast: 0, digest: stateDigest(tuf, { seq: 0, seq_broadcast: 0 }) } },
    ],
    [
      'held digests out of order',
      { have: b64(Buffer.concat([packDigests(['cd'.repeat(32)]), packDigests([digest])])) },
    ],
    ['half a digest', { have: b64(Buffer.alloc(16)) }],
    ['an unknown kind', { wants: [{ kind: 'everything', id: '0' }] }],
    ['a short nonce', { nonce: b64(Buffer.alloc(31)) }],
    ['a local time', { floor: '2026-05-01T00:00:00+05:00' }],
  ])('is refused with %s', (_, change) => {
    expect(() =>
      openRequest(signRequest({ ...request(), ...(change as Partial<SiteRequest>) }, [key]), card()),
    ).toThrow(expect.objectContaining({ code: 'METADATA' }));
  });

  it('carries receipts that verify', () => {
    const receipt = signReceipt({
      subjects: [{ name: 'bundle.dsse.json', digest: { sha256: digest } }],
      predicate,
      key,
    });
    const envelope = signRequest(request({ receipts: [parseEnvelope(receipt, 1_000_000)] }), [key]);
    const [carried] = openRequest(envelope, card()).request.receipts;
    const opened = openReceiptEnvelope(carried!, [key.publicKey]);
    expect(opened).toEqual(openReceipt(receipt, [key.publicKey]));
    expect(opened.predicate).toEqual(predicate);
    expect(() => openReceipt(receipt, [other.publicKey])).toThrow(expect.objectContaining({ code: 'SIGNATURE' }));
  });
});

describe('a site card', () => {
  it('is signed by its own keys, and by the ones before from the second on', () => {
    const first = openSiteCard(signSiteCard(card(), [key]));
    const second = card({ number: 2, prev: first.digest, sign_keys: [b64(other.publicKey)] });
    expect(openSiteCard(signSiteCard(second, [key, other]), { previous: first }).card.number).toBe(2);
    const refused = (bytes: Uint8Array, code: string): void =>
      expect(() => openSiteCard(bytes, { previous: first })).toThrow(expect.objectContaining({ code }));
    refused(signSiteCard(second, [other]), 'SIGNATURE');
    refused(signSiteCard(second, [key]), 'SIGNATURE');
    refused(signSiteCard({ ...second, number: 3 }, [key, other]), 'CHAIN');
    refused(signSiteCard({ ...second, prev: digest }, [key, other]), 'CHAIN');
    refused(signSiteCard({ ...second, site: 'plant-8' }, [key, other]), 'WRONG_SITE');
    expect(() => openSiteCard(signSiteCard(card(), [other]))).toThrow(expect.objectContaining({ code: 'SIGNATURE' }));
  });

  it('names no key twice and no threshold that it cannot meet', () => {
    const doubled = card({ sign_keys: [b64(key.publicKey), b64(key.publicKey)], sign_threshold: 2 });
    expect(() => signSiteCard(doubled, [key])).toThrow('twice');
    expect(() => signSiteCard(card({ sign_threshold: 2 }), [key])).toThrow('threshold');
  });
});

describe('a custody line', () => {
  it('opens for the key that signed it and no other', () => {
    const line = { step: 'hand-over', person: 3, medium: 'A-12', sha256: digest, at: '2026-05-01T00:00:00Z' } as const;
    const bytes = signCustody(line, key);
    expect(openCustody(bytes, [other.publicKey, key.publicKey])).toMatchObject({ line, keyids: [key.keyid] });
    expect(() => openCustody(bytes, [other.publicKey])).toThrow(expect.objectContaining({ code: 'SIGNATURE' }));
  });
});
