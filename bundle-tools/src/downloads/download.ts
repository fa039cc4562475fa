import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BundleError } from '../errors.ts';
import { hashFile } from '../host/objects.ts';
import { nowMs, randomBelow } from '../platform/ambient.ts';
import { openGet } from '../platform/connect.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { type ProxyChoice, shownAddress } from './proxies.ts';
import { demandRoom, type Room, takeRoom } from './room.ts';

// The one way in which anything is fetched. What came of a file stays beside its place until the file is whole, so that a
// cut, a restart or the next night goes on where the last one ended (RFC 9110, 14.2 and 13.1.5).

/** A file to fetch. */
type Wanted = {
  readonly url: string;
  /** More bytes than this: LIMIT, whatever the server announces. */
  readonly maxBytes: number;
  /** What the source signed of the file; then a copy that is there already is used. */
  readonly declared?: { readonly sha256: string; readonly sizeBytes: number };
};

/** Brings one file into the folder and returns its path. */
export type Download = (wanted: Wanted) => Promise<string>;

type DownloadOptions = {
  /** Files lie in `<folder>/<aa>/<name>`, by their declared digest or by that of their address. */
  readonly folder: string;
  readonly proxyOf?: ProxyChoice;
  /** What may still be written; counted down here. */
  readonly room?: Room;
  /** Of one file, waits included. */
  readonly timeoutMs?: number;
  /** Without a byte for so long a connection counts as cut. */
  readonly idleMs?: number;
  readonly note?: (line: string) => void;
  readonly wait?: (ms: number) => Promise<unknown>;
};

const DEFAULT_TIMEOUT_MS = 12 * 3_600_000;
const DEFAULT_IDLE_MS = 60_000;
/** Cuts in a row that brought nothing, after which the file is given up; fewer where no answer comes at all. */
const MAX_CUTS = 5;
const MAX_UNREACHED = 2;
const MAX_WAIT_MS = 60_000;

/** How an exchange ended that may be tried again. */
type Cut = { readonly reason: string; readonly wasReached: boolean; readonly waitMs?: number };

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The validator that proves that the rest belongs to the beginning: a strong tag, or a date that is no longer "now". */
const validatorOf = ({ headers }: IncomingMessage): string | undefined => {
  const { etag, date, 'last-modified': modified } = headers;
  if (etag !== undefined && /^"[^"]{0,200}"$/.test(etag)) return etag;
  const ageMs = Date.parse(date ?? '') - Date.parse(modified ?? '');
  return ageMs >= 60_000 ? modified : undefined;
};

/** Seconds or a date of Retry-After, bounded. */
const retryAfterMs = (answer: IncomingMessage): number | undefined => {
  const text = answer.headers['retry-after'];
  if (text === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_WAIT_MS) : undefined;
};

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

const statusError = (url: URL, status: number): BundleError =>
  new BundleError(
    status === 404 || status === 410 ? 'NOT_FOUND' : 'FETCH_FAILED',
    `${shownAddress(url)}: status ${status}`,
  );

/** What stands of a file: its bytes, and for a file without a declared digest what they were the beginning of. */
const partOf = (path: string, { declared }: Wanted) => {
  const bytes = `${path}.part`;
  const mark = `${path}.part.validator`;
  return {
    bytes,
    validator: (): string | undefined => (isThere(mark) ? readFileSync(mark, 'utf8') : undefined),
    /** Where to go on; 0: from the beginning. */
    start: (): number => (declared !== undefined || isThere(mark) ? sizeOf(bytes) : 0),
    remember: (answer: IncomingMessage): void => {
      const validator = validatorOf(answer);
      if (declared === undefined && validator !== undefined) writeFileDurable(mark, validator);
    },
    forget: (): void => {
      rmSync(bytes, { force: true });
      rmSync(mark, { force: true });
    },
    forgetMark: (): void => rmSync(mark, { force: true }),
  };
};

/** The range that the answer is: from where, and of how many bytes in all; undefined where it is not the asked one. */
const rangeOf = (answer: IncomingMessage, start: number): { totalBytes: number | undefined } | undefined => {
  const [, from, total] =
    /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(answer.headers['content-range'] ?? '') ?? [];
  if (Number(from ?? Number.NaN) !== start) return undefined;
  return { totalBytes: total === '*' ? undefined : Number(total) };
};

const announcedBytes = (answer: IncomingMessage): number | undefined => {
  const text = answer.headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
};

/** Downloads into a folder, resuming and trying again. */
export function downloader(options: DownloadOptions): Download {
  const { folder, room, idleMs = DEFAULT_IDLE_MS, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { proxyOf = () => undefined, note = () => {}, wait = delay } = options;

  /** Writes what comes, at once and in place; a cut connection is an answer, a failing disk an error. */
  const receive = (
    answer: IncomingMessage,
    url: URL,
    target: { fd: number; start: number; maxBytes: number },
    onBytes: () => void,
  ): Promise<Cut | undefined> =>
    new Promise((resolve, reject) => {
      let at = target.start;
      const cut = (reason: string): void => resolve({ reason, wasReached: true });
      answer.on('data', (chunk: Uint8Array) => {
        try {
          if (at + chunk.length > target.maxBytes)
            throw new BundleError('LIMIT', `${shownAddress(url)}: more than ${target.maxBytes} bytes`);
          if (room !== undefined) takeRoom(room, chunk.length, shownAddress(url));
          for (let done = 0; done < chunk.length; )
            done += writeSync(target.fd, chunk, done, chunk.length - done, at + done);
          at += chunk.length;
          onBytes();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          answer.destroy();
        }
      });
      answer.once('end', () => (answer.complete ? resolve(undefined) : cut('the answer was cut')));
      answer.once('error', (error) => cut(reasonOf(error)));
      answer.once('close', () => cut('the connection was cut'));
    });

  /** One exchange: undefined when the part is whole. */
  const exchange = async (wanted: Wanted, part: ReturnType<typeof partOf>, deadline: AbortSignal) => {
    const start = part.start();
    const validator = part.validator();
    const headers: Record<string, string> = start === 0 ? {} : { range: `bytes=${start}-` };
    if (start > 0 && wanted.declared === undefined && validator !== undefined) headers['if-range'] = validator;
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(new Error(`nothing came for ${idleMs} ms`)), idleMs);
    const signal = AbortSignal.any([deadline, idle.signal]);
    const why = (error: unknown): string => reasonOf(signal.aborted ? signal.reason : error);
    try {
      let opened: Awaited<ReturnType<typeof openGet>>;
      try {
        opened = await openGet(wanted.url, { proxyOf, headers, signal });
      } catch (error) {
        if (error instanceof BundleError) throw error;
        return { reason: why(error), wasReached: false } satisfies Cut;
      }
      const { answer, url } = opened;
      const status = answer.statusCode ?? 0;
      const range = status === 206 ? rangeOf(answer, start) : undefined;
      if (status !== 200 && range === undefined) {
        answer.destroy();
        if (status === 416 || status === 206) {
          part.forget();
          return { reason: `status ${status}: the rest does not fit`, wasReached: true } satisfies Cut;
        }
        if (!isPassing(status)) throw statusError(url, status);
        const waitMs = retryAfterMs(answer);
        return { reason: `status ${status}`, wasReached: true, ...(waitMs === undefined ? {} : { waitMs }) };
      }
      const from = range === undefined ? 0 : start;
      const comes = announcedBytes(answer);
      const totalBytes = range?.totalBytes ?? (comes === undefined ? undefined : from + comes);
      try {
        if (totalBytes !== undefined && totalBytes > wanted.maxBytes)
          throw new BundleError(
            'LIMIT',
            `${shownAddress(url)}: ${totalBytes} bytes announced, ${wanted.maxBytes} allowed`,
          );
        if (comes !== undefined && room !== undefined) demandRoom(room, comes, shownAddress(url));
        const fd = openSync(part.bytes, from === 0 ? 'w' : 'r+', 0o644);
        try {
          if (from === 0) part.forgetMark();
          ftruncateSync(fd, from);
          part.remember(answer);
          const cut = await receive(answer, url, { fd, start: from, maxBytes: wanted.maxBytes }, () => timer.refresh());
          if (cut !== undefined) return { ...cut, reason: why(new Error(cut.reason)) };
          fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
        const hasBytes = sizeOf(part.bytes);
        if (totalBytes !== undefined && hasBytes !== totalBytes)
          throw new BundleError('TRUNCATED', `${shownAddress(url)}: ${hasBytes} of ${totalBytes} bytes`);
        return undefined;
      } finally {
        answer.destroy();
      }
    } finally {
      clearTimeout(timer);
    }
  };

  /** Exchanges until the part is whole; what came of it stays when the server cannot be had. */
  const complete = async (wanted: Wanted, part: ReturnType<typeof partOf>): Promise<void> => {
    if (part.start() > 0 && part.start() === wanted.declared?.sizeBytes) return;
    const shown = shownAddress(wanted.url);
    const deadline = AbortSignal.timeout(timeoutMs);
    for (let idleCuts = 0; ; ) {
      const before = sizeOf(part.bytes);
      const cut = await exchange(wanted, part, deadline);
      if (cut === undefined) return;
      if (deadline.aborted)
        throw new BundleError('FETCH_FAILED', `${shown}: no complete answer within ${timeoutMs} ms`);
      idleCuts = sizeOf(part.bytes) > before ? 1 : idleCuts + 1;
      if (idleCuts >= (cut.wasReached ? MAX_CUTS : MAX_UNREACHED))
        throw new BundleError('FETCH_FAILED', `${shown}: ${cut.reason}`);
      const waitMs = cut.waitMs ?? Math.min(1000 * 2 ** (idleCuts - 1), MAX_WAIT_MS) + randomBelow(250);
      note(`${shown}: ${cut.reason}; going on from byte ${part.start()} in ${Math.ceil(waitMs / 1000)} s`);
      await wait(waitMs);
    }
  };

  const isGood = (path: string, { sha256, sizeBytes }: NonNullable<Wanted['declared']>): boolean =>
    sizeOf(path) === sizeBytes && isThere(path) && hashFile(path).sha256 === sha256;

  /** Refuses a whole file that is not the declared one. */
  const check = (path: string, { url, declared }: Wanted): void => {
    if (declared === undefined) return;
    const { sha256, size } = hashFile(path);
    if (size < declared.sizeBytes)
      throw new BundleError('TRUNCATED', `${shownAddress(url)}: ${size} of ${declared.sizeBytes} bytes`);
    if (sha256 !== declared.sha256)
      throw new BundleError('HASH', `${shownAddress(url)}: SHA-256 is ${sha256}, expected ${declared.sha256}`);
  };

  return async (wanted) => {
    const { declared } = wanted;
    if (declared !== undefined && declared.sizeBytes > wanted.maxBytes)
      throw new BundleError(
        'LIMIT',
        `${shownAddress(wanted.url)}: ${declared.sizeBytes} bytes, ${wanted.maxBytes} allowed`,
      );
    const name = declared?.sha256 ?? digestOf(wanted.url);
    const path = join(folder, name.slice(0, 2), name);
    if (declared !== undefined && isGood(path, declared)) {
      // What is used stays: `host/disk-use.ts` takes away what was not for long.
      utimesSync(path, nowMs() / 1000, nowMs() / 1000);
      return path;
    }
    ensureDir(dirname(path));
    const bounded = declared === undefined ? wanted : { ...wanted, maxBytes: declared.sizeBytes };
    const part = partOf(path, wanted);
    for (let isResumed = part.start() > 0; ; isResumed = false) {
      try {
        await complete(bounded, part);
        check(part.bytes, wanted);
        break;
      } catch (error) {
        const code = error instanceof BundleError ? error.code : undefined;
        if (code !== undefined && code !== 'FETCH_FAILED' && code !== 'PROXY_AUTH') part.forget();
        // The beginning of an earlier day may belong to another file: once more, whole.
        if (!isResumed || code !== 'HASH') throw error;
      }
    }
    renameSync(part.bytes, path);
    part.forgetMark();
    return path;
  };
}
