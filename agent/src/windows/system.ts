import type { EnrolDevice } from '@sallyport/bundle-tools/protocol/enrol';
import { type Item, item } from '../collectors/collector.ts';
import { flagOf, numberOf, type Row, rowOf, rowsOf, textOf, textsOf, timeOf } from './report.ts';

// Identity, platform and activity from the section `system`.

const virtualModels: ReadonlyArray<readonly [RegExp, string]> = [
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/qemu|kvm|standard pc/i, 'kvm'],
  [/xen|hvm domu/i, 'xen'],
  [/microsoft corporation virtual machine/i, 'hyper-v'],
  [/parallels/i, 'parallels'],
  [/amazon ec2/i, 'amazon'],
  [/google/i, 'google'],
  [/openstack/i, 'openstack'],
];

/** HypervisorPresent alone says little: it is true on a machine that is itself a Hyper-V host. */
const virtualKind = (computer: Row): string | undefined => {
  const model = `${textOf(computer, 'Manufacturer')} ${textOf(computer, 'Model')}`;
  return virtualModels.find(([pattern]) => pattern.test(model))?.[1];
};

/** DomainRole: stand-alone and member workstation, stand-alone and member server, two kinds of domain controllers. */
const domainTypes = ['workgroup', 'domain', 'workgroup', 'domain', 'domain', 'domain'] as const;

const macOf = (text: string): string => {
  const mac = text.toLowerCase().replaceAll('-', ':');
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== '00:00:00:00:00:00' ? mac : '';
};

const addressesOf = (system: Row): string[] =>
  [...new Set(rowsOf(system, 'network').flatMap((row) => textsOf(row, 'IPAddress', 45)))].sort();

const macsOf = (system: Row): string[] =>
  [...new Set(rowsOf(system, 'network').map((row) => macOf(textOf(row, 'MACAddress'))))]
    .filter((mac) => mac !== '')
    .sort()
    .slice(0, 64);

/** Numbers that firmware prints for "none". */
const realSerial = (text: string): string =>
  /^(?:0+|none|default string|system serial number|to be filled.*|not specified|not applicable)$/i.test(text)
    ? ''
    : text;

const realUuid = (text: string): string =>
  new Set(text.replace(/[^0-9a-f]/gi, '').toLowerCase()).size > 3 ? text.toLowerCase() : '';

export const windowsIdentity = (system: Row): Item => {
  const computer = rowOf(system, 'computer');
  const kind = virtualKind(computer);
  const name = textOf(computer, 'DNSHostName', 255) || textOf(computer, 'Name', 255);
  const isMember = flagOf(computer, 'PartOfDomain') === true;
  const domain = textOf(computer, 'Domain', 255);
  const dnsDomain = isMember && domain.includes('.') ? domain : '';
  const product = rowOf(system, 'product');
  const addresses = addressesOf(system);
  return item({
    name,
    windowsName: textOf(computer, 'Name', 255),
    windowsDomain: domain,
    windowsDomainType: domainTypes[numberOf(computer, 'DomainRole') ?? -1] ?? (isMember ? 'domain' : 'workgroup'),
    dnsName: dnsDomain === '' ? undefined : `${name}.${dnsDomain}`.slice(0, 255),
    dnsDomain,
    networkLocation: textOf(rowOf(system, 'site'), 'DynamicSiteName', 255),
    ipv4: addresses.filter((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address)),
    ipv6: addresses.filter((address) => address.includes(':') && !/^fe80:/i.test(address)),
    macs: macsOf(system),
    osType: 'windows',
    isVirtual: kind !== undefined,
    hypervisor: kind,
    uuid: realUuid(textOf(product, 'UUID', 64)),
    serial: realSerial(textOf(product, 'IdentifyingNumber', 128)),
  });
};

const archOf = (text: string): string =>
  /arm.*64|64.*arm/i.test(text) ? 'arm64' : /64/.test(text) ? 'amd64' : /32|x86/i.test(text) ? 'i386' : text;

/** 4: downloads and installs by itself. Without a policy Windows does so too. */
const updateAgent = (system: Row): string | undefined => {
  const service = rowOf(system, 'updateService');
  if (/^disabled$/i.test(textOf(service, 'StartMode'))) return 'off';
  const options = rowOf(system, 'updateOptions');
  if (numberOf(options, 'NoAutoUpdate') === 1) return 'manual';
  const mode = numberOf(options, 'AUOptions');
  return mode === undefined || mode === 4 ? 'automatic' : 'manual';
};

const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : '').slice(0, 255);

export const windowsPlatform = (system: Row): Item => {
  const os = rowOf(system, 'os');
  const version = rowOf(system, 'version');
  const revision = numberOf(version, 'UBR');
  const build = textOf(os, 'Version', 100);
  return item({
    vendor: 'windows',
    name: textOf(os, 'Caption', 200),
    release: textOf(version, 'DisplayVersion', 100) || textOf(version, 'ReleaseId', 100) || build,
    codename: textOf(version, 'EditionID', 100),
    build: revision === undefined ? build : `${build}.${revision}`,
    arch: archOf(`${textOf(os, 'OSArchitecture')} ${textOf(rowOf(system, 'computer'), 'SystemType')}`.trim()),
    kernel: build,
    installedAt: timeOf(os['InstallDate']),
    systemFolder: textOf(os, 'WindowsDirectory', 260),
    updateAgentState: updateAgent(system),
    managingServer: hostOf(textOf(rowOf(system, 'updatePolicy'), 'WUServer')),
    vmType: virtualKind(rowOf(system, 'computer')),
  });
};

export const windowsActivity = (system: Row, hotfix: Row): Item => {
  const restart = rowOf(system, 'restart');
  const reasons = [
    ...(flagOf(restart, 'servicing') === true ? ['component servicing'] : []),
    ...(flagOf(restart, 'update') === true ? ['Windows Update'] : []),
    ...((numberOf(restart, 'renames') ?? 0) > 0 ? ['files to be renamed'] : []),
  ];
  const updated = rowsOf(hotfix, 'installed')
    .map((row) => timeOf(row['InstalledOn']))
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
  return item({
    lastUpdateAt: updated,
    // Renames alone wait on most machines: an installer left a temporary file behind.
    restartPending: flagOf(restart, 'servicing') === true || flagOf(restart, 'update') === true,
    restartReasons: reasons,
    bootedAt: timeOf(rowOf(system, 'os')['LastBootUpTime']),
  });
};

/** What a Windows computer says about itself at enrolment. */
export const windowsDeviceFacts = (system: Row, fallbackId: string): EnrolDevice => {
  const identity = windowsIdentity(system);
  const own = fallbackId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    uuid: typeof identity['uuid'] === 'string' ? identity['uuid'] : own,
    serial: typeof identity['serial'] === 'string' ? identity['serial'] : null,
    macs: macsOf(system),
    hostname: String(identity['name'] ?? ''),
    os: `windows ${String(windowsPlatform(system)['build'] ?? '')}`.slice(0, 128),
    arch: process.arch,
  };
};
