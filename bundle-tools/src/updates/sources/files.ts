import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { RequestPlatform } from '../../documents/request.ts';
import { defined } from '../../platform/defined.ts';
import { once } from '../../platform/once.ts';
import { ecosystemOf } from '../../versions/ecosystem.ts';
import { compareKeys } from '../../versions/key.ts';
import { orderingEcosystem } from '../../versions/languages.ts';
import { isModuleBuild, streamedName } from '../../versions/module-stream.ts';
import { packageOf, readPurl, writePurl } from '../../versions/purl.ts';
import { keyFor } from '../../versions/scheme.ts';
import { type PlannedUpdate, type Unfulfilled, type Update, updateId } from '../update.ts';
import { digestOfFile, isRegularFile, unlessUnreadable } from './file-digest.ts';
import { scanSidecars } from './sidecars.ts';

// A folder of vendor files, each beside a sidecar that a person wrote: `<file>.sallyport.json`.

const SUFFIX = '.sallyport.json';
const MAX_SIDECAR_BYTES = 1 << 20;

const label = z.string().min(1).max(200);

const SidecarSchema = z.strictObject({
  product: label,
  version: label,
  /** Of the file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  appliesTo: z.union([
    /** Software as requests name it; the version part is not needed. */
    z.strictObject({
      purl: z
        .string()
        .max(500)
        .refine((text) => readPurl(text) !== undefined, { error: 'no package URL' }),
    }),
    z.strictObject({
      vendor: label,
      release: label.optional(),
      arch: label.optional(),
      /** The stream of a build of a module; other streams of the package must not get it. */
      module: z
        .string()
        .max(100)
        .regex(/^[A-Za-z0-9][\w.+-]*:[A-Za-z0-9][\w.+-]*$/, 'a stream is written as nodejs:18')
        .optional(),
    }),
  ]),
  title: z.string().max(500).optional(),
  /** The licence text that a person must accept. */
  licence: z.string().min(1).max(500_000).optional(),
});

type Sidecar = z.infer<typeof SidecarSchema>;
type FileOffer = { path: string; file: string; sizeBytes: number; sidecar: Sidecar };
type FileReject = {
  file: string;
  product?: string;
  reason: 'SIDECAR' | 'MISSING' | 'UNREADABLE' | 'HASH';
  detail: string;
};
type ProductWant = { position: number; product: string; min?: string | undefined };
/** What findings ask for: a package of an ecosystem, of a module with its stream. */
type UpdateWant = { position: number; ecosystem: string; source: string; min?: string | undefined };

type FilesPlan = {
  updates: PlannedUpdate[];
  licences: { sha256: string; text: string }[];
  unfulfilled: Unfulfilled[];
};

/** A folder of vendor files, read with the first question. */
export type FilesSource = {
  /** Every file with a sidecar: hashed and compared, or rejected with its reason. */
  scan(): { offers: FileOffer[]; rejected: FileReject[] };
  plan(request: {
    platforms: readonly RequestPlatform[];
    software: readonly string[];
    wants: readonly ProductWant[];
    updates?: readonly UpdateWant[];
  }): FilesPlan;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const readSidecar = (path: string): Sidecar | string => {
  if ((lstatSync(path).size ?? 0) > MAX_SIDECAR_BYTES) return 'too large';
  const text = unlessUnreadable(() => ({ text: readFileSync(path, 'utf8') }));
  if (typeof text === 'string') return text;
  try {
    const parsed = SidecarSchema.safeParse(JSON.parse(text.text));
    return parsed.success ? parsed.data : z.prettifyError(parsed.error);
  } catch {
    return 'not JSON';
  }
};

/** The product as requests name it: with its module stream. */
const namedProduct = ({ appliesTo, product }: Sidecar): string =>
  streamedName(('module' in appliesTo ? appliesTo.module : undefined) ?? '', product);

const inspect = (folder: string, name: string): FileOffer | FileReject => {
  const file = name.slice(0, -SUFFIX.length);
  const sidecar = readSidecar(join(folder, name));
  if (typeof sidecar === 'string') return { file, reason: 'SIDECAR', detail: sidecar };
  if (isModuleBuild(sidecar.version) && namedProduct(sidecar) === sidecar.product)
    return {
      file,
      product: sidecar.product,
      reason: 'SIDECAR',
      detail: 'a build of a module: appliesTo.module has to name its stream',
    };
  const { product } = sidecar;
  const path = join(folder, file);
  if (!isRegularFile(path)) return { file, product, reason: 'MISSING', detail: 'no regular file beside the sidecar' };
  const found = unlessUnreadable(() => digestOfFile(path));
  if (typeof found === 'string') return { file, product, reason: 'UNREADABLE', detail: found };
  if (found.sha256 !== sidecar.sha256) return { file, product, reason: 'HASH', detail: `SHA-256 is ${found.sha256}` };
  return { path, file, sizeBytes: found.sizeBytes, sidecar };
};

/** Newer by the scheme's order; where versions cannot be compared, another version counts as newer. */
const isNewer = (ecosystem: string, offered: string, installed: string): boolean => {
  const [a, b] = [keyFor(ecosystem, offered), keyFor(ecosystem, installed)];
  return a === null || b === null ? offered !== installed : compareKeys(a, b) > 0;
};

const appliesToSoftware = (
  offer: FileOffer,
  purl: string,
  software: readonly string[],
): { known: boolean; newer: boolean } => {
  const target = readPurl(purl);
  if (target === undefined) return { known: false, newer: false };
  const installed = software.flatMap((text) => {
    const one = readPurl(text);
    return one !== undefined && packageOf(one) === packageOf(target) ? [one.version] : [];
  });
  const ecosystem = orderingEcosystem(target.type) ?? 'files';
  const newer = installed.some((version) => version !== '' && isNewer(ecosystem, offer.sidecar.version, version));
  return { known: installed.length > 0, newer };
};

const ecosystemFor = (sidecar: Sidecar): string => {
  if ('purl' in sidecar.appliesTo) return 'files';
  const { vendor, release } = sidecar.appliesTo;
  return (release === undefined ? null : ecosystemOf({ vendor, release })) ?? 'files';
};

const appliesToPlatform = (
  offer: FileOffer,
  to: { vendor: string; release?: string | undefined; arch?: string | undefined },
  platforms: readonly RequestPlatform[],
): { known: boolean; newer: boolean } => {
  const fitting = platforms.filter(
    (platform) =>
      platform.vendor.toLowerCase() === to.vendor.toLowerCase() &&
      (to.release === undefined || to.release === platform.release) &&
      (to.arch === undefined || to.arch === platform.arch),
  );
  const { version } = offer.sidecar;
  const named = namedProduct(offer.sidecar);
  const newer = fitting.some((platform) =>
    platform.packages.some(
      (one) => one.name === named && isNewer(ecosystemOf(platform) ?? 'files', version, one.version),
    ),
  );
  return { known: fitting.length > 0, newer };
};

/** Vendor files that a person has laid into a folder. */
export const filesSource = ({ folder }: { folder: string }): FilesSource => {
  const scan: FilesSource['scan'] = once(() =>
    scanSidecars<FileOffer, FileReject>(folder, { suffix: SUFFIX, what: 'vendor files' }, inspect),
  );

  return {
    scan,
    plan({ platforms, software, wants, updates: named = [] }) {
      const { offers, rejected } = scan();
      const updates: PlannedUpdate[] = [];
      const licences = new Map<string, string>();
      const answered = new Set<number>();
      for (const offer of offers) {
        const { appliesTo, product, version, licence } = offer.sidecar;
        const { known, newer } =
          'purl' in appliesTo
            ? appliesToSoftware(offer, appliesTo.purl, software)
            : appliesToPlatform(offer, appliesTo, platforms);
        const asking = wants.filter(
          (want) =>
            want.product === product &&
            (want.min === undefined || !isNewer(ecosystemFor(offer.sidecar), want.min, version)),
        );
        const ecosystem = ecosystemFor(offer.sidecar);
        const found = named.filter(
          (want) =>
            want.ecosystem === ecosystem &&
            want.source === namedProduct(offer.sidecar) &&
            (want.min === undefined || !isNewer(ecosystem, want.min, version)),
        );
        // A product that is installed in an older version comes along unasked; a new one only on demand.
        if (!newer && !(known && asking.length > 0)) continue;
        for (const want of asking) answered.add(want.position);
        if (licence !== undefined) licences.set(sha256(licence), licence);
        updates.push(
          toPlanned(
            offer,
            [...asking, ...found].map((want) => want.position),
          ),
        );
      }
      const unfulfilled = wants
        .filter((want) => !answered.has(want.position))
        .map((want): Unfulfilled => {
          const spoiled = rejected.find((one) => one.product === want.product);
          const detail = spoiled === undefined ? 'no vendor file applies' : `${spoiled.file}: ${spoiled.detail}`;
          return {
            reason: spoiled === undefined ? 'NO_SOURCE' : 'FETCH_FAILED',
            wants: [want.position],
            what: want.product,
            detail,
          };
        });
      return { updates, licences: [...licences].map(([digest, text]) => ({ sha256: digest, text })), unfulfilled };
    },
  };
};

const toPlanned = (offer: FileOffer, wants: number[]): PlannedUpdate => {
  const { product, version, appliesTo, licence, title, sha256: digest } = offer.sidecar;
  const named = 'purl' in appliesTo ? readPurl(appliesTo.purl) : undefined;
  const generic = () => ({
    type: 'generic',
    namespace: 'vendor' in appliesTo ? appliesTo.vendor.toLowerCase() : '',
    name: product,
  });
  const { type, namespace, name } = named ?? generic();
  const purl = writePurl({ type, namespace, name, version });
  const update: Update = {
    id: updateId(purl, [digest]),
    purl,
    ecosystem: ecosystemFor(offer.sidecar),
    name: product,
    version,
    source: namedProduct(offer.sidecar),
    source_version: version,
    arch: ('arch' in appliesTo ? appliesTo.arch : undefined) ?? 'all',
    suites: [],
    security: false,
    depends: [],
    ...(licence === undefined ? {} : { licence: sha256(licence) }),
    signer: 'sidecar',
    supersedes: [],
    files: [digest],
    ...defined({ title }),
  };
  const file = { sha256: digest, sizeBytes: offer.sizeBytes, url: pathToFileURL(offer.path).href, name: offer.file };
  return { update, files: [file], wants, carried: false };
};
