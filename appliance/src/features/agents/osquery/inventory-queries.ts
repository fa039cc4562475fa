import type { Item } from '../../../engine/inventory/types.ts';
import { activityItems, hardwareItems, identityItems, platformItems } from './machine-items.ts';
import { accountsItems, sessionsItems } from './people-items.ts';
import type { Answers, ItemsOf, System } from './rows.ts';
import { encryptionItems, externalDeviceItems, osUpdateItems, protectionItems } from './security-items.ts';
import { softwareItems, systemOf } from './software.ts';

// The one table from osquery to our collections: what is asked, and what becomes of the rows. A question that names a
// table which may be absent has a discovery query, since a query that fails would take the others of its round with it.

/** A table that is absent must not fail: this one is there wherever osquery runs. */
export const discoveryOf = (table: string): string =>
  `select 1 from osquery_registry where registry = 'table' and active = 1 and name = '${table}'`;

export type Question = {
  /** `<collection>` or `<collection>.<table>`; it stands in the name that the client sends back. */
  name: string;
  sql: string;
  /** The table that not every platform has. */
  needs?: string;
  /**
   * The items that come from this question alone. When it fails, they stay as they were and the others are replaced: a
   * client that refuses one question for a day must not hide what the others say.
   */
  owns?(item: Item): boolean;
  /** It is a list of the system (`lists` of the collection): when it fails, the section has nothing of it and so leaves it unread. */
  isList?: true;
};

export type Mapping = {
  collection: string;
  questions: readonly Question[];
  /** At least one of these was answered, or nothing is known about the collection. */
  oneOf?: readonly string[];
  /** All answers of the collection are there, or the collection is left as it was. */
  items: ItemsOf;
};

const ofType =
  (type: string) =>
  (item: Item): boolean =>
    item['type'] === type;

/** Every collection that osquery fills. */
export const mappings: readonly Mapping[] = [
  {
    collection: 'identity',
    questions: [
      { name: 'identity', sql: 'select * from system_info' },
      { name: 'identity.addresses', sql: 'select interface, address from interface_addresses' },
      { name: 'identity.interfaces', sql: 'select interface, mac from interface_details' },
    ],
    items: identityItems,
  },
  {
    collection: 'platform',
    questions: [
      { name: 'platform', sql: 'select * from os_version' },
      { name: 'platform.kernel', sql: 'select version from kernel_info' },
    ],
    items: platformItems,
  },
  {
    collection: 'activity',
    questions: [
      { name: 'activity', sql: 'select total_seconds, (select unix_time from time) as unix_time from uptime' },
      {
        name: 'activity.restart',
        sql: "select path from file where path in ('/run/reboot-required', '/var/run/reboot-required')",
      },
    ],
    items: activityItems,
  },
  {
    collection: 'accounts',
    questions: [
      { name: 'accounts', sql: 'select * from users' },
      {
        name: 'accounts.groups',
        sql: 'select ug.uid as member, g.* from user_groups ug join groups g on g.gid = ug.gid',
      },
    ],
    items: accountsItems,
  },
  {
    collection: 'sessions',
    questions: [{ name: 'sessions', sql: 'select type, user, tty, host, time from logged_in_users' }],
    items: sessionsItems,
  },
  {
    collection: 'software',
    oneOf: ['software.deb_packages', 'software.rpm_packages', 'software.programs', 'software.apps'],
    questions: [
      {
        name: 'software.deb_packages',
        sql: "select name, version, source, arch, size, maintainer from deb_packages where status like '% ok installed'",
        needs: 'deb_packages',
        isList: true,
      },
      {
        name: 'software.rpm_packages',
        sql: 'select name, version, release, epoch, arch, size, source, vendor, install_time from rpm_packages',
        needs: 'rpm_packages',
        isList: true,
      },
      {
        // What lies under /usr/lib came as a package of the distribution and is listed as such, with its patches.
        name: 'software.python_packages',
        sql: "select distinct name, version, author from python_packages where path not like '/usr/lib%'",
        needs: 'python_packages',
        owns: ofType('python'),
      },
      {
        name: 'software.npm_packages',
        sql: "select distinct name, version, author from npm_packages where path not like '/usr/share/%'",
        needs: 'npm_packages',
        owns: ofType('npm'),
      },
      {
        name: 'software.docker_images',
        sql: 'select id, tags from docker_images',
        needs: 'docker_images',
        owns: ofType('container'),
      },
      {
        name: 'software.programs',
        sql: 'select name, version, publisher, install_date, uninstall_string from programs',
        needs: 'programs',
        isList: true,
      },
      {
        name: 'software.apps',
        sql: "select name, bundle_name, bundle_short_version, bundle_version, bundle_identifier from apps where path like '/Applications/%'",
        needs: 'apps',
        isList: true,
      },
    ],
    items: softwareItems,
  },
  {
    collection: 'os-update',
    questions: [
      { name: 'os-update.patches', sql: 'select hotfix_id, description from patches', needs: 'patches' },
      {
        name: 'os-update.history',
        sql: 'select title, result_code, hresult, date from windows_update_history',
        needs: 'windows_update_history',
      },
    ],
    items: osUpdateItems,
  },
  {
    collection: 'hardware',
    questions: [
      { name: 'hardware', sql: 'select * from system_info' },
      { name: 'hardware.memory', sql: 'select * from memory_devices', needs: 'memory_devices', owns: ofType('memory') },
      {
        name: 'hardware.disks',
        sql: "select name, vendor, model, size, block_size, type from block_devices where parent = ''",
        needs: 'block_devices',
      },
      { name: 'hardware.windows-disks', sql: 'select * from disk_info', needs: 'disk_info' },
      { name: 'hardware.pci', sql: 'select * from pci_devices', needs: 'pci_devices', owns: ofType('pci') },
      { name: 'hardware.interfaces', sql: 'select * from interface_details' },
    ],
    items: hardwareItems,
  },
  {
    collection: 'protection',
    questions: [
      {
        name: 'protection',
        sql: 'select type, name, state, signatures_up_to_date from windows_security_products',
        needs: 'windows_security_products',
      },
    ],
    items: protectionItems,
  },
  {
    collection: 'encryption',
    questions: [
      {
        name: 'encryption.disks',
        sql: 'select name, encrypted, type, encryption_status from disk_encryption',
        needs: 'disk_encryption',
      },
      { name: 'encryption.bitlocker', sql: 'select * from bitlocker_info', needs: 'bitlocker_info' },
    ],
    items: encryptionItems,
  },
  {
    collection: 'external-device',
    questions: [{ name: 'external-device', sql: 'select * from usb_devices', needs: 'usb_devices' }],
    items: externalDeviceItems,
  },
];

/** Whom the machine spoke to: not a section of its own, but what others are found by. */
export const neighbourQuestion: Question = {
  name: 'neighbours',
  sql: "select distinct address, mac, permanent from arp_cache where mac not in ('', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff')",
  needs: 'arp_cache',
};

/** The system that answers speak of. */
export const systemIn = (answers: Answers): System => systemOf(answers['platform']?.[0]);
