import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { firmwareId, firmwareKey, isAbove, isAtLeast } from '../../controllers/firmware-id.ts';
import { defined } from '../../platform/defined.ts';
import { once } from '../../platform/once.ts';
import { writePurl } from '../../versions/purl.ts';
import { type PlannedUpdate, type Unfulfilled, type Update, updateId } from '../update.ts';
import { digestOfFile, isRegularFile, unlessUnreadable } from './file-digest.ts';
import { scanSidecars } from './sidecars.ts';

// A folder of firmware files of a vendor, each beside a manifest that a person wrote: `<file>.firmware.json`. Firmware
// is fetched on request only, never for a controller without one.

const SUFFIX = '.firmware.json';
const MAX_MANIFEST_BYTES = 2 << 20;

/** The ecosystem of updates that are firmware. */
export const FIRMWARE = 'firmware';

const label = z.string().min(1).max(200);

const FirmwareManifestSchema = z.strictObject({
  vendor: label,
  orderNumbers: z.array(label).min(1).max(500),
  version: label,
  /** Of the file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  title: z.string().max(500).optional(),
  /** Texts: what a person must accept, and what the vendor says of the release. */
  licence: z.string().min(1).max(500_000).optional(),
  releaseNotes: z.string().min(1).max(500_000).optional(),
});

type FirmwareManifest = z.infer<typeof FirmwareManifestSchema>;
type FirmwareOffer = { path: string; file: string; sizeBytes: number; manifest: FirmwareManifest };
type FirmwareReject = {
  file: string;
  /** Ids that the manifest names, where it could be read. */
  ids: string[];
  reason: 'MANIFEST' | 'MISSING' | 'UNREADABLE' | 'HASH';
  detail: string;
};
type FirmwareWant = { position: number; id: string; min?: string | undefined };

type FirmwarePlan = {
  updates: PlannedUpdate[];
  /** Licences and release notes. */
  texts: { sha256: string; text: string }[];
  unfulfilled: Unfulfilled[];
};

/** A folder of firmware files, read with the first question. */
export type FirmwareSource = {
  scan(): { offers: FirmwareOffer[]; rejected: FirmwareReject[] };
  plan(wants: readonly FirmwareWant[]): FirmwarePlan;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const readManifest = (path: string): FirmwareManifest | string => {
  if (lstatSync(path).size > MAX_MANIFEST_BYTES) return 'too large';
  const text = unlessUnreadable(() => ({ text: readFileSync(path, 'utf8') }));
  if (typeof text === 'string') return text;
  try {
    const parsed = FirmwareManifestSchema.safeParse(JSON.parse(text.text));
    return parsed.success ? parsed.data : z.prettifyError(parsed.error);
  } catch {
    return 'not JSON';
  }
};

const idsOf = ({ vendor, orderNumbers }: FirmwareManifest): string[] => [
  ...new Set(orderNumbers.map((order) => firmwareId(vendor, order))),
];

const inspect = (folder: string, name: string): FirmwareOffer | FirmwareReject => {
  const file = name.slice(0, -SUFFIX.length);
  const manifest = readManifest(join(folder, name));
  if (typeof manifest === 'string') return { file, ids: [], reason: 'MANIFEST', detail: manifest };
  const ids = idsOf(manifest);
  const path = join(folder, file);
  if (!isRegularFile(path)) return { file, ids, reason: 'MISSING', detail: 'no regular file beside the manifest' };
  const found = unlessUnreadable(() => digestOfFile(path));
  if (typeof found === 'string') return { file, ids, reason: 'UNREADABLE', detail: found };
  if (found.sha256 !== manifest.sha256) return { file, ids, reason: 'HASH', detail: `SHA-256 is ${found.sha256}` };
  return { path, file, sizeBytes: found.sizeBytes, manifest };
};

/** One record per order number: the same file may be for several. */
const toPlanned = (offer: FirmwareOffer, id: string, wants: number[]): PlannedUpdate => {
  const { vendor, version, licence, releaseNotes, title, sha256: digest } = offer.manifest;
  const order = id.slice(id.indexOf('/') + 1);
  const purl = writePurl({
    type: 'generic',
    namespace: vendor.toLowerCase(),
    name: order,
    version,
    qualifiers: new Map([['file_name', offer.file]]),
  });
  const update: Update = {
    id: updateId(purl, [digest]),
    purl,
    ecosystem: FIRMWARE,
    name: id,
    version,
    source: id,
    source_version: version,
    arch: 'all',
    suites: [],
    security: false,
    depends: [],
    ...(licence === undefined ? {} : { licence: sha256(licence) }),
    ...(releaseNotes === undefined ? {} : { notes: sha256(releaseNotes) }),
    signer: 'manifest',
    supersedes: [],
    files: [digest],
    ...defined({ title }),
  };
  const url = pathToFileURL(offer.path).href;
  return {
    update,
    files: [{ sha256: digest, sizeBytes: offer.sizeBytes, url, name: offer.file }],
    wants,
    carried: false,
  };
};

/** Of the offers for a want the newest that certainly is not below its least version. */
const bestFor = (offers: readonly FirmwareOffer[], want: FirmwareWant): FirmwareOffer | undefined => {
  const key = firmwareKey(want.id);
  let best: FirmwareOffer | undefined;
  for (const offer of offers) {
    if (!idsOf(offer.manifest).some((id) => firmwareKey(id) === key)) continue;
    if (want.min !== undefined && !isAtLeast(offer.manifest.version, want.min)) continue;
    if (best === undefined || isAbove(offer.manifest.version, best.manifest.version)) best = offer;
  }
  return best;
};

const gapFor = (
  want: FirmwareWant,
  offers: readonly FirmwareOffer[],
  rejected: readonly FirmwareReject[],
): Unfulfilled => {
  const key = firmwareKey(want.id);
  const gap = { wants: [want.position], what: want.id };
  const spoiled = rejected.find(({ ids }) => ids.some((id) => firmwareKey(id) === key));
  if (spoiled !== undefined) return { ...gap, reason: 'FETCH_FAILED', detail: `${spoiled.file}: ${spoiled.detail}` };
  const older = offers.find(({ manifest }) => idsOf(manifest).some((id) => firmwareKey(id) === key));
  const detail =
    older === undefined
      ? 'no folder of firmware has a file for it'
      : `there is ${older.manifest.version}, which is not certainly ${want.min ?? ''} or above`;
  return { ...gap, reason: 'NO_SOURCE', detail };
};

/** Firmware files that a person has laid into a folder. */
export const firmwareSource = ({ folder }: { folder: string }): FirmwareSource => {
  const scan: FirmwareSource['scan'] = once(() =>
    scanSidecars<FirmwareOffer, FirmwareReject>(folder, { suffix: SUFFIX, what: 'firmware files' }, inspect),
  );

  return {
    scan,
    plan: (wants: readonly FirmwareWant[]): FirmwarePlan => {
      const { offers, rejected } = scan();
      const planned = new Map<string, PlannedUpdate>();
      const texts = new Map<string, string>();
      const unfulfilled: Unfulfilled[] = [];
      for (const want of wants) {
        const offer = bestFor(offers, want);
        if (offer === undefined) {
          unfulfilled.push(gapFor(want, offers, rejected));
          continue;
        }
        const key = firmwareKey(want.id);
        const id = idsOf(offer.manifest).find((one) => firmwareKey(one) === key) ?? want.id;
        const update = toPlanned(offer, id, [want.position]);
        const held = planned.get(update.update.id);
        planned.set(update.update.id, held === undefined ? update : { ...held, wants: [...held.wants, want.position] });
        for (const text of [offer.manifest.licence, offer.manifest.releaseNotes])
          if (text !== undefined) texts.set(sha256(text), text);
      }
      return {
        updates: [...planned.values()],
        texts: Array.from(texts, ([digest, text]) => ({ sha256: digest, text })),
        unfulfilled,
      };
    },
  };
};
