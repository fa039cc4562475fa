import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import {
  encodeDocument,
  hex,
  id,
  int,
  journalHead,
  parseDocument,
  siteName,
  time,
  tufVersions,
} from '../documents/fields.ts';
import { limits } from '../documents/limits.ts';
import { type OpenedSiteCard, openSiteCard } from '../documents/site-card.ts';
import { BundleError } from '../errors.ts';
import { parseFingerprint } from '../fingerprint/parse.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// sites/<site>/: card-<number>.dsse.json (each card in force, one after the other), record.json, request.dsse.json (the
// last request, opened), receipts/<number>.dsse.json, custody/<number>.dsse.json.

const recordSchema = z.strictObject({
  format: z.literal('sallyport-host-site/1'),
  site: siteName,
  added_at: time,
  /** Whether a person compared the first card's fingerprint. */
  compared: z.boolean(),
  card: z.strictObject({ number: int, digest: hex }),
  /** The last number that was used for a bundle; stored before the bundle leaves. */
  seq: int,
  last_bundle: id.optional(),
  /** The last request that was accepted. */
  request: z.strictObject({ number: int, id, digest: hex, seen_at: time }).optional(),
  /** The audit chain of the site, as in its last request. */
  journal: journalHead.optional(),
  /** The last receipt of the chain. */
  receipt: z.strictObject({ number: int, digest: hex, seq: int, tuf: tufVersions, journal: journalHead }).optional(),
  /** Where the chain of receipts begins for this host. */
  receipts_from: int.optional(),
  /** Receipts that this host lost with a backup and has asked for again. */
  receipt_gap: z.strictObject({ from: int, to: int }).optional(),
  /** What was refused of the site, newest last. */
  refused: z
    .array(z.strictObject({ at: time, code: z.string().max(64), detail: z.string().max(500) }))
    .max(100)
    .optional(),
  /** Each time that a person let the site go back to an older state. */
  reverted: z
    .array(z.strictObject({ at: time, from: int, to: int, request: int }))
    .max(100)
    .optional(),
  bundles: z
    .array(
      z.strictObject({
        bundle_id: id,
        seq: int,
        request_id: id,
        catalog: int,
        issued_at: time,
        /** The first volume, and the bytes of all. */
        file: z.string().max(64),
        bytes: int,
        sha256: hex,
        volumes: z
          .array(z.strictObject({ n: int, file: z.string().max(64), bytes: int, sha256: hex }))
          .max(limits.volumes)
          .optional(),
      }),
    )
    .max(1000),
});

/** What a host knows about a site. */
export type SiteRecord = z.infer<typeof recordSchema>;
/** A site that was introduced. */
export type Site = { readonly folder: string; readonly card: OpenedSiteCard; readonly record: SiteRecord };

const maxRecordBytes = 4 * 1024 * 1024;
/** Older bundles of a site are known from its receipts. */
export const keptBundles = 200;

const folderOf = (state: HostState, site: string): string => join(state.sites, siteName.parse(site));
const cardPath = (folder: string, number: number): string => join(folder, `card-${number}.dsse.json`);

/** Stores a site's record. */
export const writeRecord = (folder: string, record: SiteRecord): void =>
  writeFileDurable(join(folder, 'record.json'), encodeDocument(recordSchema, record, 'site record'));

const readCard = (folder: string, record: SiteRecord): OpenedSiteCard => {
  const opened = openSiteCard(readBounded(cardPath(folder, record.card.number), limits.siteCardBytes));
  if (opened.digest !== record.card.digest)
    throw new BundleError('STORE_IO', `the stored card of site ${record.site} is not the one that was added`);
  return opened;
};

/** A site by name; undefined when it was never introduced. */
export const findSite = (state: HostState, site: string): Site | undefined => {
  if (!siteName.safeParse(site).success) return undefined;
  const folder = folderOf(state, site);
  if (!isThere(join(folder, 'record.json'))) return undefined;
  const record = parseDocument(
    recordSchema,
    readBounded(join(folder, 'record.json'), maxRecordBytes),
    'site record',
    maxRecordBytes,
  );
  return { folder, record, card: readCard(folder, record) };
};

/** A site by name; SITE_UNKNOWN when it was never introduced. */
export const getSite = (state: HostState, site: string): Site => {
  const found = findSite(state, site);
  if (found === undefined) throw new BundleError('SITE_UNKNOWN', `no card of site ${site} was added`);
  return found;
};

/** Every site, by name. */
export const listSites = (state: HostState): ReadonlyArray<Site> =>
  readdirSync(state.sites)
    .sort()
    .flatMap((name) => findSite(state, name) ?? []);

/** What adding a card did. */
type AddedCard = { readonly site: Site; readonly change: 'added' | 'replaced' | 'known' };

/**
 * Adds a site by its card, or takes its next card, which the card before must have signed. With `fingerprint`, the card
 * must have it; without it the card is marked as not compared.
 */
export const addSiteCard = (
  state: HostState,
  bytes: Uint8Array,
  options: { fingerprint?: string; now: string },
): AddedCard => {
  const claimed = openSiteCard(bytes);
  const held = findSite(state, claimed.card.site);
  const wanted = options.fingerprint === undefined ? undefined : parseFingerprint(options.fingerprint);
  if (wanted !== undefined && wanted !== claimed.digest)
    throw new BundleError('SIGNATURE', `the card has the fingerprint ${claimed.digest}, not the one that was given`);
  if (held !== undefined && held.card.digest === claimed.digest) {
    if (wanted === undefined || held.record.compared) return { site: held, change: 'known' };
    writeRecord(held.folder, { ...held.record, compared: true });
    return { site: getSite(state, claimed.card.site), change: 'known' };
  }
  const opened = held === undefined ? claimed : openSiteCard(bytes, { previous: held.card });
  const { card, digest } = opened;
  const folder = folderOf(state, card.site);
  ensureDir(join(folder, 'receipts'));
  writeFileDurable(cardPath(folder, card.number), bytes);
  const record: SiteRecord =
    held === undefined
      ? {
          format: 'sallyport-host-site/1',
          site: card.site,
          added_at: options.now,
          compared: wanted !== undefined,
          card: { number: card.number, digest },
          seq: 0,
          bundles: [],
        }
      : { ...held.record, card: { number: card.number, digest } };
  writeRecord(folder, record);
  return { site: getSite(state, card.site), change: held === undefined ? 'added' : 'replaced' };
};

/** The signing keys of every card of a site: receipts that wait may be older than the card in force. */
export const allSignKeysOf = (site: Site): ReadonlyArray<Uint8Array> => {
  const keys = new Map<string, Uint8Array>();
  for (const name of readdirSync(site.folder)) {
    if (!/^card-\d+\.dsse\.json$/.test(name)) continue;
    const { card } = openSiteCard(readBounded(join(site.folder, name), limits.siteCardBytes));
    for (const key of card.sign_keys) keys.set(key, Buffer.from(key, 'base64'));
  }
  return [...keys.values()];
};

/** Refusals and returns that a record keeps. */
export const keptNotes = 100;

/** Records a refusal concerning a site, shown by `site show`. */
export const noteRefused = (site: Site, code: string, detail: string, at: string): void => {
  const refused = [...(site.record.refused ?? []), { at, code, detail: detail.slice(0, 500) }].slice(-keptNotes);
  writeRecord(site.folder, { ...site.record, refused });
};
