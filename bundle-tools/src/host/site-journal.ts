import type { SiteRequest } from '../documents/request.ts';
import type { SiteRecord } from './sites.ts';

// The audit chain of a site, as its requests and receipts say it: what tells a connected host that a site went back.

/** How the journal of a request goes behind the last one that this host took, or is another one; undefined when it does not. */
export function journalBehind(
  { journal: seen, request: last }: Pick<SiteRecord, 'journal' | 'request'>,
  { number, journal }: Pick<SiteRequest, 'number' | 'journal'>,
  digest: string,
): string | undefined {
  if (seen === undefined || digest === last?.digest) return undefined;
  if (journal.entries < seen.entries)
    return `its journal went back to entry ${journal.entries}, entry ${seen.entries} was seen`;
  // One that went back and has grown since is another one where this host last saw it.
  const then = [{ ...journal, number }, ...journal.before].find((one) => one.number === last?.number);
  return then !== undefined && (then.head !== seen.head || then.entries !== seen.entries)
    ? `its journal is another one than it was at request ${then.number}`
    : undefined;
}
