import type { Item } from '../../../engine/inventory/types.ts';
import { amount, item, known, line, timeOf } from './fields.ts';
import type { MapContext } from './map-types.ts';
import type { Row } from './message.ts';
import { isDpkgVendor } from './system.ts';

// Packages in the same form as our own agent's, so that one package is one item of the site by whatever source it came.

const encode = encodeURIComponent;
/** `:` and `+` stay as they are in a version, as the reference library writes them. */
const encodeVersion = (version: string): string => encode(version).replaceAll('%3A', ':').replaceAll('%2B', '+');

const purlOf = (type: 'deb' | 'rpm', vendor: string, name: string, version: string, arch: string | undefined): string =>
  `pkg:${type}/${encode(vendor)}/${encode(type === 'deb' ? name.toLowerCase() : name)}@${encodeVersion(version)}${
    arch === undefined ? '' : `?arch=${encode(arch)}`
  }`;

const bytesPerKb = 1_024;

const debItem = (row: Row, { system, isOcs, offsetMinutes }: MapContext): Item => {
  const arch = line(row, 'arch', 50);
  // OCS names packages of several architectures as dpkg does: `libc6:amd64`.
  const name = (line(row, 'name') ?? '').replace(/:[a-z0-9-]+$/, '');
  const version = line(row, 'version') ?? '';
  return item({
    purl: version === '' ? undefined : purlOf('deb', system.vendor || 'debian', name, version, arch),
    type: 'deb',
    name,
    version,
    arch,
    // Both agents put something else than the maintainer into `publisher`: the distribution, or the home page.
    installedAt: timeOf(row, 'install_date', { offsetMinutes, monthFromZero: isOcs }),
    sizeKb: amount(row, 'filesize', 1 / bytesPerKb),
  });
};

const rpmItem = (row: Row, { system, offsetMinutes }: MapContext): Item => {
  const arch = line(row, 'arch', 50);
  const name = line(row, 'name') ?? '';
  const version = (line(row, 'version') ?? '').replace(/^(?:0|\(none\)):/, '');
  return item({
    purl: version === '' ? undefined : purlOf('rpm', system.vendor, name, version, arch),
    type: 'rpm',
    name,
    version,
    arch,
    publisher: known(row, 'publisher'),
    installedAt: timeOf(row, 'install_date', { offsetMinutes }),
    sizeKb: amount(row, 'filesize', 1 / bytesPerKb),
  });
};

const typeByFamily: Readonly<Record<MapContext['system']['family'], string>> = {
  linux: 'other',
  windows: 'windows',
  macos: 'macos',
  other: 'other',
};

const otherItem = (row: Row, { system, offsetMinutes }: MapContext): Item => {
  const from = line(row, 'from', 30)?.toLowerCase();
  const isSystems = from === undefined || from === 'registry' || system.family !== 'linux';
  return item({
    type: isSystems ? typeByFamily[system.family] : from,
    name: line(row, 'name'),
    version: known(row, 'version'),
    arch: line(row, 'arch', 50),
    publisher: known(row, 'publisher'),
    installedAt: timeOf(row, 'install_date', { offsetMinutes }),
    uninstallCommand: line(row, 'uninstall_string', 1_024),
    sizeKb: amount(row, 'filesize', 1 / bytesPerKb),
  });
};

/** Windows lists its updates among the programs. */
const updatePattern = /\bKB\d{6,8}\b/i;
const isUpdate = (row: Row): boolean =>
  updatePattern.test(line(row, 'name') ?? '') &&
  /^(?:KB\d|.*\b(?:update|hotfix|security)\b)|^.*обновлени/i.test(line(row, 'name') ?? '');

export const softwareItems = (rows: readonly Row[], context: MapContext): Item[] =>
  rows
    .filter((row) => line(row, 'name') !== undefined && !(context.system.family === 'windows' && isUpdate(row)))
    .map((row) => {
      const from = line(row, 'from', 30)?.toLowerCase();
      if (from === 'deb' || (from === undefined && isDpkgVendor(context.system.vendor))) return debItem(row, context);
      return from === 'rpm' ? rpmItem(row, context) : otherItem(row, context);
    });

export const updateItems = (rows: readonly Row[], { system, offsetMinutes }: MapContext): Item[] =>
  system.family !== 'windows'
    ? []
    : rows.filter(isUpdate).map((row) => {
        const title = line(row, 'name', 500) ?? '';
        return item({
          update: updatePattern.exec(title)?.[0]?.toUpperCase(),
          title,
          state: 'installed',
          kind: /security|безопасност/i.test(`${title} ${line(row, 'release_type') ?? ''}`) ? 'security' : undefined,
          installedAt: timeOf(row, 'install_date', { offsetMinutes }),
        });
      });

export const databaseItems = (rows: readonly Row[]): Item[] =>
  rows
    .filter((row) => line(row, 'name') !== undefined)
    .map((row) =>
      item({
        type: 'database',
        name: line(row, 'name'),
        version: known(row, 'version'),
        publisher: known(row, 'manufacturer'),
      }),
    );

/** Remote control programs by their name alone: the number lets one in. */
export const remoteControlItems = (rows: readonly Row[]): Item[] =>
  rows
    .filter((row) => line(row, 'type') !== undefined)
    .map((row) => item({ type: 'remote-control', name: line(row, 'type'), version: known(row, 'version') }));
