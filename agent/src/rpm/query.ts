import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import type { RpmKey } from './signers.ts';

// Installed packages of rpm's database, whatever its format is: rpm itself is asked, with a query of our own whose columns
// do not depend on its settings.

type RpmPackage = {
  name: string;
  /** `[epoch:]version-release`, as advisories write it. */
  evr: string;
  arch: string;
  vendor: string;
  source: string;
  sourceVersion: string;
  installedSeconds: number | undefined;
  sizeBytes: number | undefined;
  /** `name:stream:version:context:arch` of the module that it belongs to. */
  module: string;
  /** Of the key that signed it, in hex; empty: it is not signed. */
  keyId: string;
};

const maxRpmPackages = 50_000;
const maxOutputBytes = 128 * 1024 * 1024;
const timeoutMs = 120_000;

const columns = [
  '%{NAME}',
  '%|EPOCH?{%{EPOCH}}:{0}|',
  '%{VERSION}',
  '%{RELEASE}',
  '%{ARCH}',
  '%|VENDOR?{%{VENDOR}}:{}|',
  '%|SOURCERPM?{%{SOURCERPM}}:{}|',
  '%|INSTALLTIME?{%{INSTALLTIME}}:{}|',
  '%|LONGSIZE?{%{LONGSIZE}}:{}|',
  '%|MODULARITYLABEL?{%{MODULARITYLABEL}}:{}|',
  // Of the header where that is signed, as today, else of the header with the content.
  ['DSAHEADER', 'RSAHEADER', 'SIGGPG', 'SIGPGP'].reduceRight(
    (rest, tag) => `%|${tag}?{%{${tag}:pgpsig}}:{${rest}}|`,
    '',
  ),
  '%|PACKAGER?{%{PACKAGER}}:{}|',
];

/** rpm keeps the public keys that it trusts as packages, their owners as packagers. */
const keyPackage = 'gpg-pubkey';

/** The query; no value of rpm holds a tab or a line feed in these columns. */
const rpmQuery = `${columns.join('\\t')}\\n`;

/** Where rpm keeps its database: the newer place first. */
const folders = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];
const databases = ['rpmdb.sqlite', 'Packages.db', 'Packages'];

/** The database of a root: its folder and its file; undefined where rpm installed nothing. */
export const rpmDatabase = (files: RootFiles): { folder: string; file: string } | undefined => {
  for (const folder of folders) {
    const name = databases.find((one) => files.has(`${folder}/${one}`));
    if (name !== undefined) return { folder, file: `${folder}/${name}` };
  }
  return undefined;
};

const whole = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

const toPackage = (line: string): RpmPackage | undefined => {
  const cells = line.split('\t');
  if (cells.length !== columns.length) return undefined;
  const [name = '', epoch = '', version = '', release = '', arch = '', vendor = '', source = ''] = cells;
  const [installed = '', size = '', module = '', signature = ''] = cells.slice(7);
  if (name === '' || version === '' || name === keyPackage) return undefined;
  const evr = `${epoch === '0' || !/^\d+$/.test(epoch) ? '' : `${epoch}:`}${version}-${release}`;
  const from = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(source);
  return {
    name,
    evr,
    arch: arch === '(none)' ? '' : arch,
    vendor,
    source: from?.[1] ?? name,
    sourceVersion: from?.[2] ?? `${version}-${release}`,
    installedSeconds: whole(installed),
    sizeBytes: whole(size),
    // Without a label rpm may print a word for none.
    module: module === '(none)' ? '' : module,
    keyId: /Key ID ([0-9a-f]{8,40})$/i.exec(signature)?.[1]?.toLowerCase() ?? '',
  };
};

/** Packages from what the query printed. */
export const parseRpmQuery = (text: string): RpmPackage[] =>
  text
    .split('\n')
    .map(toPackage)
    .filter((found) => found !== undefined)
    .slice(0, maxRpmPackages);

/** The keys that rpm trusts, from what the query printed: the version is the end of the id, or all of the fingerprint. */
export const parseRpmKeys = (text: string): RpmKey[] =>
  text.split('\n').flatMap((line) => {
    const cells = line.split('\t');
    const [id = '', owner = ''] = [cells[2], cells[columns.length - 1]];
    return cells[0] === keyPackage && /^[0-9a-f]{8,64}$/i.test(id) ? [{ id: id.toLowerCase(), owner }] : [];
  });

/** A package URL of an .rpm: qualifiers in the order of the alphabet, the epoch among them. */
export const rpmPurl = (vendor: string, found: Pick<RpmPackage, 'name' | 'evr' | 'arch' | 'module'>): string => {
  const [, epoch, version = found.evr] = /^(\d+):(.*)$/.exec(found.evr) ?? [];
  const qualifiers = [
    ...(found.arch === '' ? [] : [`arch=${encodeURIComponent(found.arch)}`]),
    ...(epoch === undefined ? [] : [`epoch=${epoch}`]),
    ...(found.module === '' ? [] : [`rpmmod=${encodeURIComponent(found.module).replaceAll('%3A', ':')}`]),
  ];
  const encoded = encodeURIComponent(version).replaceAll('%3A', ':').replaceAll('%2B', '+');
  const query = qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`;
  return `pkg:rpm/${encodeURIComponent(vendor.toLowerCase())}/${encodeURIComponent(found.name)}@${encoded}${query}`;
};

/** What rpm has installed below a root, and the keys that it trusts; none where it has no database. Throws when rpm does not answer. */
export const rpmPackages = async (files: RootFiles): Promise<{ packages: RpmPackage[]; keys: RpmKey[] }> => {
  const database = rpmDatabase(files);
  if (database === undefined) return { packages: [], keys: [] };
  const asked = await runChild({
    command: 'rpm',
    args: ['--dbpath', files.path(database.folder), '-qa', '--queryformat', rpmQuery],
    timeoutMs,
    maxOutputBytes,
  });
  if (asked.exit !== 0) throw new Error(`rpm ended with ${String(asked.exit)}: ${asked.output.slice(0, 300)}`);
  return { packages: parseRpmQuery(asked.stdout), keys: parseRpmKeys(asked.stdout) };
};
