import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { SigningKey } from '../trust/keys.ts';
import { openEnvelope, parseEnvelope, payloadTypeOf, signEnvelope } from './envelope.ts';
import { base64, base64Of, encodeDocument, hex, int, parseDocument, siteName, text, time } from './fields.ts';
import { limits } from './limits.ts';

export const siteCardSchema = z
  .strictObject({
    format: z.literal('sallyport-site-card/1'),
    site: siteName,
    name: text(200),
    number: int,
    prev: hex.optional(),
    created_at: time,
    sign_keys: z.array(base64Of(32)).min(1).max(16),
    sign_threshold: int.min(1).max(16),
    seal_key: base64Of(32),
    device_ca: z.array(base64).max(16),
    root: z.strictObject({ version: int, sha256: hex }),
  })
  .refine((card) => new Set(card.sign_keys).size === card.sign_keys.length, 'a signing key is there twice')
  .refine((card) => card.sign_threshold <= card.sign_keys.length, 'the threshold is above the number of keys');

/** How a site introduces itself to the host. */
export type SiteCard = z.infer<typeof siteCardSchema>;
export type OpenedSiteCard = { card: SiteCard /** SHA-256 of the file. */; digest: string };

const payloadType = payloadTypeOf('site-card');

/** Signs a card; from the second on the keys of the card before sign too. */
export const signSiteCard = (card: SiteCard, keys: readonly SigningKey[]): Uint8Array =>
  signEnvelope({ payloadType, body: encodeDocument(siteCardSchema, card, 'site card'), keys });

/**
 * Opens a card: signed by its own keys, and by the previous card's when there is one. A first card proves only that
 * its keys exist; a person compares its fingerprint.
 */
export const openSiteCard = (bytes: Uint8Array, options: { previous?: OpenedSiteCard } = {}): OpenedSiteCard => {
  const claimed = parseDocument(
    siteCardSchema,
    Buffer.from(parseEnvelope(bytes, limits.siteCardBytes).payload, 'base64'),
    'site card',
    limits.siteCardBytes,
  );
  const signedBy = (card: SiteCard): Uint8Array =>
    openEnvelope(bytes, {
      payloadType,
      publicKeys: card.sign_keys.map((key) => Buffer.from(key, 'base64')),
      threshold: card.sign_threshold,
      maxBytes: limits.siteCardBytes,
    }).body;
  const card = parseDocument(siteCardSchema, signedBy(claimed), 'site card', limits.siteCardBytes);
  const { previous } = options;
  if (previous !== undefined) {
    signedBy(previous.card);
    if (card.site !== previous.card.site) throw new BundleError('WRONG_SITE', `the card is of site ${card.site}`);
    if (card.number !== previous.card.number + 1 || card.prev !== previous.digest) {
      throw new BundleError('CHAIN', `card ${card.number} does not follow card ${previous.card.number}`);
    }
  }
  return { card, digest: sha256Hex(bytes) };
};
