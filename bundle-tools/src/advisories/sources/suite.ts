import { toTime } from '../../platform/ambient.ts';
import type { AptIndex } from '../../updates/sources/apt/source.ts';
import { compareKeys, LOWEST, toHex } from '../../versions/key.ts';
import { keyFor } from '../../versions/scheme.ts';
import type { Advisory } from '../advisory.ts';

type SuiteOptions = {
  ecosystem: string;
  indexes: readonly AptIndex[];
  feed: string;
  /** True when an advisory already names this version as a fix of the source package. */
  named?: ((source: string, version: string) => boolean) | undefined;
  /**
   * The `modified` that an earlier build gave to this id. An index has no dates of its own: without it every new Release
   * would change every record.
   */
  firstSeen?: ((id: string) => string | undefined) | undefined;
};

/**
 * A newer version in a security suite is a finding even where no advisory names a CVE (BUNDLES.md section 3): one record
 * per source package, `suite:<suite>:<source>:<version>`, for every version below the newest of the suite.
 */
export const suiteAdvisories = (options: SuiteOptions): Advisory[] => {
  const { ecosystem, feed } = options;
  const advisories = new Map<string, Advisory>();
  for (const index of options.indexes) {
    if (!index.security) continue;
    for (const [source, { version, key }] of newestSources(index, ecosystem)) {
      if (options.named?.(source, version) === true) continue;
      const id = `suite:${index.suite}:${source}:${version}`;
      advisories.set(id, {
        id,
        feed,
        aliases: [],
        upstream: [],
        related: [],
        modified: options.firstSeen?.(id) ?? toTime(index.release.date.getTime()),
        severity: 'unknown',
        summary: `${source} ${version} is in the security suite ${index.suite}`,
        references: [],
        affected: [
          {
            ecosystem,
            package: source,
            ranges: [{ lo: toHex(LOWEST), hi: toHex(key), introduced: '0', fixed: version, comparable: true }],
            versions: [],
          },
        ],
      });
    }
  }
  return [...advisories.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
};

type Newest = { version: string; key: Uint8Array };

const newestSources = (index: AptIndex, ecosystem: string): Map<string, Newest> => {
  const newest = new Map<string, Newest>();
  for (const { source, sourceVersion } of index.packages) {
    const key = keyFor(ecosystem, sourceVersion);
    if (key === null) continue;
    const known = newest.get(source);
    if (known === undefined || compareKeys(key, known.key) > 0) newest.set(source, { version: sourceVersion, key });
  }
  return newest;
};
