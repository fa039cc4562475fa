import { BundleError } from '../../errors.ts';
import { FEED_NAME, type SourceResult } from '../advisory.ts';
import type { CatalogueOptions } from './catalogue.ts';
import { type RawDocument, readDocuments } from './documents.ts';
import { DOCUMENT_LIMITS, type DocumentLimits, withLocalInput } from './input.ts';
import { mergeDocuments, type Parsed, parseOsv } from './osv-record.ts';

type Value = { where: string; value: unknown } | { where: string; failed: 'JSON' | 'TOO_LARGE' };

/** A file may hold one record or an array of them. */
const valuesOf = (document: RawDocument): Value[] => {
  const { where, bytes } = document;
  if (bytes === 'TOO_LARGE') return [{ where, failed: 'TOO_LARGE' }];
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (!Array.isArray(value)) return [{ where, value }];
    return value.map((one: unknown, index) => ({ where: `${where}[${index}]`, value: one }));
  } catch {
    return [{ where, failed: 'JSON' }];
  }
};

const idOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : undefined;

/** The ids that stand in more than one document, so that only those wait for their other halves. */
const findDoubleIds = async (path: string, limits: DocumentLimits): Promise<Map<string, number>> => {
  const seen = new Set<string>();
  const double = new Map<string, number>();
  for await (const document of readDocuments(path, limits)) {
    for (const one of valuesOf(document)) {
      const id = 'value' in one ? idOf(one.value) : undefined;
      if (id === undefined) continue;
      if (seen.has(id)) double.set(id, (double.get(id) ?? 1) + 1);
      else seen.add(id);
    }
  }
  return double;
};

async function* readLocal(path: string, feed: string, limits: DocumentLimits): AsyncGenerator<SourceResult> {
  const double = await findDoubleIds(path, limits);
  const waiting = new Map<string, { left: number; documents: Parsed[] }>();
  for await (const document of readDocuments(path, limits)) {
    for (const one of valuesOf(document)) {
      if ('failed' in one) {
        const detail = one.failed === 'JSON' ? 'not JSON in UTF-8' : `more than ${limits.maxDocumentBytes} bytes`;
        yield { rejected: { id: one.where, reason: one.failed, detail } };
        continue;
      }
      const parsed = parseOsv(one.value, feed, one.where);
      const id = idOf(one.value);
      const parts = id === undefined ? undefined : double.get(id);
      if (id === undefined || parts === undefined) {
        yield parsed.result;
        continue;
      }
      const entry = waiting.get(id) ?? { left: parts, documents: [] };
      waiting.set(id, entry);
      entry.left -= 1;
      if ('rejected' in parsed.result) yield parsed.result;
      else entry.documents.push(parsed);
      if (entry.left > 0) continue;
      waiting.delete(id);
      if (entry.documents.length > 0) yield mergeDocuments(entry.documents).result;
    }
  }
  // The input changed between the two readings; what is there is still a record.
  for (const { documents } of waiting.values()) if (documents.length > 0) yield mergeDocuments(documents).result;
}

/**
 * Reads OSV records in two passes, so that only records with one id in several documents wait in memory. Yields every
 * record or the reason why it was not taken. Refuses with NOT_FOUND, SOURCE_INVALID, LIMIT or FETCH_FAILED.
 */
export const readOsv = (options: CatalogueOptions): AsyncGenerator<SourceResult> => {
  if (!FEED_NAME.test(options.feed)) throw new BundleError('USAGE', `not a feed name: ${options.feed}`);
  const limits = { ...DOCUMENT_LIMITS, ...options.limits };
  return withLocalInput(options.input, { download: options.download, limits }, (path) =>
    readLocal(path, options.feed, limits),
  );
};
