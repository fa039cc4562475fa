import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tar from 'tar-stream';
import { parseStrictJson } from '../../documents/strict-json.ts';
import type { Download } from '../../downloads/download.ts';
import { BundleError } from '../../errors.ts';
import type { Keyring } from '../../updates/sources/apt/keyring.ts';
import {
  type Advisory,
  AdvisorySchema,
  FEED_NAME,
  MAX_REFERENCES,
  type RejectReason,
  type SourceResult,
} from '../advisory.ts';
import {
  type CsafDocument,
  compareRevisions,
  csafOf,
  documentKey,
  isCompanion,
  JSON_DEPTH,
  MAX_CSAF_BYTES,
} from '../csaf/document.ts';
import { severityOfScore } from '../cvss.ts';
import { PART_LIMITS } from '../part.ts';
import {
  DOCUMENT_LIMITS,
  type DocumentBytes,
  type DocumentLimits,
  filesBelow,
  fromFile,
  isFolder,
  isZip,
  withinLimits,
  withLocalInput,
  zipFiles,
} from './input.ts';

// Files by their names, out of a folder, a zip, a tar, or alone; each also packed with gzip.

type NamedFile = { name: string; bytes: DocumentBytes };

type Wanted = (name: string) => boolean;

const TAR_BLOCK = 512;

const isTar = (start: Uint8Array): boolean => Buffer.from(start.subarray(257, 262)).toString('latin1') === 'ustar';

/** Collects a stream up to a limit; the rest is read and dropped, so that what follows is still in place. */
const collect = async (stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<DocumentBytes> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBytes ? 'TOO_LARGE' : Buffer.concat(chunks);
};

async function* tarFiles(stream: AsyncIterable<Uint8Array>, wanted: Wanted, limits: DocumentLimits) {
  const extract = tar.extract();
  // An error of either side ends the other; it reaches the caller through the entries.
  const feeding = pipeline(Readable.from(stream), extract).catch(() => undefined);
  try {
    for await (const entry of extract) {
      const { name, type } = entry.header;
      const isWanted = type === 'file' && wanted(name);
      const bytes = await collect(entry as AsyncIterable<Uint8Array>, isWanted ? limits.maxDocumentBytes : 0);
      if (isWanted) yield { name, bytes };
    }
  } finally {
    extract.destroy();
    await feeding;
  }
}

/** What comes behind the first bytes, with them. */
async function* withStart(start: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** A file that is no zip: a tar when its unpacked start says so, else one file. */
const plainFile = (path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> =>
  fromFile(path, limits, async function* (bytes) {
    const start: Uint8Array[] = [];
    let size = 0;
    while (size < TAR_BLOCK) {
      const next = await bytes.next();
      if (next.done === true) break;
      start.push(next.value);
      size += next.value.length;
    }
    const whole = withStart(start, bytes);
    if (isTar(Buffer.concat(start))) return yield* tarFiles(whole, wanted, limits);
    const name = basename(path).replace(/\.gz$/, '');
    if (wanted(name)) yield { name, bytes: await collect(whole, limits.maxDocumentBytes) };
  });

async function* folderFiles(folder: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  for await (const { path, name } of filesBelow(folder)) {
    const plain = name.replace(/\.gz$/, '');
    if (!wanted(plain)) continue;
    for await (const { bytes } of plainFile(path, () => true, limits)) yield { name: plain, bytes };
  }
}

/** The files whose names are wanted. Refuses with NOT_FOUND, SOURCE_INVALID or LIMIT. */
export async function* readNamedFiles(path: string, wanted: Wanted, limits: DocumentLimits): AsyncGenerator<NamedFile> {
  const read = (await isFolder(path)) ? folderFiles : (await isZip(path)) ? zipFiles : plainFile;
  yield* withinLimits(read(path, wanted, limits), limits);
}

// What lies beside a CSAF document: `.sha512`, which is compared, and `.asc`, which is checked only with keys that the
// operator supplied (ADVISORIES 6.2).

const MAX_SEAL_BYTES = 64 << 10;
const MAX_SEALS = 500_000;

type Seals = ReadonlyMap<string, Uint8Array>;

/** The small files that lie beside documents, by name. */
const readSeals = async (path: string, limits: DocumentLimits, withSignatures: boolean): Promise<Seals> => {
  const seals = new Map<string, Uint8Array>();
  const wanted = (name: string): boolean =>
    name.endsWith('.json.sha512') || (withSignatures && name.endsWith('.json.asc'));
  const small = { ...limits, maxDocumentBytes: MAX_SEAL_BYTES, maxDocuments: MAX_SEALS };
  for await (const { name, bytes } of readNamedFiles(path, wanted, small))
    seals.set(name, bytes === 'TOO_LARGE' ? new Uint8Array() : bytes);
  return seals;
};

/** Why a document does not agree with its `.sha512`; undefined where it does, or where there is none. */
const hashFault = (name: string, bytes: Uint8Array, seals: Seals): string | undefined => {
  const seal = seals.get(`${name}.sha512`);
  if (seal === undefined) return undefined;
  const claimed = /^\s*([0-9a-fA-F]{128})(?![0-9a-fA-F])/
    .exec(Buffer.from(seal).toString('latin1'))?.[1]
    ?.toLowerCase();
  if (claimed === undefined) return 'its .sha512 holds no SHA-512';
  return createHash('sha512').update(bytes).digest('hex') === claimed ? undefined : 'it differs from its .sha512';
};

/** Why a document has no valid signature of one of the keys; undefined where it has one. */
const signatureFault = async (
  name: string,
  bytes: Uint8Array,
  seals: Seals,
  { keyring, at }: { keyring: Keyring; at: Date },
): Promise<string | undefined> => {
  const seal = seals.get(`${name}.asc`);
  if (seal === undefined) return 'it has no signature beside it';
  // Large, and needed only where keys are given.
  const { createMessage, readSignature, verify } = await import('openpgp');
  try {
    const signature = await readSignature({ armoredSignature: Buffer.from(seal).toString('latin1') });
    const message = await createMessage({ binary: bytes });
    const checked = await verify({ message, signature, verificationKeys: [...keyring.keys], date: at });
    for (const one of checked.signatures) if (await one.verified.catch(() => false)) return undefined;
    return 'it has no signature by a key of the keyring';
  } catch {
    return 'its signature cannot be read';
  }
};

// CSAF documents of a folder, zip or tar as advisories of a feed. Of one document the highest revision counts, whatever the
// order; what is not taken is counted with its reason.

type CsafOptions = {
  input: string;
  feed: string;
  /** For an input that is an address. */
  download?: Download | undefined;
  limits?: Partial<DocumentLimits> | undefined;
  /** Keys of the operator: with them a document without a valid signature is not taken. */
  keyring?: { keyring: Keyring; at: Date } | undefined;
};

type Rejected = Extract<SourceResult, { rejected: unknown }>;

const reject = (id: string, reason: RejectReason, detail: string): Rejected => ({
  rejected: { id: id.slice(0, 200), reason, detail: detail.slice(0, 500) },
});

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

const isId = (text: string): boolean => /^[\x21-\x7e]{1,200}$/.test(text);

/** The worst score of a document's vulnerabilities, with its vector. */
const worstOf = ({ vulnerabilities }: CsafDocument['body']): Pick<Advisory, 'severity' | 'cvss'> => {
  const scored = vulnerabilities.filter((one) => one.score !== undefined);
  const worst = scored.reduce<(typeof scored)[number] | undefined>(
    (held, one) => (held === undefined || (one.score ?? 0) > (held.score ?? 0) ? one : held),
    undefined,
  );
  if (worst?.score === undefined) return { severity: 'unknown' };
  return { severity: severityOfScore(worst.score), ...(worst.cvss === undefined ? {} : { cvss: worst.cvss }) };
};

/** A document as the advisory that crosses the gap. */
const csafAdvisory = (document: CsafDocument, feed: string, id: string): Advisory => {
  const { body, title, modified, published, references, isWithdrawn } = document;
  return AdvisorySchema.parse({
    id,
    feed,
    aliases: unique(body.vulnerabilities.map((one) => one.id).filter((one) => one.startsWith('CVE-'))),
    upstream: [],
    related: unique(body.refersTo.filter(isId)),
    modified,
    ...(published === undefined ? {} : { published }),
    ...(isWithdrawn ? { withdrawn: modified } : {}),
    ...worstOf(body),
    summary: title,
    references: unique(references).slice(0, MAX_REFERENCES),
    affected: [],
    csaf: body,
  } satisfies Advisory);
};

/** Of two readings of one document: the higher revision, then the later one; equal ones are told apart by their text. */
const isNewer = (a: CsafDocument, b: CsafDocument): boolean => {
  const order = compareRevisions(a.body.revision, b.body.revision);
  if (order !== 0) return order > 0;
  if (a.modified !== b.modified) return a.modified > b.modified;
  return JSON.stringify(a) > JSON.stringify(b);
};

/** Documents of two publishers may share an id: then the publisher's name tells them apart. */
const idsOf = (documents: readonly CsafDocument[]): string[] => {
  const owners = new Map<string, number>();
  for (const { body } of documents) owners.set(body.trackingId, (owners.get(body.trackingId) ?? 0) + 1);
  return documents.map(({ body }) => {
    if (owners.get(body.trackingId) === 1) return body.trackingId;
    const host = body.publisher.replace(/^[a-z]+:\/\//, '').replace(/[^\x21-\x7e]/g, '');
    return `${body.trackingId}@${host}`.slice(0, 200);
  });
};

const readOne = (bytes: Uint8Array): CsafDocument | undefined => {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const options = { maxBytes: MAX_CSAF_BYTES, allowFractions: true, maxDepth: JSON_DEPTH };
  const value = parseStrictJson(bytes.subarray(start), options);
  return isCompanion(value) ? undefined : csafOf(value);
};

async function* readLocal(path: string, options: CsafOptions, limits: DocumentLimits): AsyncGenerator<SourceResult> {
  const { keyring, feed } = options;
  const seals = await readSeals(path, limits, keyring !== undefined);
  const newest = new Map<string, CsafDocument>();
  const isDocument = (name: string): boolean => name.endsWith('.json');
  for await (const { name, bytes } of readNamedFiles(path, isDocument, limits)) {
    if (bytes === 'TOO_LARGE') {
      yield reject(name, 'TOO_LARGE', `more than ${limits.maxDocumentBytes} bytes`);
      continue;
    }
    const wrongHash = hashFault(name, bytes, seals);
    if (wrongHash !== undefined) {
      yield reject(name, 'HASH', wrongHash);
      continue;
    }
    try {
      const document = readOne(bytes);
      if (document === undefined) continue;
      const wrongSignature = keyring === undefined ? undefined : await signatureFault(name, bytes, seals, keyring);
      if (wrongSignature !== undefined) {
        yield reject(name, 'SIGNATURE', wrongSignature);
        continue;
      }
      const key = documentKey(document.body);
      const held = newest.get(key);
      if (held === undefined || isNewer(document, held)) newest.set(key, document);
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      const isJson = error.code === 'METADATA' && error.message.startsWith('JSON:');
      yield reject(name, error.code === 'LIMIT' ? 'LIMIT' : isJson ? 'JSON' : 'FIELD', error.message);
    }
  }
  const documents = [...newest.values()];
  const ids = idsOf(documents);
  for (const [at, document] of documents.entries()) {
    const advisory = csafAdvisory(document, feed, ids[at] ?? document.body.trackingId);
    // A part's reader refuses longer lines, so that they never leave here.
    if (Buffer.byteLength(JSON.stringify(advisory)) > PART_LIMITS.maxLineBytes)
      yield reject(advisory.id, 'LIMIT', `more than ${PART_LIMITS.maxLineBytes} bytes in its normal form`);
    else yield { advisory, gitRanges: 0 };
  }
}

/** Reads CSAF documents. Refuses with NOT_FOUND, SOURCE_INVALID, LIMIT or FETCH_FAILED. */
export const readCsafSource = (options: CsafOptions): AsyncGenerator<SourceResult> => {
  if (!FEED_NAME.test(options.feed)) throw new BundleError('USAGE', `not a feed name: ${options.feed}`);
  const limits = { ...DOCUMENT_LIMITS, maxDocumentBytes: MAX_CSAF_BYTES, ...options.limits };
  return withLocalInput(options.input, { download: options.download, limits }, (path) =>
    readLocal(path, options, limits),
  );
};
