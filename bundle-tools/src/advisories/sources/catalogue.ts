import type { Download } from '../../downloads/download.ts';
import { BundleError } from '../../errors.ts';
import { type Advisory, FEED_NAME, type SourceResult } from '../advisory.ts';
import type { Support } from '../support.ts';
import type { CatalogueThreat } from '../threat.ts';
import { type RawDocument, readDocuments } from './documents.ts';
import { DOCUMENT_LIMITS, type DocumentLimits, withLocalInput } from './input.ts';

export type CatalogueOptions = {
  /** A folder, a .zip, an .ndjson or .json file (each also with gzip), or an http(s) address of one. */
  readonly input: string;
  readonly feed: string;
  /** For an input that is an address. */
  readonly download?: Download | undefined;
  readonly limits?: Partial<DocumentLimits> | undefined;
};

/** One entry of a catalogue as its reader understood it, or why it was not taken. */
export type Entry = { readonly id: string; readonly modified: string; readonly summary: string } & (
  | { readonly threat: CatalogueThreat }
  | { readonly support: Support }
  | { readonly fault: string }
);

/** What is written where a catalogue gives no date: it counts as none. */
export const NO_DATE = '1970-01-01T00:00:00Z';

const CVE = /^CVE-\d{4}-\d{4,19}$/;

export const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const jsonOf = (bytes: Uint8Array): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
};

const toResult = (entry: Entry, feed: string): SourceResult => {
  if ('fault' in entry) return { rejected: { id: entry.id, reason: 'FIELD', detail: entry.fault } };
  const { id, modified, summary } = entry;
  if ('threat' in entry && !CVE.test(id)) return { rejected: { id, reason: 'NO_ID', detail: 'not a CVE id' } };
  const advisory: Advisory = {
    id,
    feed,
    aliases: [],
    upstream: [],
    related: [],
    modified,
    severity: 'unknown',
    summary: summary.slice(0, 300),
    references: [],
    affected: [],
    ...('threat' in entry ? { threat: entry.threat } : { support: entry.support }),
  };
  return { advisory, gitRanges: 0 };
};

async function* readLocal(
  path: string,
  feed: string,
  limits: DocumentLimits,
  entriesOf: (value: unknown, where: string) => Iterable<Entry>,
): AsyncGenerator<SourceResult> {
  const taken = new Set<string>();
  const refuse = ({ where, bytes }: RawDocument): SourceResult => ({
    rejected:
      bytes === 'TOO_LARGE'
        ? { id: where, reason: 'TOO_LARGE', detail: `more than ${limits.maxDocumentBytes} bytes` }
        : { id: where, reason: 'JSON', detail: 'not JSON in UTF-8' },
  });
  for await (const document of readDocuments(path, limits)) {
    const parsed = document.bytes === 'TOO_LARGE' ? undefined : jsonOf(document.bytes);
    if (parsed === undefined) {
      yield refuse(document);
      continue;
    }
    for (const entry of entriesOf(parsed.value, document.where)) {
      const result = toResult(entry, feed);
      if ('advisory' in result && taken.has(entry.id)) {
        yield { rejected: { id: entry.id, reason: 'FIELD', detail: 'it stands there twice' } };
        continue;
      }
      taken.add(entry.id);
      yield result;
    }
  }
}

/**
 * Reads a catalogue about CVEs or releases: each entry as an advisory that affects nothing by itself, or the reason why it was not
 * taken. Refuses with NOT_FOUND, SOURCE_INVALID, LIMIT or FETCH_FAILED.
 */
export const readCatalogue = (
  options: CatalogueOptions,
  entriesOf: (value: unknown, where: string) => Iterable<Entry>,
): AsyncGenerator<SourceResult> => {
  if (!FEED_NAME.test(options.feed)) throw new BundleError('USAGE', `not a feed name: ${options.feed}`);
  const limits = { ...DOCUMENT_LIMITS, ...options.limits };
  return withLocalInput(options.input, { download: options.download, limits }, (path) =>
    readLocal(path, options.feed, limits, entriesOf),
  );
};
