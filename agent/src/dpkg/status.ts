// /var/lib/dpkg/status: stanzas of `Field: value` lines; lines that start with a space continue the field before.

export type InstalledPackage = {
  name: string;
  version: string;
  arch: string;
  source: string;
  sourceVersion: string;
  /** The maintainer's name without the address. */
  maintainer: string;
  /** The distribution that it says to be from (`Origin`); few say so. */
  origin: string | undefined;
  sizeKb: number | undefined;
};

const wanted = new Set([
  'Package',
  'Status',
  'Version',
  'Architecture',
  'Source',
  'Maintainer',
  'Origin',
  'Installed-Size',
]);
const maxPackages = 100_000;

const fieldsOf = (stanza: string): Map<string, string> => {
  const fields = new Map<string, string>();
  for (const line of stanza.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith(' ') || line.startsWith('\t')) continue;
    const name = line.slice(0, colon);
    if (wanted.has(name) && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
};

const toPackage = (fields: ReadonlyMap<string, string>): InstalledPackage | undefined => {
  const name = fields.get('Package') ?? '';
  const version = fields.get('Version') ?? '';
  // `hold ok installed` is installed too; `deinstall ok config-files` and half-installed ones are not.
  if (name === '' || version === '' || !/^\S+ ok installed$/.test(fields.get('Status') ?? '')) return undefined;
  const source = /^(\S+)(?:\s+\((.+)\))?$/.exec(fields.get('Source') ?? '');
  const size = Number(fields.get('Installed-Size') ?? Number.NaN);
  return {
    name,
    version,
    arch: fields.get('Architecture') ?? '',
    source: source?.[1] ?? name,
    sourceVersion: source?.[2] ?? version,
    maintainer: (fields.get('Maintainer') ?? '').replace(/\s*<[^>]*>.*$/, ''),
    origin: fields.get('Origin')?.slice(0, 100),
    sizeKb: Number.isSafeInteger(size) && size >= 0 ? size : undefined,
  };
};

/** The packages that are installed. */
export const parseDpkgStatus = (text: string): InstalledPackage[] =>
  text
    .split(/\n(?:[ \t]*\n)+/)
    .map((stanza) => toPackage(fieldsOf(stanza)))
    .filter((found) => found !== undefined)
    .slice(0, maxPackages);

/** A package URL of a .deb, in the spelling of the reference library: `:` and `+` stay as they are in a version only. */
export const debPurl = (vendor: string, found: Pick<InstalledPackage, 'name' | 'version' | 'arch'>): string => {
  const namespace = encodeURIComponent(vendor.toLowerCase());
  const name = encodeURIComponent(found.name.toLowerCase());
  const version = encodeURIComponent(found.version).replaceAll('%3A', ':').replaceAll('%2B', '+');
  const arch = found.arch === '' ? '' : `?arch=${encodeURIComponent(found.arch)}`;
  return `pkg:deb/${namespace}/${name}@${version}${arch}`;
};

type TroubledPackage = { name: string; version: string; state: string };

/** Packages whose installation stopped halfway: dpkg has to be run again for them. */
export const dpkgTroubled = (text: string): TroubledPackage[] =>
  text
    .split(/\n(?:[ \t]*\n)+/)
    .map((stanza) => fieldsOf(stanza))
    .map((fields) => ({
      name: fields.get('Package') ?? '',
      version: fields.get('Version') ?? '',
      state: /^\S+ \S+ (half-installed|unpacked|half-configured)$/.exec(fields.get('Status') ?? '')?.[1] ?? '',
    }))
    .filter((found) => found.name !== '' && found.version !== '' && found.state !== '')
    .slice(0, maxPackages);
