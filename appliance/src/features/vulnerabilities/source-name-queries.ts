import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { lacksSource, type Platform, type SoftwareIdentity } from './component.ts';

// Advisories of a distribution are written about source packages, and not every agent knows which source a package was
// built from. What another device of the same distribution says of the package, or the catalogue of updates, tells it.

type Known = { name: string; source: string; version: string; sourceVersion: string };

/** A rebuild without a change of the source adds this to the version of the binary alone. */
const withoutRebuild = (version: string): string => version.replace(/\+b\d+$/, '');

/** Fills in the sources of the items that have none, where they are known. Reads inv_software and catalog_update. */
export const sourceNames = (db: Database) => {
  const sql = statements(db);
  const reported = sql.all<[string, string, string, string], Known>(
    `select distinct name, source, version, "sourceVersion" as sourceVersion from inv_software
      where name collate nocase in (select value from json_each(?)) and name in (select value from json_each(?)) and type = ? and purl glob ? || '*'
        and source is not null and "sourceVersion" is not null`,
  );
  const catalogued = sql.all<[string, string], Known>(
    `select distinct name, source, version, json_extract(doc, '$.source_version') as sourceVersion from catalog_update
      where name in (select value from json_each(?)) and ecosystem = ? and source <> ''`,
  );

  const sourceOf = (item: SoftwareIdentity, known: readonly Known[]): SoftwareIdentity => {
    const same = known.find((one) => one.version === item.version);
    if (same !== undefined) return { ...item, source: same.source, sourceVersion: same.sourceVersion };
    // Of another version only the name carries over, and only where binary and source are numbered alike.
    const alike = known.find((one) => withoutRebuild(one.version) === one.sourceVersion);
    if (alike === undefined) return item;
    return { ...item, source: alike.source, sourceVersion: withoutRebuild(item.version) };
  };

  return (items: readonly SoftwareIdentity[], platform: Platform | undefined, eco: string | null) => {
    const lacking = items.filter((item) => lacksSource(item, platform));
    const [first] = lacking;
    if (first === undefined || platform === undefined || eco === null) return items;
    const names = JSON.stringify(lacking.map((item) => item.name));
    const byName = new Map<string, Known[]>();
    const found = [
      ...reported(names, names, first.type, `pkg:${first.type}/${platform.vendor.toLowerCase()}/`),
      ...catalogued(names, eco),
    ];
    for (const known of found) byName.set(known.name, [...(byName.get(known.name) ?? []), known]);
    const wanted = new Set(lacking);
    return items.map((item) => (wanted.has(item) ? sourceOf(item, byName.get(item.name) ?? []) : item));
  };
};
