import { isIP } from 'node:net';
import type { Item } from '../../../engine/inventory/types.ts';
import { cleanMacs, cleanSerial, cleanUuid } from '../../../platform/hardware-identity.ts';
import { hardwareUuid } from './hardware-uuid.ts';
import {
  amount,
  hexId,
  type ItemsOf,
  item,
  known,
  ownBlockDevice,
  type Row,
  type System,
  text,
  time,
  whole,
} from './rows.ts';

const virtualMakers: ReadonlyArray<readonly [RegExp, string]> = [
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/qemu|kvm|bochs/i, 'kvm'],
  [/xen/i, 'xen'],
  [/microsoft corporation virtual/i, 'hyper-v'],
  [/parallels/i, 'parallels'],
  [/amazon ec2/i, 'amazon'],
  [/google compute engine/i, 'google'],
  [/openstack/i, 'openstack'],
];

const hypervisorOf = (row: Row | undefined): string | undefined => {
  const made = `${text(row, 'hardware_vendor')} ${text(row, 'hardware_model')}`;
  return virtualMakers.find(([pattern]) => pattern.test(made))?.[1];
};

const osTypeOf = ({ vendor }: System): string => (vendor === 'windows' || vendor === 'macos' ? vendor : 'linux');

const addressesOf = (rows: readonly Row[], family: 4 | 6): string[] =>
  [...new Set(rows.map((row) => text(row, 'address', 64).replace(/%.*$/, '').toLowerCase()))]
    .filter((address) => isIP(address) === family && !/^(?:127\.|::1$|fe80:)/.test(address))
    .sort();

/** What the machine is called and where it is. */
export const identityItems: ItemsOf = (answers, system) => {
  const [row] = answers['identity'] ?? [];
  const name = text(row, 'hostname', 255).replace(/\.$/, '');
  const [short = ''] = name.split('.');
  const hypervisor = hypervisorOf(row);
  const addresses = answers['identity.addresses'] ?? [];
  return [
    item({
      name: short,
      dnsName: name.includes('.') ? name : '',
      dnsDomain: name.includes('.') ? name.slice(short.length + 1) : '',
      windowsName: system.vendor === 'windows' ? text(row, 'computer_name', 255) : '',
      ipv4: addressesOf(addresses, 4),
      ipv6: addressesOf(addresses, 6),
      macs: cleanMacs((answers['identity.interfaces'] ?? []).map((one) => text(one, 'mac', 20))),
      osType: osTypeOf(system),
      isVirtual: hypervisor !== undefined,
      hypervisor,
      uuid: cleanUuid(hardwareUuid(row)) ?? '',
      serial: cleanSerial(text(row, 'hardware_serial', 128)) ?? '',
    }),
  ];
};

/** dpkg's words for the machines that osquery names as the kernel does. */
const debianArch: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'armhf',
  i686: 'i386',
};

/** What the operating system is. */
/** The kinds of packages beside the system's own that were asked for: a question that failed or that it has no table for says nothing. */
const packageKinds: ReadonlyArray<readonly [question: string, kind: string]> = [
  ['software.docker_images', 'container'],
  ['software.npm_packages', 'npm'],
  ['software.python_packages', 'python'],
];

export const platformItems: ItemsOf = (answers, { vendor, release }) => {
  const [row] = answers['platform'] ?? [];
  const arch = text(row, 'arch', 50);
  const isDebian = vendor === 'debian' || text(row, 'platform_like').includes('debian');
  if (vendor === '') return [];
  return [
    item({
      vendor,
      name: [text(row, 'name', 100), text(row, 'version', 99)].filter((part) => part !== '').join(' '),
      release,
      codename: text(row, 'codename', 100),
      build: text(row, 'build', 200),
      arch: (isDebian ? debianArch[arch] : undefined) ?? arch,
      kernel: text(answers['platform.kernel']?.[0], 'version', 200),
      installedAt: time(row, 'install_date'),
      packageKinds: packageKinds.flatMap(([question, kind]) => (answers[question] === undefined ? [] : [kind])),
    }),
  ];
};

const minuteSeconds = 60;

/** When it started, and whether it waits for a restart. */
export const activityItems: ItemsOf = (answers, { vendor }) => {
  const [row] = answers['activity'] ?? [];
  const now = whole(row, 'unix_time');
  const up = whole(row, 'total_seconds');
  // Both clocks are cut to seconds, so their difference wavers; to the minute it is the same each time.
  const booted =
    now === undefined || up === undefined ? undefined : Math.round((now - up) / minuteSeconds) * minuteSeconds;
  const marked = (answers['activity.restart'] ?? []).length > 0;
  const saysSo = vendor === 'debian' || vendor === 'ubuntu';
  return [
    item({
      bootedAt: booted === undefined ? undefined : time({ booted: String(booted) }, 'booted'),
      restartPending: marked || (saysSo ? false : undefined),
    }),
  ];
};

const mibBytes = 1024 * 1024;
const virtualInterface = /^(?:lo|docker|br-|veth|virbr|vnet|tun|tap|wg)\d*/;

/** Equal parts are told apart by their number. */
const numbered = (items: readonly Item[]): Item[] => {
  const seen = new Map<string, number>();
  return items.map((one) => {
    const key = ['type', 'subtype', 'model', 'serial', 'slot'].map((field) => String(one[field] ?? '')).join('\0');
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? one : { ...one, slot: `${String(one['slot'] ?? '')}#${times}` };
  });
};

/** The parts of the machine. */
export const hardwareItems: ItemsOf = (answers) => {
  const [row] = answers['hardware'] ?? [];
  const items = [
    item({
      type: 'system',
      maker: known(row, 'hardware_vendor'),
      model: known(row, 'hardware_model'),
      serial: known(row, 'hardware_serial'),
    }),
    item({
      type: 'board',
      maker: known(row, 'board_vendor'),
      model: known(row, 'board_model'),
      serial: known(row, 'board_serial'),
    }),
    item({
      type: 'cpu',
      model: known(row, 'cpu_brand'),
      cores: amount(row, 'cpu_physical_cores'),
      threads: amount(row, 'cpu_logical_cores'),
    }),
    ...(answers['hardware.memory'] ?? []).map((one) => {
      const size = amount(one, 'size');
      return size === undefined
        ? {}
        : item({
            type: 'memory',
            subtype: known(one, 'memory_type', 100),
            maker: known(one, 'manufacturer'),
            model: known(one, 'part_number'),
            serial: known(one, 'serial_number'),
            capacityBytes: size * mibBytes,
            slot: known(one, 'device_locator', 100),
            frequencyMhz: amount(one, 'configured_clock_speed'),
          });
    }),
    ...(answers['hardware.disks'] ?? []).map((one) => {
      const name = text(one, 'name', 100);
      const blocks = amount(one, 'size');
      return ownBlockDevice.test(name) || blocks === undefined
        ? {}
        : item({
            type: 'disk',
            maker: known(one, 'vendor'),
            model: known(one, 'model'),
            capacityBytes: blocks * (amount(one, 'block_size') ?? 512),
            slot: name.replace(/^\/dev\//, ''),
          });
    }),
    ...(answers['hardware.windows-disks'] ?? []).map((one) =>
      item({
        type: 'disk',
        maker: known(one, 'manufacturer'),
        model: known(one, 'hardware_model') || known(one, 'name'),
        serial: known(one, 'serial'),
        capacityBytes: amount(one, 'disk_size'),
        slot: known(one, 'disk_index', 100) || known(one, 'id', 100),
      }),
    ),
    ...(answers['hardware.pci'] ?? []).map((one) =>
      item({
        type: 'pci',
        subtype: known(one, 'pci_class', 100),
        maker: known(one, 'vendor'),
        model: known(one, 'model'),
        vendorId: hexId(one, 'vendor_id'),
        productId: hexId(one, 'model_id'),
        slot: known(one, 'pci_slot', 100),
      }),
    ),
    ...(answers['hardware.interfaces'] ?? []).map((one) => {
      const [mac] = cleanMacs([text(one, 'mac', 20)]);
      const name = text(one, 'interface', 100);
      return mac === undefined || virtualInterface.test(name)
        ? {}
        : item({ type: 'network', model: known(one, 'description'), mac, slot: name });
    }),
  ];
  const isNamed = (one: Item): boolean => Object.keys(one).some((key) => key !== 'type' && key !== 'subtype');
  return numbered(items.filter(isNamed));
};
