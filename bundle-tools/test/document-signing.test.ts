import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/support/refusals.ts';
import { type CustodyLine, openCustody, signCustody } from '../src/documents/custody.ts';
import { type Envelope, envelopeDigest, parseEnvelope, signEnvelope } from '../src/documents/envelope.ts';
import {
  claimedManifest,
  type Manifest,
  openManifest,
  parseManifest,
  signManifest,
} from '../src/documents/manifest.ts';
import { encodePolicy, type Policy, parsePolicy } from '../src/documents/policy.ts';
import { openReceipt, openReceiptEnvelope, type ReceiptPredicate, signReceipt } from '../src/documents/receipt.ts';
import { openSiteCard, type SiteCard, signSiteCard } from '../src/documents/site-card.ts';
import { sha256Hex } from '../src/trust/hash.ts';
import { generateSigningKey } from '../src/trust/keys.ts';
import { digest, documents } from './document-bounds.ts';

// Each signed document: its payload type, who may open it, how large it may be, and by which name a refusal calls it.

const [key, other] = [generateSigningKey(), generateSigningKey()];
const keys = { publicKeys: [key.publicKey], threshold: 1 };
const goodOf = <T>(name: string): T => structuredClone(documents[name]?.good) as T;
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const typeOf = (bytes: Uint8Array): string => parseEnvelope(bytes, 1_000_000).payloadType;
const enveloped = (payloadType: string, body: Uint8Array): Uint8Array =>
  signEnvelope({ payloadType, body, keys: [key] });
const padded = (size: number) => Buffer.alloc(size, ' ');

describe('a manifest', () => {
  const manifest = goodOf<Manifest>('manifest');
  const type = 'application/vnd.sallyport.bundle.v1+json';
  const signed = signManifest(manifest, [key]);

  it('opens for its keys and tells about itself without', () => {
    expect(typeOf(signed)).toBe(type);
    expect(openManifest(signed, keys)).toEqual({ manifest, keyids: [key.keyid] });
    expect(claimedManifest(signed)).toEqual(manifest);
    expect(parseManifest(json(manifest))).toEqual(manifest);
    expect(refusalOf(() => openManifest(signed, { ...keys, publicKeys: [other.publicKey] }))).toBe(
      'SIGNATURE: envelope: 0 of 1 needed signatures',
    );
    expect(refusalOf(() => openManifest(signed, { ...keys, threshold: 2 }))).toBe(
      'SIGNATURE: envelope: 1 of 2 needed signatures',
    );
  });

  it('is no other document', () => {
    const foreign = enveloped('application/vnd.sallyport.request.v1+json', json(manifest));
    expect(refusalOf(() => claimedManifest(foreign))).toBe('METADATA: this is no bundle manifest');
    expect(refusalOf(() => openManifest(foreign, keys))).toMatch(
      'METADATA: envelope: payload type "application/vnd.sallyport.request',
    );
    expect(refusalOf(() => openManifest(enveloped(type, json({})), keys))).toMatch(
      'METADATA: bundle manifest: format: ',
    );
    expect(refusalOf(() => signManifest({ ...manifest, seq: -1 }, [key]))).toMatch('METADATA: bundle manifest: seq: ');
  });

  it('has at most 64 KiB', () => {
    const sized = (bytes: number): Manifest => ({
      ...manifest,
      include: Buffer.alloc(bytes).toString('base64'),
    });
    const spare = 65_536 - signManifest(sized(0), [key]).length;
    // Base64 in base64: nine bytes become sixteen.
    const fits = Math.floor(((spare / 16) * 9) / 3) * 3 - 30;
    expect(signManifest(sized(fits), [key]).length).toBeLessThanOrEqual(65_536);
    const size = signManifestLength(fits + 300);
    expect(refusalOf(() => signManifest(sized(fits + 300), [key]))).toBe(
      `LIMIT: the bundle manifest has ${size} bytes, at most 65536`,
    );
    expect(refusalOf(() => claimedManifest(Buffer.concat([signed, padded(65_536 - signed.length)])))).toBe('good');
    expect(refusalOf(() => claimedManifest(Buffer.concat([signed, padded(65_537 - signed.length)])))).toMatch(
      'LIMIT: ',
    );
    expect(refusalOf(() => openManifest(Buffer.concat([signed, padded(65_537 - signed.length)]), keys))).toMatch(
      'LIMIT: ',
    );
  });

  const signManifestLength = (bytes: number): number =>
    enveloped(type, json({ ...manifest, include: Buffer.alloc(bytes).toString('base64') })).length;
});

describe('policy.json', () => {
  const policy = goodOf<Policy>('policy.json');

  it('comes back as it was written, within its size', () => {
    const bytes = encodePolicy(policy);
    expect(parsePolicy(bytes)).toEqual(policy);
    expect(refusalOf(() => encodePolicy({ ...policy, grace_days: -1 }))).toMatch('METADATA: policy.json: grace_days: ');
    expect(refusalOf(() => parsePolicy(json({ ...policy, grace_days: -1 })))).toMatch(
      'METADATA: policy.json: grace_days: ',
    );
    expect(refusalOf(() => parsePolicy(Buffer.concat([bytes, padded(65_536 - bytes.length)])))).toBe('good');
    expect(refusalOf(() => parsePolicy(Buffer.concat([bytes, padded(65_537 - bytes.length)])))).toMatch('LIMIT: ');
  });
});

describe('a custody line', () => {
  const line = goodOf<CustodyLine>('custody line');
  const type = 'application/vnd.sallyport.custody.v1+json';
  const signed = signCustody(line, key);

  it('opens for its key, and unproven for whoever accepts that', () => {
    const opened = { line, digest: sha256Hex(signed), keyids: [key.keyid] };
    expect(typeOf(signed)).toBe(type);
    expect(openCustody(signed, [key.publicKey])).toEqual(opened);
    expect(openCustody(signed, [other.publicKey], { acceptUnknown: true })).toEqual(opened);
    const unsigned = 'SIGNATURE: envelope: 0 of 1 needed signatures';
    expect(refusalOf(() => openCustody(signed, [other.publicKey]))).toBe(unsigned);
    expect(refusalOf(() => openCustody(signed, [other.publicKey], { acceptUnknown: false }))).toBe(unsigned);
    expect(refusalOf(() => openCustody(signed, []))).toBe(unsigned);
  });

  it('with a bad signature of a known key never opens', () => {
    const envelope = parseEnvelope(signed, 100_000);
    const [signature] = envelope.signatures;
    const spoiled = json({ ...envelope, signatures: [{ ...signature, sig: Buffer.alloc(64).toString('base64') }] });
    for (const acceptUnknown of [true, false]) {
      expect(refusalOf(() => openCustody(spoiled, [key.publicKey], { acceptUnknown }))).toMatch('does not verify');
    }
  });

  it('is no other document, and of its size', () => {
    const foreign = enveloped('application/json', json(line));
    expect(refusalOf(() => openCustody(foreign, [], { acceptUnknown: true }))).toBe(
      'METADATA: this is no custody line',
    );
    expect(refusalOf(() => openCustody(foreign, [key.publicKey]))).toMatch(
      'METADATA: envelope: payload type "application/json"',
    );
    expect(refusalOf(() => signCustody({ ...line, person: -1 }, key))).toMatch('METADATA: custody line: person: ');
    expect(refusalOf(() => openCustody(enveloped(type, json({})), [key.publicKey]))).toMatch(
      'METADATA: custody line: step: ',
    );
    expect(refusalOf(() => openCustody(Buffer.concat([signed, padded(16_384 - signed.length)]), [key.publicKey]))).toBe(
      'good',
    );
    expect(
      refusalOf(() => openCustody(Buffer.concat([signed, padded(16_385 - signed.length)]), [key.publicKey])),
    ).toMatch('LIMIT');
  });
});

describe('a receipt', () => {
  const predicate = goodOf<ReceiptPredicate>('receipt');
  const subjects = [{ name: 'bundle.dsse.json', digest: { sha256: digest } }];
  const type = 'application/vnd.in-toto+json';
  const signed = signReceipt({ subjects, predicate, key });
  const statement = (changes: object) => ({
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects,
    predicateType: 'urn:sallyport:receipt:1',
    predicate,
    ...changes,
  });
  const open = (body: object) => refusalOf(() => openReceipt(enveloped(type, json(body)), [key.publicKey]));

  it('is an in-toto statement', () => {
    const envelope: Envelope = parseEnvelope(signed, 1_000_000);
    expect(envelope.payloadType).toBe(type);
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toEqual(statement({}));
    const opened = { subjects, predicate, digest: envelopeDigest(signed) };
    expect(openReceipt(signed, [other.publicKey, key.publicKey])).toEqual(opened);
    expect(openReceiptEnvelope(envelope, [key.publicKey])).toEqual(opened);
    expect(refusalOf(() => openReceipt(signed, [other.publicKey]))).toMatch('SIGNATURE: ');
  });

  it('says nothing else', () => {
    expect(open(statement({}))).toBe('good');
    expect(open(statement({ _type: 'https://in-toto.io/Statement/v0.1' }))).toMatch('METADATA: receipt: _type: ');
    expect(open(statement({ predicateType: 'urn:sallyport:receipt:2' }))).toMatch('METADATA: receipt: predicateType: ');
    expect(open(statement({ extra: 1 }))).toMatch('METADATA: receipt: ');
    expect(open(statement({ predicate: {} }))).toMatch('METADATA: receipt: predicate.');
    expect(open(statement({ subject: [{ name: 'a' }] }))).toMatch('METADATA: receipt: subject.0.digest: ');
    expect(open(statement({ subject: [{ name: 'a', digest: {} }] }))).toMatch('subject.0.digest.sha256: ');
    expect(open(statement({ subject: [{ digest: { sha256: digest } }] }))).toMatch('subject.0.name: ');
    const many = (count: number) => Array.from({ length: count }, () => subjects[0]);
    expect(open(statement({ subject: many(1000) }))).toBe('good');
    expect(open(statement({ subject: many(1001) }))).toMatch('METADATA: receipt: subject: ');
    expect(refusalOf(() => signReceipt({ subjects, predicate: { ...predicate, number: -1 }, key }))).toMatch(
      'METADATA: receipt: predicate.number: ',
    );
  });

  it('has its size', () => {
    const at = (size: number) =>
      refusalOf(() => openReceipt(Buffer.concat([signed, padded(size - signed.length)]), [key.publicKey]));
    expect(at(1024 * 1024)).toBe('good');
    expect(at(1024 * 1024 + 1)).toMatch('LIMIT: ');
  });
});

describe('a site card', () => {
  const card = (changes: Partial<SiteCard> = {}): SiteCard => {
    const { prev: _, ...first } = goodOf<SiteCard>('site card');
    return { ...first, number: 1, sign_keys: [Buffer.from(key.publicKey).toString('base64')], ...changes };
  };
  const type = 'application/vnd.sallyport.site-card.v1+json';
  const signed = signSiteCard(card(), [key]);

  it('opens with the digest of its file', () => {
    expect(typeOf(signed)).toBe(type);
    expect(openSiteCard(signed)).toEqual({ card: card(), digest: sha256Hex(signed) });
  });

  it('is no other document, and of its size', () => {
    expect(refusalOf(() => openSiteCard(enveloped('application/json', json(card()))))).toMatch(
      'METADATA: envelope: payload type',
    );
    expect(refusalOf(() => openSiteCard(enveloped(type, json({}))))).toMatch('METADATA: site card: format: ');
    expect(refusalOf(() => signSiteCard(card({ number: -1 }), [key]))).toMatch('METADATA: site card: number: ');
    expect(refusalOf(() => openSiteCard(Buffer.concat([signed, padded(65_536 - signed.length)])))).toBe('good');
    expect(refusalOf(() => openSiteCard(Buffer.concat([signed, padded(65_537 - signed.length)])))).toMatch('LIMIT: ');
  });

  it('follows the one before by its number, its digest and its site', () => {
    const previous = openSiteCard(signed);
    const follow = (changes: Partial<SiteCard>) =>
      refusalOf(() =>
        openSiteCard(signSiteCard(card({ number: 2, prev: previous.digest, ...changes }), [key]), { previous }),
      );
    expect(follow({})).toBe('good');
    expect(follow({ site: 'other' })).toBe('WRONG_SITE: the card is of site other');
    expect(follow({ number: 3 })).toBe('CHAIN: card 3 does not follow card 1');
    expect(follow({ number: 1 })).toBe('CHAIN: card 1 does not follow card 1');
    expect(follow({ prev: digest })).toBe('CHAIN: card 2 does not follow card 1');
  });
});
