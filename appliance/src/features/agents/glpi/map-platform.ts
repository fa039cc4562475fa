import type { Item } from '../../../engine/inventory/types.ts';
import { cleanMacs, cleanSerial, cleanUuid } from '../../../platform/hardware-identity.ts';
import { addressesOf, flag, item, known, line, macOf, timeOf } from './fields.ts';
import type { MapContext } from './map-types.ts';
import type { Row } from './message.ts';
import { isDpkgVendor } from './system.ts';

const firstRow = (rows: readonly Row[]): Row => rows[0] ?? {};

const debianArch: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'armhf',
  i686: 'i386',
  i386: 'i386',
};

const virtualKinds: Readonly<Record<string, string>> = {
  qemu: 'kvm',
  kvm: 'kvm',
  'hyper-v': 'hyper-v',
  'virtual machine': 'virtual',
};

/** What a virtual machine runs in; undefined for bare metal and where the report does not say. */
const vmKind = (hardware: Row): string | undefined => {
  const kind = known(hardware, 'vmsystem', 50)?.toLowerCase();
  return kind === undefined || kind === 'physical' ? undefined : (virtualKinds[kind] ?? kind);
};

const codenameOf = (fullName: string): string | undefined => /\(([a-z]{3,30})\)/.exec(fullName)?.[1];

/** The kinds of packages beside the system's own that these agents list where they are: by the name that they give themselves. */
const packageKindsOf = ({ system, rows }: MapContext): string[] => {
  const client = line(rows('versionclient')[0] ?? {}, 'value', 100) ?? '';
  if (system.family !== 'linux') return [];
  if (client.startsWith('GLPI-Agent_')) return ['flatpak', 'snap'];
  return client.startsWith('FusionInventory-Agent_') ? ['snap'] : [];
};

export const platformItems = (_: readonly Row[], context: MapContext): Item[] => {
  const { system, offsetMinutes } = context;
  const os = firstRow(context.rows('operatingsystem'));
  const hardware = firstRow(context.rows('hardware'));
  if (system.vendor === '') return [];
  const fullName = line(os, 'full_name', 200) ?? line(hardware, 'oscomments', 200) ?? '';
  const version = line(os, 'version', 200);
  const [cpu = {}] = context.rows('cpus');
  const arch = line(os, 'arch', 50) ?? (context.isOcs ? line(cpu, 'arch', 50) : undefined);
  return [
    item({
      vendor: system.vendor,
      name: line(os, 'full_name', 200) ?? line(os, 'name', 200) ?? line(hardware, 'osname', 200),
      release: system.release,
      codename: codenameOf(fullName),
      build: line(os, 'service_pack', 200) ?? version,
      arch: arch !== undefined && isDpkgVendor(system.vendor) ? (debianArch[arch] ?? arch) : arch,
      kernel: system.family === 'windows' ? undefined : line(os, 'kernel_version', 200),
      installedAt: timeOf(os, 'install_date', { offsetMinutes }),
      vmType: vmKind(hardware),
      packageKinds: packageKindsOf(context),
    }),
  ];
};

const softwareInterface = /^(?:lo\d*$|docker|veth|br-|virbr|vnet|tun|tap|wg|cni|flannel|cali|dummy|ifb|bond_slave)/;

/** Rows of interfaces that have a device behind them. */
export const isCard = (row: Row): boolean =>
  flag(row, 'virtualdev') !== true &&
  !/^(?:loopback|local loopback|bridge|dialup|alias)$/i.test(line(row, 'type') ?? '') &&
  !softwareInterface.test(line(row, 'description') ?? '');

/** The hardware addresses that tell a device from others. */
export const macsOf = (networks: readonly Row[]): string[] =>
  cleanMacs(networks.filter(isCard).map((row) => macOf(row, 'mac') ?? ''));

/** The UUID and serial of the firmware, without placeholders. */
export const uuidOf = (hardware: Row): string | null => cleanUuid(line(hardware, 'uuid', 64));
export const serialOf = (bios: Row): string | null =>
  cleanSerial(line(bios, 'ssn', 128) ?? line(bios, 'enclosureserial', 128));

export const nameItems = (rows: readonly Row[], { system, message }: MapContext): Item[] => {
  const hardware = firstRow(rows);
  const name = line(hardware, 'name', 255);
  const isWindows = system.family === 'windows';
  const kind = vmKind(hardware);
  return [
    item({
      name: name?.split('.')[0],
      windowsName: isWindows ? name : undefined,
      windowsDomain: isWindows ? line(hardware, 'workgroup', 255) : undefined,
      osType: system.family === 'other' ? system.vendor.slice(0, 50) : system.family,
      isVirtual: known(hardware, 'vmsystem') === undefined ? undefined : kind !== undefined,
      hypervisor: kind,
      uuid: uuidOf(hardware) ?? undefined,
      agentTag: line({ tag: message.tag }, 'tag', 256),
    }),
  ];
};

export const domainItems = (rows: readonly Row[]): Item[] => {
  const os = firstRow(rows);
  const fqdn = line(os, 'fqdn', 255);
  const full = fqdn?.includes('.') === true ? fqdn.toLowerCase() : undefined;
  return [
    item({
      dnsName: full,
      dnsDomain: line(os, 'dns_domain', 255)?.toLowerCase() ?? full?.slice(full.indexOf('.') + 1),
    }),
  ];
};

export const addressItems = (rows: readonly Row[]): Item[] => {
  const all = (name: string, version: 4 | 6): string[] =>
    [...new Set(rows.flatMap((row) => addressesOf(row, name, version)))].sort();
  return [item({ ipv4: all('ipaddress', 4), ipv6: all('ipaddress6', 6), macs: macsOf(rows) })];
};

export const serialItems = (rows: readonly Row[]): Item[] => [item({ serial: serialOf(firstRow(rows)) ?? undefined })];

export const activityItems = (rows: readonly Row[], { offsetMinutes }: MapContext): Item[] => [
  item({ bootedAt: timeOf(firstRow(rows), 'boot_time', { offsetMinutes }) }),
];
