import type { SourceResult } from '../advisory.ts';
import { type CatalogueOptions, type Entry, readCatalogue, recordOf, textOf } from './catalogue.ts';

// The catalogue of known exploited vulnerabilities of CISA: one JSON document with `vulnerabilities`.

const DAY = /^\d{4}-\d\d-\d\d$/;

const entryOf = (value: unknown, where: string): Entry => {
  const entry = recordOf(value);
  const id = textOf(entry['cveID']);
  const since = textOf(entry['dateAdded']);
  const due = textOf(entry['dueDate']);
  const about = { id: id || where, modified: `${since}T00:00:00Z`, summary: textOf(entry['vulnerabilityName']) };
  if (!DAY.test(since)) return { ...about, fault: 'dateAdded is no date' };
  if (due !== '' && !DAY.test(due)) return { ...about, fault: 'dueDate is no date' };
  const ransomware = textOf(entry['knownRansomwareCampaignUse']).toLowerCase() === 'known';
  return { ...about, threat: { exploited: { since, ...(due === '' ? {} : { due }), ransomware } } };
};

const entriesOf = function* (value: unknown, where: string): Generator<Entry> {
  const list = recordOf(value)['vulnerabilities'];
  if (!Array.isArray(list)) {
    yield { id: where, modified: '', summary: '', fault: 'no list of vulnerabilities' };
    return;
  }
  for (const [at, entry] of list.entries()) yield entryOf(entry, `${where}[${at}]`);
};

/** Reads known exploited vulnerabilities. Refuses as `readCatalogue`. */
export const readKev = (options: CatalogueOptions): AsyncGenerator<SourceResult> => readCatalogue(options, entriesOf);
