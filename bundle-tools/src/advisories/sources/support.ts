import { ecosystemOf } from '../../versions/ecosystem.ts';
import type { SourceResult } from '../advisory.ts';
import type { Support } from '../support.ts';
import { type CatalogueOptions, type Entry, NO_DATE, readCatalogue, recordOf, textOf } from './catalogue.ts';

// Ends of support as endoflife.date gives them: the front matter of its products, one a line (`product`, `releases`,
// `releaseCycle`, `eol`, `eoes`), or the answer of its API v1 (`result`, `name`, `eolFrom`, `eoesFrom`).

type Rule = {
  readonly product: string;
  /** As os-release names the system. */
  readonly vendor: string;
  /** What is paid for from `eol` to `eoes`; absent: everybody has it until then (Debian LTS). */
  readonly paid?: string;
};

const RULES: ReadonlyMap<string, Rule> = new Map(
  [
    { product: 'debian', vendor: 'debian' },
    { product: 'ubuntu', vendor: 'ubuntu', paid: 'Ubuntu Pro' },
    { product: 'almalinux', vendor: 'almalinux' },
    { product: 'rocky-linux', vendor: 'rocky' },
    { product: 'rhel', vendor: 'rhel', paid: 'Extended Life Cycle Support' },
    { product: 'oracle-linux', vendor: 'ol', paid: 'Extended Support' },
    { product: 'fedora', vendor: 'fedora' },
    { product: 'amazon-linux', vendor: 'amzn' },
    { product: 'sles', vendor: 'sles', paid: 'Long Term Service Pack Support' },
    { product: 'suse-linux-micro', vendor: 'sle-micro' },
    { product: 'opensuse', vendor: 'opensuse-leap' },
    { product: 'vmware-photon', vendor: 'photon' },
    { product: 'alpine-linux', vendor: 'alpine' },
  ].map((rule) => [rule.product, rule]),
);

const DAY = /^\d{4}-\d\d-\d\d$/;

/** The last day of what a field names: a day, undefined where no end is set, null where it is not understood. */
const dayOf = (value: unknown): string | undefined | null => {
  if (value === undefined || value === null || value === false || value === '') return undefined;
  return DAY.test(textOf(value)) ? textOf(value) : null;
};

/** The newest date that a release names of itself: how new what is known of it is at least. */
const modifiedOf = (release: Readonly<Record<string, unknown>>): string => {
  const dates = [release['latestReleaseDate'], release['releaseDate'], recordOf(release['latest'])['date']].map(textOf);
  const newest = dates
    .filter((date) => DAY.test(date))
    .sort()
    .at(-1);
  return newest === undefined ? NO_DATE : `${newest}T00:00:00Z`;
};

const entryOf = (rule: Rule, release: Readonly<Record<string, unknown>>, where: string): Entry | undefined => {
  const cycle = textOf(release['releaseCycle']) || textOf(release['name']);
  const ecosystem = ecosystemOf({ vendor: rule.vendor, release: cycle });
  const about = {
    id: ecosystem === null ? where : `support:${ecosystem.replaceAll(' ', '_')}`,
    modified: modifiedOf(release),
    summary: `${rule.product} ${cycle}`,
  };
  // A release that no device reports in this form has nothing to be judged.
  if (ecosystem === null) return undefined;
  const eol = dayOf(release['eol'] ?? release['eolFrom']);
  const eoes = dayOf(release['eoes'] ?? release['eoesFrom']);
  if (eol === null || eoes === null) return { ...about, fault: 'the end of support is no date' };
  if (eol === undefined) return undefined;
  const extended = eoes !== undefined && eoes > eol ? eoes : undefined;
  const support: Support =
    extended === undefined
      ? { ecosystem, until: eol }
      : rule.paid === undefined
        ? { ecosystem, until: extended }
        : { ecosystem, until: eol, paid: { edition: rule.paid, until: extended } };
  return { ...about, support };
};

const lists = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const entriesOf = function* (value: unknown, where: string): Generator<Entry> {
  const whole = recordOf(value);
  const products = Array.isArray(whole['result']) ? lists(whole['result']) : [value];
  // Releases of one ecosystem (2018.03, 2018.09) are one: the later end counts.
  const found = new Map<string, Entry & { support: Support }>();
  for (const one of products) {
    const product = recordOf(one);
    const rule = RULES.get(textOf(product['product']) || textOf(product['name']));
    if (rule === undefined) continue;
    for (const [at, release] of lists(product['releases']).entries()) {
      const entry = entryOf(rule, recordOf(release), `${where} ${rule.product}[${at}]`);
      if (entry === undefined) continue;
      if (!('support' in entry)) {
        yield entry;
        continue;
      }
      const held = found.get(entry.id);
      if (held === undefined || held.support.until < entry.support.until) found.set(entry.id, entry);
    }
  }
  yield* found.values();
};

/** Reads until when releases are supported. Refuses as `readCatalogue`. */
export const readSupport = (options: CatalogueOptions): AsyncGenerator<SourceResult> =>
  readCatalogue(options, entriesOf);
