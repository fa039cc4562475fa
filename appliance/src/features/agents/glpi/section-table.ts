import type { Item } from '../../../engine/inventory/types.ts';
import { accountItems, keepGroups, sessionItems } from './map-accounts.ts';
import * as hardware from './map-hardware.ts';
import { networkDeviceIdentity, networkDeviceParts, portItems } from './map-network.ts';
import { activityItems, addressItems, domainItems, nameItems, platformItems, serialItems } from './map-platform.ts';
import { antivirusItems, encryptionItems, firewallItems, usbItems } from './map-security.ts';
import { databaseItems, remoteControlItems, softwareItems, updateItems } from './map-software.ts';
import type { SectionMapping } from './map-types.ts';

// The one table from sections to collections. A section that is not in it is counted and dropped; so are the fields of a
// row that no mapping asks for. What must never be stored (passwords and keys in environment, command lines, registry,
// licence and SSH keys, Wi-Fi, SIM cards, SNMP communities) has no entry here, and so no way in.

const has =
  (field: string, ...values: readonly string[]) =>
  (item: Item): boolean =>
    values.includes(String(item[field]));

const part = (section: string, types: readonly string[], items: SectionMapping['items']): SectionMapping => ({
  sections: [section],
  collection: 'hardware',
  items,
  owns: has('type', ...types),
});
const plain = (section: string, type: string): SectionMapping => part(section, [type], hardware.plainItems(type));

const isPackage = (item: Item): boolean => !has('type', 'database', 'remote-control')(item);

export const sectionTable: readonly SectionMapping[] = [
  {
    sections: ['hardware'],
    collection: 'identity',
    items: nameItems,
    fields: ['name', 'windowsName', 'windowsDomain', 'osType', 'isVirtual', 'hypervisor', 'uuid', 'agentTag'],
  },
  { sections: ['operatingsystem'], collection: 'identity', items: domainItems, fields: ['dnsName', 'dnsDomain'] },
  { sections: ['networks'], collection: 'identity', items: addressItems, fields: ['ipv4', 'ipv6', 'macs'] },
  { sections: ['bios'], collection: 'identity', items: serialItems, fields: ['serial'] },
  {
    sections: ['network_device'],
    collection: 'identity',
    items: networkDeviceIdentity,
    fields: ['name', 'dnsName', 'ipv4', 'ipv6', 'macs', 'networkLocation', 'serial'],
  },
  { sections: ['operatingsystem', 'hardware', 'cpus'], collection: 'platform', items: platformItems },
  { sections: ['operatingsystem'], collection: 'activity', items: activityItems },
  { sections: ['local_users', 'local_groups'], collection: 'accounts', items: accountItems, complete: keepGroups },
  { sections: ['users', 'hardware'], collection: 'sessions', items: sessionItems },
  { sections: ['softwares'], collection: 'software', items: softwareItems, owns: isPackage },
  {
    sections: ['databases_services'],
    collection: 'software',
    items: databaseItems,
    owns: has('type', 'database'),
  },
  { sections: ['remote_mgmt'], collection: 'software', items: remoteControlItems, owns: has('type', 'remote-control') },
  { sections: ['softwares'], collection: 'os-update', items: updateItems },
  { sections: ['antivirus'], collection: 'protection', items: antivirusItems, owns: has('kind', 'antivirus') },
  { sections: ['firewalls'], collection: 'protection', items: firewallItems, owns: has('kind', 'firewall') },
  { sections: ['usbdevices'], collection: 'external-device', items: usbItems },
  { sections: ['drives', 'storages'], collection: 'encryption', items: encryptionItems },
  part('bios', ['system', 'bios', 'board'], hardware.machineItems),
  part('cpus', ['cpu'], hardware.cpuItems),
  part('hardware', ['memory-total'], hardware.totalMemoryItems),
  part('memories', ['memory'], hardware.memoryItems),
  part('storages', ['disk'], hardware.storageItems),
  part('drives', ['volume'], hardware.driveItems),
  part('networks', ['network'], hardware.networkItems),
  part('controllers', ['pci'], hardware.controllerItems),
  part('monitors', ['monitor'], hardware.monitorItems),
  part('videos', ['gpu'], hardware.videoItems),
  part('firmwares', ['firmware'], hardware.firmwareItems),
  part('batteries', ['battery'], hardware.batteryItems),
  part('powersupplies', ['power-supply'], hardware.powerItems),
  part('printers', ['printer'], hardware.printerItems),
  part('volume_groups', ['volume-group'], hardware.volumeGroupItems),
  part('logical_volumes', ['logical-volume'], hardware.logicalVolumeItems),
  part('physical_volumes', ['physical-volume'], hardware.physicalVolumeItems),
  part('network_device', ['system'], networkDeviceParts),
  part('network_ports', ['port'], portItems),
  plain('network_components', 'component'),
  plain('sounds', 'sound'),
  plain('inputs', 'input'),
  plain('modems', 'modem'),
  plain('sensors', 'sensor'),
  plain('cameras', 'camera'),
  plain('ports', 'connector'),
  plain('slots', 'slot'),
];

/** Sections that other modules read: the tag, the client's version, machines beside the sender. */
export const readElsewhere: readonly string[] = ['accountinfo', 'versionclient', 'virtualmachines', 'ipdiscover'];
