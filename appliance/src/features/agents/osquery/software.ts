import type { Item } from '../../../engine/inventory/types.ts';
import { amount, type ItemsOf, item, type Row, type System, sortedDistinct, text, time, whole } from './rows.ts';

// Packages in the same form as our own agent's: a package that two devices report through different sources is one item of
// the site, and matching does not see by which source it came.

const byVendor: Readonly<Record<string, string>> = { 'red hat enterprise linux': 'rhel', darwin: 'macos' };

/** The system of a row of `os_version`. */
export const systemOf = (row: Row | undefined): System => {
  const platform = text(row, 'platform', 100).toLowerCase();
  const vendor = byVendor[platform] ?? platform;
  const version = text(row, 'version', 100);
  const numbers = /\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  const major = whole(row, 'major');
  // osquery adds a point release and a code name that VERSION_ID does not have: `22.04.5 LTS (Jammy Jellyfish)`.
  if (vendor === 'ubuntu') return { vendor, release: numbers.split('.').slice(0, 2).join('.') };
  if (vendor === 'debian')
    return { vendor, release: major === undefined || major === 0 ? (numbers.split('.')[0] ?? '') : String(major) };
  return { vendor, release: numbers || (major === undefined ? '' : String(major)) };
};

const encode = (part: string): string => encodeURIComponent(part);
/** `:` and `+` stay as they are in a version, as the reference library writes them. */
const encodeVersion = (version: string): string => encode(version).replaceAll('%3A', ':').replaceAll('%2B', '+');

const purl = (type: string, vendor: string, name: string, version: string, arch: string): string => {
  const namespace = vendor === '' ? '' : `${encode(vendor.toLowerCase())}/`;
  return `pkg:${type}/${namespace}${name}@${encodeVersion(version)}${arch === '' ? '' : `?arch=${encode(arch)}`}`;
};

/** A row of `deb_packages`; its source column is `glibc` or `glibc (2.41-12)`, and empty where the names are the same. */
const debItem = (row: Row, { vendor }: System): Item | undefined => {
  const name = text(row, 'name');
  const version = text(row, 'version');
  if (name === '' || version === '') return undefined;
  const arch = text(row, 'arch', 50);
  const source = /^(\S+)(?:\s+\((.+)\))?$/.exec(text(row, 'source'));
  return item({
    purl: purl('deb', vendor || 'debian', encode(name.toLowerCase()), version, arch),
    type: 'deb',
    name,
    version,
    arch,
    publisher: text(row, 'maintainer', 512)
      .replace(/\s*<[^>]*>.*$/, '')
      .slice(0, 256),
    source: source?.[1] ?? name,
    sourceVersion: source?.[2] ?? version,
    sizeKb: amount(row, 'size'),
  });
};

/** A row of `rpm_packages`: version and release are two columns, an epoch of zero is none. */
const rpmItem = (row: Row, { vendor }: System): Item | undefined => {
  const name = text(row, 'name');
  const upstream = text(row, 'version', 200);
  if (name === '' || upstream === '') return undefined;
  const release = text(row, 'release', 100);
  const arch = text(row, 'arch', 50);
  const epoch = amount(row, 'epoch');
  const version = `${epoch === undefined ? '' : `${epoch}:`}${upstream}${release === '' ? '' : `-${release}`}`;
  const sizeBytes = amount(row, 'size');
  const source = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(text(row, 'source'));
  return item({
    purl: purl('rpm', vendor, encode(name), version, arch),
    type: 'rpm',
    name,
    version,
    arch,
    publisher: text(row, 'vendor'),
    source: source?.[1] ?? '',
    sourceVersion: source?.[2] ?? '',
    installedAt: time(row, 'install_time'),
    sizeKb: sizeBytes === undefined ? undefined : Math.round(sizeBytes / 1024),
  });
};

/** A package of a language's own manager. */
const languageItem = (row: Row, type: 'python' | 'npm'): Item | undefined => {
  const name = text(row, 'name');
  const version = text(row, 'version');
  if (name === '' || version === '') return undefined;
  const path = type === 'npm' ? name.split('/').map(encode).join('/') : encode(name);
  return item({
    purl: purl(type === 'npm' ? 'npm' : 'pypi', '', path, version, ''),
    type,
    name,
    version,
    publisher: text(row, 'author'),
  });
};

/** A row of `docker_images`, as our own agent names them: each of its tags, with the digest of the image. */
const imageItems = (row: Row): Item[] => {
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(text(row, 'id', 80))?.[1];
  if (digest === undefined) return [];
  const tags = text(row, 'tags', 4_096)
    .split(',')
    .map((tag) => tag.trim().slice(0, 256))
    .filter((tag) => tag !== '');
  return (tags.length === 0 ? ['<none>'] : tags).map((name) =>
    item({ type: 'container', name, version: `sha256:${digest}` }),
  );
};

/** `20260419` of the uninstall list. */
const installDay = (row: Row): string | undefined => {
  const day = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text(row, 'install_date', 20));
  const made = day === null ? '' : `${day[1]}-${day[2]}-${day[3]}T00:00:00Z`;
  return Number.isNaN(Date.parse(made)) ? undefined : made;
};

/** A row of `programs`: what Windows lists as installed. */
const programItem = (row: Row): Item | undefined => {
  const name = text(row, 'name');
  if (name === '') return undefined;
  return item({
    type: 'windows',
    name,
    version: text(row, 'version'),
    publisher: text(row, 'publisher'),
    installedAt: installDay(row),
    uninstallCommand: text(row, 'uninstall_string', 1_024),
  });
};

/** A row of `apps`: a bundle of macOS. */
const appItem = (row: Row): Item | undefined => {
  const name = text(row, 'bundle_name') || text(row, 'name').replace(/\.app$/, '');
  if (name === '') return undefined;
  return item({
    type: 'macos',
    name,
    version: text(row, 'bundle_short_version') || text(row, 'bundle_version'),
    source: text(row, 'bundle_identifier'),
  });
};

/** Packages and programs. */
export const softwareItems: ItemsOf = (answers, system) =>
  sortedDistinct(
    [
      ...(answers['software.deb_packages'] ?? []).map((row) => debItem(row, system)),
      ...(answers['software.rpm_packages'] ?? []).map((row) => rpmItem(row, system)),
      ...(answers['software.python_packages'] ?? []).map((row) => languageItem(row, 'python')),
      ...(answers['software.npm_packages'] ?? []).map((row) => languageItem(row, 'npm')),
      ...(answers['software.docker_images'] ?? []).flatMap(imageItems),
      ...(answers['software.programs'] ?? []).map(programItem),
      ...(answers['software.apps'] ?? []).map(appItem),
    ].filter((one) => one !== undefined),
    'type',
    'name',
    'arch',
    'version',
  );
