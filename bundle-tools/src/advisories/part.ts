import { createHash, hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { BundleError } from '../errors.ts';
import { VERSION_CODEC } from '../versions/scheme.ts';
import {
  type Advisory,
  AdvisorySchema,
  type Affected,
  AffectedSchema,
  FEED_NAME,
  MAX_AFFECTED,
  MAX_RANGES,
  MAX_VERSIONS,
} from './advisory.ts';
import type { FeedRecord } from './digest.ts';
import { splitLines } from './lines.ts';

// Nearly all of an advisory is what it affects, in a shape that is checked a million times in an import. What this file says
// yes to, the schema would; what it says no to, the schema decides, and says why.

const isText = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

const isHex = (code: number): boolean => (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);

const isKey = (value: unknown): boolean => {
  if (typeof value !== 'string' || value.length > 4_096 || value.length % 2 !== 0) return false;
  for (let at = 0; at < value.length; at += 1) if (!isHex(value.charCodeAt(at))) return false;
  return true;
};

const isRange = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const range = value as Record<string, unknown>;
  let needed = 0;
  for (const name in range)
    switch (name) {
      case 'lo':
      case 'hi':
        if (!isKey(range[name])) return false;
        needed += 1;
        break;
      case 'comparable':
        if (typeof range[name] !== 'boolean') return false;
        needed += 1;
        break;
      case 'introduced':
      case 'fixed':
      case 'last_affected':
        if (!isText(range[name], 1_000)) return false;
        break;
      default:
        return false;
    }
  return needed === 3;
};

const isList = (value: unknown, most: number, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= most && value.every(isOne);

const isVersion = (value: unknown): boolean => isText(value, 1_000);

const isAffected = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const affected = value as Record<string, unknown>;
  let needed = 0;
  for (const name in affected)
    switch (name) {
      case 'ecosystem':
        if (!isText(affected[name], 100)) return false;
        needed += 1;
        break;
      case 'package':
        if (!isText(affected[name], 500)) return false;
        needed += 1;
        break;
      case 'ranges':
        if (!isList(affected[name], MAX_RANGES, isRange)) return false;
        needed += 1;
        break;
      case 'versions':
        if (!isList(affected[name], MAX_VERSIONS, isVersion)) return false;
        needed += 1;
        break;
      case 'qualifiers':
        if (!AffectedSchema.shape.qualifiers.safeParse(affected[name]).success) return false;
        break;
      default:
        return false;
    }
  return needed === 4;
};

/** Whether JSON that was just parsed certainly is a list of what an advisory affects. */
export const isPlainAffected = (value: unknown): value is Affected[] => isList(value, MAX_AFFECTED, isAffected);

// `advisories/<feed>/<from>-<to>.jsonl.gz`: the first line is the header, every other line one advisory.

const cursor = z
  .string()
  .max(64)
  .regex(/^[0-9a-z]*$/);

const PartHeaderSchema = z.strictObject({
  feed: z.string().regex(FEED_NAME),
  /** The cursor that the part builds on; '' is a full part, which replaces the feed. */
  from: cursor,
  to: cursor.min(1),
  /** The number of the version-key codec. */
  codec: z.int().min(1),
  /** The content digest of the feed after the part. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** The newest advisory's date that is not after the capture; '' when there is none. */
  newest: z.string().regex(/^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$/),
});

export type PartHeader = z.infer<typeof PartHeaderSchema>;

type PartLimits = { maxBytes: number; maxLineBytes: number; maxAdvisories: number };

export const PART_LIMITS: PartLimits = { maxBytes: 8 * 2 ** 30, maxLineBytes: 32 << 20, maxAdvisories: 5_000_000 };

/** The cursor of a feed's state: derived from its content, so equal content is one position. */
export const cursorOf = (digest: string): string => digest.slice(0, 16);

/** The inventory path of a part. */
export const partPath = (header: Pick<PartHeader, 'feed' | 'from' | 'to'>): string =>
  `advisories/${header.feed}/${header.from || '0'}-${header.to}.jsonl.gz`;

/** The header of a part that leads to the given content. */
export const partHeader = (options: { feed: string; from: string; digest: string; newest: string }): PartHeader =>
  PartHeaderSchema.parse({
    feed: options.feed,
    from: options.from,
    to: cursorOf(options.digest),
    codec: VERSION_CODEC,
    digest: options.digest,
    newest: options.newest,
  });

type Records = Iterable<FeedRecord> | AsyncIterable<FeedRecord>;

async function* partLines(header: PartHeader, records: Records, count: { value: number }): AsyncGenerator<string> {
  yield `${JSON.stringify(PartHeaderSchema.parse(header))}\n`;
  let previous: string | undefined;
  for await (const { id, line } of records) {
    if (previous !== undefined && previous >= id) throw new BundleError('INTERNAL', `advisories out of order at ${id}`);
    previous = id;
    count.value += 1;
    yield `${line}\n`;
  }
}

/** Writes a part to a new file; records come sorted by id. */
export const writePart = async (
  path: string,
  header: PartHeader,
  records: Records,
): Promise<{ sha256: string; sizeBytes: number; count: number }> => {
  const result = await writeTo(createWriteStream(path, { flags: 'wx' }), header, records);
  return result;
};

/** The bytes of a part, for small ones. */
export const encodePart = async (header: PartHeader, records: Records): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await writeTo(sink, header, records);
  return new Uint8Array(Buffer.concat(chunks));
};

const writeTo = async (sink: Writable, header: PartHeader, records: Records) => {
  const hash = createHash('sha256');
  const count = { value: 0 };
  let sizeBytes = 0;
  await pipeline(
    Readable.from(partLines(header, records, count)),
    createGzip({ level: 6 }),
    async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    },
    sink,
  );
  return { sha256: hash.digest('hex'), sizeBytes, count: count.value };
};

/** `line` is the advisory as it came; `known`: its digest is one that the reader has. */
export type PartItem =
  | { header: PartHeader }
  | { advisory: Advisory; digest: string; line: Uint8Array }
  | { known: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const parseJson = (line: Uint8Array | 'TOO_LONG', number: number): unknown => {
  if (line === 'TOO_LONG') throw new BundleError('LIMIT', `advisory part, line ${number}: too long`);
  try {
    return JSON.parse(decoder.decode(line));
  } catch (cause) {
    throw new BundleError('METADATA', `advisory part, line ${number}: not JSON in UTF-8`, { cause });
  }
};

const demand = <T>(value: unknown, number: number, schema: z.ZodType<T>): T => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new BundleError('METADATA', `advisory part, line ${number}: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
};

const advisoryOf = (value: unknown, number: number): Advisory => {
  if (typeof value !== 'object' || value === null || !('affected' in value) || !isPlainAffected(value.affected))
    return demand(value, number, AdvisorySchema);
  return { ...demand({ ...value, affected: [] }, number, AdvisorySchema), affected: value.affected };
};

/** zlib's own codes for a stream that ends early. */
const isCut = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';

/**
 * Reads a packed part as a stream: first the header, then each advisory with the digest of its line. The caller
 * compares the content digest with the header's before using anything. Refuses with LIMIT, METADATA or TRUNCATED.
 * `knownId` gives the id of an advisory that the reader has with this digest: what is the same to the byte was read and
 * checked before, so it is not read again.
 */
export async function* readPart(
  packed: AsyncIterable<Uint8Array>,
  limits: PartLimits = PART_LIMITS,
  knownId: (digest: string) => string | undefined = () => undefined,
): AsyncGenerator<PartItem> {
  const source = Readable.from(packed, { objectMode: false });
  // Large pieces: each costs a turn of the event loop.
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  source.once('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let bytes = 0;
  async function* bounded(): AsyncGenerator<Uint8Array> {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw new BundleError('LIMIT', `advisory part: more than ${limits.maxBytes} bytes`);
      yield chunk;
    }
  }
  let number = 0;
  let previous: string | undefined;
  try {
    for await (const line of splitLines(bounded(), limits.maxLineBytes)) {
      number += 1;
      if (number === 1) {
        yield { header: demand(parseJson(line, number), number, PartHeaderSchema) };
        continue;
      }
      if (number - 1 > limits.maxAdvisories) throw new BundleError('LIMIT', 'advisory part: too many advisories');
      if (line === 'TOO_LONG') throw new BundleError('LIMIT', `advisory part, line ${number}: too long`);
      const digest = hash('sha256', line, 'hex');
      const known = knownId(digest);
      const advisory = known === undefined ? advisoryOf(parseJson(line, number), number) : undefined;
      const id = advisory?.id ?? known ?? '';
      if (previous !== undefined && previous >= id) {
        throw new BundleError('METADATA', `advisory part, line ${number}: ${id} is out of order or double`);
      }
      previous = id;
      yield advisory === undefined ? { known: digest } : { advisory, digest, line };
    }
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError(isCut(error) ? 'TRUNCATED' : 'METADATA', 'advisory part: cannot be unpacked', {
      cause: error,
    });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (number === 0) throw new BundleError('TRUNCATED', 'advisory part: no header');
}
