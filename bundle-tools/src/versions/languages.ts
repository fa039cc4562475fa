// Packages of programming languages: the type of their package URLs, and the ecosystem of OSV that judges them.

const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ['pypi', 'PyPI'],
  ['npm', 'npm'],
  ['cargo', 'crates.io'],
  ['gem', 'RubyGems'],
  ['golang', 'Go'],
  ['nuget', 'NuGet'],
  ['composer', 'Packagist'],
  ['maven', 'Maven'],
  ['cran', 'CRAN'],
  ['hackage', 'Hackage'],
  ['hex', 'Hex'],
  ['pub', 'Pub'],
]);

/** The ecosystem of a type of package URL; undefined for those of systems, and for types that no ecosystem has. */
export function languageEcosystem(type: string): string | undefined {
  return ECOSYSTEMS.get(type);
}

/** The package managers of systems, which name schemes of their own: see scheme.ts. */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['deb', 'dpkg'],
  ['rpm', 'rpm'],
  ['apk', 'apk'],
]);

/** An ecosystem whose scheme orders versions of a type of package; undefined where none is known. */
export function orderingEcosystem(type: string): string | undefined {
  return ECOSYSTEMS.get(type) ?? SYSTEMS.get(type);
}
