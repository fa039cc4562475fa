import { createHash } from 'node:crypto';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import type { Lang } from '@sallyport/ui/i18n/types';
import { type Evidence, type EvidenceSection, type EvidenceValue, SECTIONS } from './evidence-types.ts';
import { type PdfColumn, pdfPages } from './pdf-page.ts';

// The print of an evidence pack, for people: the same rows as the signed document, whose hash it names.

/** Rows of a section on paper; the signed document has them all. */
const printedRows = 2_000;

/** What of a row is printed, by section: the name in the row, the share of the width. */
const columns: Readonly<Record<EvidenceSection, readonly (readonly [name: string, share: number])[]>> = {
  patches: [
    ['number', 3],
    ['patch', 9],
    ['product', 12],
    ['state', 8],
    ['vendor_says', 8],
    ['source_list_sha256', 14],
    ['file_sha256', 14],
    ['clocks', 20],
  ],
  moves: [
    ['at', 8],
    ['patch', 9],
    ['from', 8],
    ['to', 8],
    ['who', 10],
    ['signed', 14],
    ['why', 16],
    ['evidence', 18],
  ],
  baselines: [
    ['patch', 10],
    ['controller', 10],
    ['installed_at', 9],
    ['before', 20],
    ['verified_at', 9],
    ['after', 20],
  ],
  checks: [
    ['at', 8],
    ['patch', 10],
    ['controller', 10],
    ['item', 10],
    ['answer', 6],
    ['value', 16],
    ['note', 16],
    ['who', 10],
  ],
  lists: [
    ['at', 8],
    ['name', 16],
    ['sha256', 24],
    ['preset', 6],
    ['rows', 4],
    ['changed', 4],
    ['who', 10],
    ['taken_back_at', 8],
  ],
  mitigations: [
    ['name', 12],
    ['measure', 8],
    ['zones', 8],
    ['controllers', 10],
    ['owner', 9],
    ['evidence', 14],
    ['files', 16],
    ['expires_at', 8],
  ],
  acceptances: [
    ['vulnerability', 9],
    ['product', 10],
    ['zone', 7],
    ['versions', 8],
    ['effect', 8],
    ['reason', 14],
    ['owner', 9],
    ['approver', 9],
    ['expires_at', 8],
  ],
  jobs: [
    ['started_at', 8],
    ['name', 14],
    ['asked_by', 10],
    ['approved_by', 10],
    ['targets', 5],
    ['packets', 5],
    ['packet_log_sha256', 24],
  ],
  media: [
    ['at', 8],
    ['receipt', 5],
    ['result', 7],
    ['code', 9],
    ['bundle', 14],
    ['digest', 24],
  ],
};

/** The PDF of evidence, which names the SHA-256 of the signed file. */
export const printEvidence = async (evidence: Evidence, signed: Uint8Array, lang: Lang): Promise<Buffer> => {
  const words = catalogue(lang);
  const title = words.t('evidence.printTitle', { site: evidence.site });
  const pages = await pdfPages({ title, author: evidence.site, at: Date.parse(evidence.created_at) });
  const choices: Readonly<Record<string, string>> = {
    state: 'patches.state',
    from: 'patches.state',
    to: 'patches.state',
    vendor_says: 'patches.state',
    clock: 'patches.deadline',
    item: 'patches.item',
    answer: 'patches.answer',
    measure: 'kind.mitigation.option.measure',
    effect: 'measures.effect',
  };
  const nameOf = (name: string): string => words.tDynamic(`evidence.field.${name}`, {}, name);
  const textOf = (name: string, value: EvidenceValue | undefined): string => {
    if (value === null || value === undefined || value === '') return '–';
    if (typeof value === 'boolean') return words.t(value ? 'common.yes' : 'common.no');
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string') {
      const time = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ$/.exec(value);
      if (time !== null) return `${time[1]} ${time[2]}`;
      const choice = choices[name];
      return choice === undefined ? value : words.tDynamic(`${choice}.${value}`, {}, value);
    }
    if (Array.isArray(value))
      return value.length === 0 ? '–' : (value as readonly EvidenceValue[]).map((one) => textOf(name, one)).join('; ');
    const object = value as { readonly [name: string]: EvidenceValue };
    if (typeof object['clock'] === 'string') {
      const state =
        object['overdue'] === true ? nameOf('overdue') : object['done_at'] === null ? '' : nameOf('done_at');
      const end = object['done_at'] ?? object['limit'];
      return [`${textOf('clock', object['clock'])}:`, state.toLowerCase(), textOf('', end)]
        .filter((one) => one !== '')
        .join(' ');
    }
    // A person, by name and by account.
    if (typeof object['name'] === 'string' && typeof object['actor'] === 'string' && object['roles'] === undefined)
      return `${object['name']} (${object['actor']})`;
    return Object.entries(object)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => `${nameOf(key)}: ${textOf(key, one)}`)
      .join(', ');
  };

  pages.text(title, 17);
  pages.text(
    words.t('evidence.printPeriod', { from: textOf('', evidence.period.from), to: textOf('', evidence.period.to) }),
    10,
  );
  pages.text(
    words.t('evidence.printBy', { name: textOf('', evidence.created_by), at: textOf('', evidence.created_at) }),
  );
  pages.text(words.t('evidence.printHash', { sha256: createHash('sha256').update(signed).digest('hex') }));
  pages.text(
    words.t(evidence.audit.unbroken ? 'evidence.printChain' : 'evidence.printChainBroken', {
      n: evidence.audit.length,
      head: evidence.audit.head,
    }),
  );
  pages.text(words.t('evidence.printNotice'));
  for (const section of SECTIONS) {
    const rows = evidence.sections[section];
    pages.heading(words.t(`evidence.section.${section}`));
    pages.text(words.t('evidence.printLabels', { labels: evidence.labels[section].join(', ') }), 8);
    if (rows.length === 0) {
      pages.text(words.t('evidence.printNone'));
      continue;
    }
    const shown = columns[section];
    const heads = shown.map(([name, share]): PdfColumn => ({ head: nameOf(name), share }));
    pages.table(
      heads,
      rows.slice(0, printedRows).map((row) => shown.map(([name]) => textOf(name, row[name]))),
    );
    if (rows.length > printedRows) pages.text(words.t('evidence.printMore', { n: rows.length - printedRows }));
  }
  return pages.end((page, all) => words.t('evidence.printFoot', { site: evidence.site, page, pages: all }));
};
