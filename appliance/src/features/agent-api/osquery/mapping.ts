import { isIP } from 'node:net';
import { cleanMacs, cleanSerial, cleanUuid } from '../../devices/identity.ts';
import type { Item } from '../../inventory/types.ts';
import { amount, hexId, item, known, type Row, settled, text, time, whole } from './rows.ts';
import { appItem, debItem, languageItem, programItem, rpmItem, type System, systemOf } from './software.ts';

// The one table from osquery to our collections: what is asked, and what becomes of the rows. A question that names a
// table which may be absent has a discovery query, since a query that fails would take the others of its round with it.

/** Rows by the name of the question; a question that was not asked on this system has none. */
export type Answers = Readonly<Record<string, readonly Row[]>>;

export type Question = {
  /** `<collection>` or `<collection>.<table>`; it stands in the name that the client sends back. */
  name: string;
  sql: string;
  /** The table that not every platform has. */
  needs?: string;
};

export type Mapping = {
  collection: string;
  questions: readonly Question[];
  /** At least one of these was answered, or nothing is known about the collection. */
  oneOf?: readonly string[];
  /** All answers of the collection are there, or the collection is left as it was. */
  items(answers: Answers, system: System): (Item | undefined)[];
};

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

const identity: Mapping = {
  collection: 'identity',
  questions: [
    { name: 'identity', sql: 'select * from system_info' },
    { name: 'identity.addresses', sql: 'select interface, address from interface_addresses' },
    { name: 'identity.interfaces', sql: 'select interface, mac from interface_details' },
  ],
  items: (answers, system) => {
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
        uuid: cleanUuid(text(row, 'uuid')) ?? '',
        serial: cleanSerial(text(row, 'hardware_serial', 128)) ?? '',
      }),
    ];
  },
};

/** dpkg's words for the machines that osquery names as the kernel does. */
const debianArch: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'armhf',
  i686: 'i386',
};

const platform: Mapping = {
  collection: 'platform',
  questions: [
    { name: 'platform', sql: 'select * from os_version' },
    { name: 'platform.kernel', sql: 'select version from kernel_info' },
  ],
  items: (answers, { vendor, release }) => {
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
      }),
    ];
  },
};

const minuteSeconds = 60;

const activity: Mapping = {
  collection: 'activity',
  questions: [
    { name: 'activity', sql: 'select total_seconds, (select unix_time from time) as unix_time from uptime' },
    {
      name: 'activity.restart',
      sql: "select path from file where path in ('/run/reboot-required', '/var/run/reboot-required')",
    },
  ],
  items: (answers, { vendor }) => {
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
  },
};

const adminGroup = /^(?:root|sudo|adm|wheel|admin|administrators)$/i;
const administratorsSid = 'S-1-5-32-544';
const noLogin = /\/(?:nologin|false|sync|shutdown|halt)$/;

const accounts: Mapping = {
  collection: 'accounts',
  questions: [
    { name: 'accounts', sql: 'select * from users' },
    {
      name: 'accounts.groups',
      sql: 'select ug.uid as member, g.* from user_groups ug join groups g on g.gid = ug.gid',
    },
  ],
  items: (answers, system) => {
    const groups = new Map<string, string[]>();
    const admins = new Set<string>();
    for (const row of answers['accounts.groups'] ?? []) {
      const member = text(row, 'member', 20);
      const name = text(row, 'groupname');
      groups.set(member, [...(groups.get(member) ?? []), name]);
      if (adminGroup.test(name) || text(row, 'group_sid') === administratorsSid) admins.add(member);
    }
    const isWindows = system.vendor === 'windows';
    return settled(
      (answers['accounts'] ?? []).flatMap((row) => {
        const name = text(row, 'username');
        const uid = text(row, 'uid', 20);
        const shell = text(row, 'shell');
        if (name === '') return [];
        return [
          item({
            name,
            fullName: isWindows ? '' : text(row, 'description').split(',')[0],
            isAdmin: (!isWindows && uid === '0') || admins.has(uid),
            enabled: isWindows ? undefined : !noLogin.test(shell),
            uid: whole(row, 'uid'),
            sid: isWindows ? text(row, 'uuid', 184) : '',
            groups: [...new Set(groups.get(uid) ?? [])].filter((group) => group !== '').sort(),
            shell: isWindows ? '' : shell,
          }),
        ];
      }),
      'name',
    );
  },
};

const loopbackHost = /^(?:|:\d.*|localhost|-)$/;

const sessions: Mapping = {
  collection: 'sessions',
  questions: [{ name: 'sessions', sql: 'select type, user, tty, host, time from logged_in_users' }],
  items: (answers) =>
    settled(
      (answers['sessions'] ?? []).flatMap((row) => {
        const account = text(row, 'user');
        const type = text(row, 'type', 50);
        if (account === '' || !/^(?:user|active|disconnected)$/.test(type)) return [];
        const host = text(row, 'host', 255);
        const isRemote = !loopbackHost.test(host);
        return [
          item({
            account,
            kind: isRemote ? 'remote' : 'local',
            startedAt: time(row, 'time'),
            state: type === 'disconnected' ? 'disconnected' : 'active',
            terminal: text(row, 'tty', 50),
            remoteAddress: isRemote ? host : '',
          }),
        ];
      }),
      'account',
      'kind',
      'startedAt',
    ),
};

const software: Mapping = {
  collection: 'software',
  oneOf: ['software.deb_packages', 'software.rpm_packages', 'software.programs', 'software.apps'],
  questions: [
    {
      name: 'software.deb_packages',
      sql: "select name, version, source, arch, size, maintainer from deb_packages where status like '% ok installed'",
      needs: 'deb_packages',
    },
    {
      name: 'software.rpm_packages',
      sql: 'select name, version, release, epoch, arch, size, source, vendor, install_time from rpm_packages',
      needs: 'rpm_packages',
    },
    {
      // What lies under /usr/lib came as a package of the distribution and is listed as such, with its patches.
      name: 'software.python_packages',
      sql: "select distinct name, version, author from python_packages where path not like '/usr/lib%'",
      needs: 'python_packages',
    },
    {
      name: 'software.npm_packages',
      sql: "select distinct name, version, author from npm_packages where path not like '/usr/share/%'",
      needs: 'npm_packages',
    },
    {
      name: 'software.programs',
      sql: 'select name, version, publisher, install_date, uninstall_string from programs',
      needs: 'programs',
    },
    {
      name: 'software.apps',
      sql: "select name, bundle_name, bundle_short_version, bundle_version, bundle_identifier from apps where path like '/Applications/%'",
      needs: 'apps',
    },
  ],
  items: (answers, system) =>
    settled(
      [
        ...(answers['software.deb_packages'] ?? []).map((row) => debItem(row, system)),
        ...(answers['software.rpm_packages'] ?? []).map((row) => rpmItem(row, system)),
        ...(answers['software.python_packages'] ?? []).map((row) => languageItem(row, 'python')),
        ...(answers['software.npm_packages'] ?? []).map((row) => languageItem(row, 'npm')),
        ...(answers['software.programs'] ?? []).map(programItem),
        ...(answers['software.apps'] ?? []).map(appItem),
      ].filter((one) => one !== undefined),
      'type',
      'name',
      'arch',
      'version',
    ),
};

const articleOf = (title: string): string => /\bKB\d{6,8}\b/i.exec(title)?.[0].toUpperCase() ?? '';

const osUpdate: Mapping = {
  collection: 'os-update',
  questions: [
    { name: 'os-update.patches', sql: 'select hotfix_id, description from patches', needs: 'patches' },
    {
      name: 'os-update.history',
      sql: 'select title, result_code, hresult, date from windows_update_history',
      needs: 'windows_update_history',
    },
  ],
  items: (answers) =>
    settled(
      [
        ...(answers['os-update.patches'] ?? []).map((row) =>
          item({
            update: text(row, 'hotfix_id', 128),
            title: text(row, 'description'),
            state: 'installed',
            kind: /security/i.test(text(row, 'description')) ? 'security' : undefined,
            foundBy: 'patches',
          }),
        ),
        ...(answers['os-update.history'] ?? []).flatMap((row) => {
          const result = text(row, 'result_code', 50);
          if (!/^(?:succeeded|failed)/i.test(result)) return [];
          const hasFailed = /^failed/i.test(result);
          return [
            item({
              update: articleOf(text(row, 'title', 500)),
              title: text(row, 'title', 500),
              state: hasFailed ? 'failed' : 'installed',
              installedAt: hasFailed ? undefined : time(row, 'date'),
              errorCode: hasFailed ? text(row, 'hresult', 50) : '',
              foundBy: 'windows_update_history',
            }),
          ];
        }),
      ].filter((one) => one['update'] !== undefined),
      'update',
    ),
};

const mibBytes = 1024 * 1024;
const ownBlockDevice = /^(?:\/dev\/)?(?:loop|ram|zram|dm-|md|sr|fd)\d/;
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

const hardware: Mapping = {
  collection: 'hardware',
  questions: [
    { name: 'hardware', sql: 'select * from system_info' },
    { name: 'hardware.memory', sql: 'select * from memory_devices', needs: 'memory_devices' },
    {
      name: 'hardware.disks',
      sql: "select name, vendor, model, size, block_size, type from block_devices where parent = ''",
      needs: 'block_devices',
    },
    { name: 'hardware.windows-disks', sql: 'select * from disk_info', needs: 'disk_info' },
    { name: 'hardware.pci', sql: 'select * from pci_devices', needs: 'pci_devices' },
    { name: 'hardware.interfaces', sql: 'select * from interface_details' },
  ],
  items: (answers) => {
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
  },
};

const securityKinds: Readonly<Record<string, string>> = {
  antivirus: 'antivirus',
  antispyware: 'antispyware',
  firewall: 'firewall',
};
const stateOf = (word: string): string =>
  ({ on: 'on', off: 'off', snoozed: 'paused', expired: 'failing' })[word.toLowerCase()] ?? 'unknown';

const protection: Mapping = {
  collection: 'protection',
  questions: [
    {
      name: 'protection',
      sql: 'select type, name, state, signatures_up_to_date from windows_security_products',
      needs: 'windows_security_products',
    },
  ],
  items: (answers) =>
    settled(
      (answers['protection'] ?? []).map((row) => {
        const kind = securityKinds[text(row, 'type', 50).toLowerCase()] ?? 'other';
        return item({
          product: text(row, 'name'),
          kind,
          state: stateOf(text(row, 'state', 50)),
          databaseState:
            kind === 'firewall' ? undefined : text(row, 'signatures_up_to_date', 5) === '1' ? 'current' : 'old',
        });
      }),
      'product',
      'kind',
    ),
};

const conversion: Readonly<Record<string, string>> = {
  '0': 'plain',
  '1': 'encrypted',
  '2': 'encrypting',
  '3': 'decrypting',
  '4': 'paused',
  '5': 'paused',
};

const encryption: Mapping = {
  collection: 'encryption',
  questions: [
    {
      name: 'encryption.disks',
      sql: 'select name, encrypted, type, encryption_status from disk_encryption',
      needs: 'disk_encryption',
    },
    { name: 'encryption.bitlocker', sql: 'select * from bitlocker_info', needs: 'bitlocker_info' },
  ],
  items: (answers) =>
    settled(
      [
        ...(answers['encryption.disks'] ?? [])
          .filter((row) => !ownBlockDevice.test(text(row, 'name')) || /dm-|md/.test(text(row, 'name')))
          .map((row) =>
            item({
              volume: text(row, 'name'),
              method: text(row, 'type', 100),
              state: text(row, 'encrypted', 5) === '1' ? 'encrypted' : 'plain',
            }),
          ),
        ...(answers['encryption.bitlocker'] ?? []).map((row) =>
          item({
            volume: text(row, 'drive_letter'),
            disk: text(row, 'device_id'),
            method: text(row, 'encryption_method', 100),
            state:
              text(row, 'lock_status', 5) === '1'
                ? 'locked'
                : (conversion[text(row, 'conversion_status', 5)] ?? 'unknown'),
            percent: whole(row, 'percentage_encrypted'),
            keyGuarded: text(row, 'protection_status', 5) === '1',
          }),
        ),
      ],
      'volume',
    ),
};

/** A hub of the machine itself is no device that somebody plugged in. */
const hubClass = /^0?9$/;

const externalDevice: Mapping = {
  collection: 'external-device',
  questions: [{ name: 'external-device', sql: 'select * from usb_devices', needs: 'usb_devices' }],
  items: (answers) =>
    settled(
      (answers['external-device'] ?? []).flatMap((row) => {
        if (hubClass.test(text(row, 'class', 10))) return [];
        const label = known(row, 'model') || `USB ${hexId(row, 'vendor_id')}:${hexId(row, 'model_id')}`;
        return [
          item({
            label,
            bus: 'usb',
            maker: known(row, 'vendor'),
            vendorId: hexId(row, 'vendor_id'),
            productId: hexId(row, 'model_id'),
            serial: known(row, 'serial'),
            port:
              text(row, 'usb_port', 20) === '' ? '' : `${text(row, 'usb_address', 20)}/${text(row, 'usb_port', 20)}`,
            connected: true,
          }),
        ];
      }),
      'label',
      'vendorId',
      'productId',
      'serial',
      'port',
    ),
};

/** Every collection that osquery fills. */
export const mappings: readonly Mapping[] = [
  identity,
  platform,
  activity,
  accounts,
  sessions,
  software,
  osUpdate,
  hardware,
  protection,
  encryption,
  externalDevice,
];

/** The system that answers speak of. */
export const systemIn = (answers: Answers): System => systemOf(answers['platform']?.[0]);
