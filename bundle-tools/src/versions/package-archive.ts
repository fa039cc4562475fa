// Who maintains a package does not say which archive it is from: a PPA has packages of the distribution's own maintainers. Where
// another archive than the distribution's has it, its publisher says so: `Ondřej Surý [LP-PPA-ondrej-php]`.

const ARCHIVE = /\s*\[([^[\]]+)\]\s*$/;

/** Who a package is from: its maintainer, and an archive that is not the distribution's; undefined: it is, or is not known. */
export const withArchive = (maintainer: string, archive: string | undefined): string =>
  archive === undefined ? maintainer : `${maintainer} [${archive.replaceAll(/[[\]]/g, ' ').trim()}]`.trim();

/** The archive that a publisher names; undefined: none. */
export const archiveIn = (publisher: string): string | undefined => ARCHIVE.exec(publisher)?.[1]?.trim();
