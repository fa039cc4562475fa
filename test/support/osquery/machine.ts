import Database from 'better-sqlite3';
import type { Machine, Outcome } from './client.ts';

// A machine as osquery shows it: its tables in a real SQLite database, so that what the server asks is really run. A table
// that the platform does not have is absent, and a question about it fails as it would there.

type Value = string | number;
export type Tables = Readonly<Record<string, ReadonlyArray<Readonly<Record<string, Value>>>>>;

/** Columns of tables that may be empty. */
const columnsOf: Readonly<Record<string, readonly string[]>> = {
  file: ['path'],
  logged_in_users: ['type', 'user', 'tty', 'host', 'time', 'pid'],
  rpm_packages: ['name', 'version', 'release', 'epoch', 'arch', 'size', 'source', 'vendor', 'install_time'],
  deb_packages: ['name', 'version', 'source', 'arch', 'size', 'maintainer', 'status'],
  python_packages: ['name', 'version', 'author', 'path'],
  npm_packages: ['name', 'version', 'author', 'path'],
  block_devices: ['name', 'parent', 'vendor', 'model', 'size', 'block_size', 'type'],
  usb_devices: ['usb_address', 'usb_port', 'vendor', 'vendor_id', 'model', 'model_id', 'serial', 'class', 'removable'],
  disk_encryption: ['name', 'encrypted', 'type', 'encryption_status'],
  memory_devices: [
    'size',
    'device_locator',
    'memory_type',
    'manufacturer',
    'part_number',
    'serial_number',
    'configured_clock_speed',
  ],
  pci_devices: ['pci_slot', 'pci_class', 'vendor', 'vendor_id', 'model', 'model_id'],
  patches: ['hotfix_id', 'description'],
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const asText = (row: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? '' : String(value)]));

/** A machine with these tables; answers to the same question are made once. */
export const machineOf = (
  tables: Tables,
  files: Readonly<Record<string, Buffer>> = {},
): Machine & { close(): void } => {
  const db = new Database(':memory:');
  for (const [name, rows] of Object.entries(tables)) {
    const columns = [...new Set([...(columnsOf[name] ?? []), ...rows.flatMap((row) => Object.keys(row))])];
    db.exec(`create table ${quoted(name)} (${columns.map(quoted).join(', ')})`);
    const insert = db.prepare(
      `insert into ${quoted(name)} (${columns.map(quoted).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows) insert.run(columns.map((column) => row[column] ?? ''));
  }
  db.exec('create table osquery_registry (registry, name, active)');
  const register = db.prepare(`insert into osquery_registry values ('table', ?, 1)`);
  for (const name of Object.keys(tables)) register.run(name);
  const held = new Map<string, Outcome>();
  const first = (table: string): Record<string, string> => asText({ ...tables[table]?.[0] });
  return {
    query: (sql) => {
      const known = held.get(sql);
      if (known !== undefined) return known;
      let outcome: Outcome;
      try {
        outcome = { rows: (db.prepare(sql).all() as Record<string, unknown>[]).map(asText) };
      } catch (error) {
        outcome = { error: error instanceof Error ? error.message : String(error) };
      }
      held.set(sql, outcome);
      return outcome;
    },
    hostDetails: {
      os_version: first('os_version'),
      osquery_info: first('osquery_info'),
      system_info: first('system_info'),
      platform_info: { vendor: 'Seabios', version: '1' },
    },
    file: (path) => files[path],
    close: () => void db.close(),
  };
};

const bootedAt = 1_790_000_000;

/** What every system has. */
const common = (name: string, uuid: string, mac: string): Tables => ({
  osquery_info: [{ version: '5.14.1', build_platform: 'linux' }],
  system_info: [
    {
      hostname: name,
      computer_name: name,
      uuid: uuid.toUpperCase(),
      cpu_brand: 'Intel(R) Xeon(R) E-2314',
      cpu_physical_cores: 4,
      cpu_logical_cores: 8,
      physical_memory: 17_179_869_184,
      hardware_vendor: 'Dell Inc.',
      hardware_model: 'PowerEdge R250',
      hardware_serial: `SN-${name}`,
      board_vendor: 'Dell Inc.',
      board_model: '0F7D5M',
      board_serial: `.BOARD.${name}`,
    },
  ],
  interface_addresses: [
    { interface: 'lo', address: '127.0.0.1' },
    { interface: 'eno1', address: '10.20.2.15' },
    { interface: 'eno1', address: 'fe80::1%eno1' },
  ],
  interface_details: [
    { interface: 'lo', mac: '00:00:00:00:00:00' },
    { interface: 'eno1', mac },
    { interface: 'docker0', mac: '02:42:5e:00:53:01' },
  ],
  uptime: [{ total_seconds: 3_600 }],
  time: [{ unix_time: bootedAt + 3_600 }],
  users: [
    { uid: 0, username: 'root', description: 'root', shell: '/bin/bash', directory: '/root' },
    {
      uid: 1000,
      username: 'operator',
      description: 'Shift operator,,,',
      shell: '/bin/bash',
      directory: '/home/operator',
    },
    { uid: 33, username: 'www-data', description: 'www-data', shell: '/usr/sbin/nologin', directory: '/var/www' },
  ],
  groups: [
    { gid: 27, groupname: 'sudo' },
    { gid: 1000, groupname: 'operator' },
  ],
  user_groups: [
    { uid: 1000, gid: 27 },
    { uid: 1000, gid: 1000 },
  ],
  logged_in_users: [
    { type: 'user', user: 'operator', tty: 'pts/0', host: '10.20.4.2', time: bootedAt + 600, pid: 99 },
    { type: 'boot_time', user: 'reboot', tty: '~', host: '6.12', time: bootedAt, pid: 0 },
  ],
  file: [],
  kernel_info: [{ version: '6.12.9-amd64' }],
  arp_cache: [
    { address: '10.20.2.1', mac: '00:0c:29:5e:00:01', permanent: 0 },
    { address: '224.0.0.251', mac: '01:00:5e:00:00:fb', permanent: 0 },
    { address: '10.20.2.9', mac: '00:00:00:00:00:00', permanent: 0 },
  ],
});

const linuxOnly: Tables = {
  rpm_packages: [],
  deb_packages: [],
  python_packages: [
    { name: 'requests', version: '2.32.3', author: 'Kenneth Reitz', path: '/usr/local/lib/python3.13/dist-packages' },
    { name: 'apt', version: '3.0', author: '', path: '/usr/lib/python3/dist-packages' },
  ],
  npm_packages: [{ name: '@scope/tool', version: '1.2.3', author: '', path: '/opt/tool/node_modules' }],
  memory_devices: [
    {
      size: 16_384,
      device_locator: 'A1',
      memory_type: 'DDR4',
      manufacturer: 'Hynix',
      part_number: 'HMA82',
      serial_number: '1A2B3C4D',
      configured_clock_speed: 3200,
    },
    { size: 0, device_locator: 'A2', manufacturer: 'NO DIMM' },
  ],
  block_devices: [
    {
      name: '/dev/sda',
      parent: '',
      vendor: 'ATA',
      model: 'SAMSUNG MZ7',
      size: 1_875_385_008,
      block_size: 512,
      type: 'gpt',
    },
    { name: '/dev/sda1', parent: '/dev/sda', size: 1000, block_size: 512 },
    { name: '/dev/loop0', parent: '', size: 1000, block_size: 512 },
  ],
  pci_devices: [
    {
      pci_slot: '0000:00:1f.2',
      pci_class: 'SATA controller',
      vendor: 'Intel Corporation',
      vendor_id: '0x8086',
      model: 'AHCI',
      model_id: '0xA282',
    },
  ],
  usb_devices: [
    {
      usb_address: 1,
      usb_port: 1,
      vendor: 'Linux Foundation',
      vendor_id: '1d6b',
      model: '2.0 root hub',
      model_id: '0002',
      class: '09',
    },
    {
      usb_address: 4,
      usb_port: 2,
      vendor: 'Kingston',
      vendor_id: '0951',
      model: 'DataTraveler',
      model_id: '1666',
      serial: 'E0D55',
      class: '08',
    },
  ],
  disk_encryption: [
    { name: '/dev/sda', encrypted: 0, type: '', encryption_status: 'not encrypted' },
    { name: '/dev/dm-0', encrypted: 1, type: 'aes-xts-plain64', encryption_status: 'encrypted' },
  ],
};

export type MadePackage = { name: string; version: string; source?: string; arch?: string };

/** A Debian 13 machine. */
export const debianMachine = (name: string, uuid: string, mac: string, packages: readonly MadePackage[]): Tables => ({
  ...common(name, uuid, mac),
  ...linuxOnly,
  os_version: [
    {
      name: 'Debian GNU/Linux',
      version: '13 (trixie)',
      major: 13,
      minor: 0,
      platform: 'debian',
      platform_like: '',
      codename: 'trixie',
      arch: 'x86_64',
    },
  ],
  deb_packages: [
    ...packages.map((one) => ({
      source: '',
      arch: 'amd64',
      size: 120,
      maintainer: 'Debian Team <team@debian.invalid>',
      status: 'install ok installed',
      ...one,
    })),
    {
      name: 'gone',
      version: '1',
      status: 'deinstall ok config-files',
      source: '',
      arch: 'amd64',
      size: 1,
      maintainer: '',
    },
  ],
});

type MadeRpm = { name: string; version: string; release: string; epoch?: number };

/** An AlmaLinux 9 machine. */
export const almaMachine = (name: string, uuid: string, mac: string, packages: readonly MadeRpm[]): Tables => ({
  ...common(name, uuid, mac),
  ...linuxOnly,
  os_version: [
    {
      name: 'AlmaLinux',
      version: '9.6 (Sage Margay)',
      major: 9,
      minor: 6,
      platform: 'almalinux',
      platform_like: 'rhel centos fedora',
      arch: 'x86_64',
    },
  ],
  rpm_packages: packages.map((one) => ({
    epoch: '',
    arch: 'x86_64',
    size: 204_800,
    source: `${one.name}-${one.version}-${one.release}.src.rpm`,
    vendor: 'AlmaLinux',
    install_time: bootedAt - 86_400,
    ...one,
  })),
});

/** A Windows machine. */
export const windowsMachine = (name: string, uuid: string, mac: string): Tables => ({
  ...common(name, uuid, mac),
  os_version: [
    {
      name: 'Microsoft Windows 10 Enterprise LTSC',
      version: '10.0.19044',
      major: 10,
      minor: 0,
      build: '19044',
      platform: 'windows',
      platform_like: 'windows',
      arch: '64-bit',
      install_date: bootedAt - 8_640_000,
    },
  ],
  users: [
    {
      uid: 500,
      username: 'Administrator',
      description: 'Built-in account',
      uuid: 'S-1-5-21-1-2-3-500',
      shell: 'C:\\Windows\\system32\\cmd.exe',
    },
    {
      uid: 1001,
      username: 'operator',
      description: '',
      uuid: 'S-1-5-21-1-2-3-1001',
      shell: 'C:\\Windows\\system32\\cmd.exe',
    },
  ],
  groups: [{ gid: 544, groupname: 'Administrators', group_sid: 'S-1-5-32-544' }],
  user_groups: [{ uid: 500, gid: 544 }],
  programs: [
    {
      name: 'TIA Portal V18',
      version: '18.0.0.2',
      publisher: 'Siemens AG',
      install_date: '20260419',
      uninstall_string: 'MsiExec.exe /X{1}',
    },
  ],
  patches: [{ hotfix_id: 'KB5034122', description: 'Security Update' }],
  windows_update_history: [
    { title: '2026-10 Cumulative Update (KB5044273)', result_code: 'Succeeded', hresult: 0, date: bootedAt - 1000 },
    { title: 'Driver (KB5000001)', result_code: 'Failed', hresult: -2145124329, date: bootedAt - 900 },
  ],
  windows_security_products: [
    { type: 'Antivirus', name: 'Windows Defender', state: 'On', signatures_up_to_date: 1 },
    { type: 'Firewall', name: 'Windows Firewall', state: 'Off', signatures_up_to_date: 0 },
  ],
  bitlocker_info: [
    {
      device_id: '\\\\?\\Volume{1}\\',
      drive_letter: 'C:',
      conversion_status: 1,
      protection_status: 0,
      encryption_method: 'XtsAes128',
      percentage_encrypted: 100,
      lock_status: 0,
    },
  ],
  disk_info: [
    {
      name: '\\\\.\\PHYSICALDRIVE0',
      hardware_model: 'KIOXIA KBG40',
      serial: 'X1Y2',
      disk_size: 256_060_514_304,
      disk_index: 0,
      manufacturer: '',
    },
  ],
});
