import { line, lines, rowsIn } from './fields.ts';
import type { ItemType, Message, Row } from './message.ts';

// Searches of the network and their SNMP readings come in XML as rows of devices, in a form of their own. Here each becomes
// a message about one device in the form of the JSON dialect, so that both dialects are mapped by the one table.

/** Words of the agents and, in figures, of plugins of long ago. Whatever else has SNMP stands in the network, as GLPI has it. */
const itemTypes: Readonly<Record<string, ItemType>> = {
  computer: 'Computer',
  '1': 'Computer',
  printer: 'Printer',
  '3': 'Printer',
  phone: 'Phone',
  networking: 'NetworkEquipment',
  networkequipment: 'NetworkEquipment',
  network: 'NetworkEquipment',
  switch: 'NetworkEquipment',
  router: 'NetworkEquipment',
  '2': 'NetworkEquipment',
  storage: 'NetworkEquipment',
  power: 'NetworkEquipment',
  video: 'NetworkEquipment',
  kvm: 'NetworkEquipment',
};

const typeOf = (row: Row): ItemType => itemTypes[(line(row, 'type', 30) ?? '').toLowerCase()] ?? 'Unmanaged';

const addressesIn = (row: Row): string[] => [
  ...lines(row, 'ip', 60),
  ...lines(row, 'ips', 60),
  ...rowsIn(row, 'ips').flatMap((ips) => lines(ips, 'ip', 60)),
];

/** The device itself; a search has it flat in its row, SNMP in `info`. */
const deviceOf = (row: Row): Row => {
  const [info = {}] = rowsIn(row, 'info');
  const merged = { ...row, ...info };
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => line(merged, name, 255)).find((text) => text !== undefined);
  return {
    type: merged['type'],
    name: first('name', 'snmphostname', 'netbiosname'),
    dnshostname: merged['dnshostname'],
    netbiosname: merged['netbiosname'],
    mac: merged['mac'],
    ips: [...new Set([...addressesIn(row), ...addressesIn(info)])],
    location: merged['location'],
    // The maker of the network card is the best that a search without SNMP knows.
    manufacturer: first('manufacturer', 'vendor', 'netportvendor'),
    model: first('model', 'modelsnmp'),
    description: first('comments', 'description'),
    serial: merged['serial'],
    firmware: merged['firmware'],
  };
};

/** Lists that XML wraps once more. */
const wrapped: Readonly<Record<string, readonly [section: string, inside: string]>> = {
  ports: ['network_ports', 'port'],
  components: ['network_components', 'component'],
};

const messageOf = (message: Message, row: Row): Message => {
  const device = deviceOf(row);
  const sections = new Map<string, readonly Row[]>([['network_device', [device]]]);
  for (const name of Object.keys(row)) {
    const rows = rowsIn(row, name);
    if (name === 'info' || name === 'ips' || rows.length === 0) continue;
    const [section, inside] = wrapped[name] ?? [name, undefined];
    sections.set(section, inside === undefined ? rows : rows.flatMap((list) => rowsIn(list, inside)));
  }
  return { ...message, deviceId: '', itemType: typeOf(device), sections };
};

/** What a message that a searching agent wrote says of devices, one message each: nothing of those that report progress. */
export const deviceMessages = (message: Message): Message[] => {
  const [device] = message.sections.get('network_device') ?? [];
  if (device !== undefined || message.action === 'inventory')
    return [message.itemType === 'Computer' ? { ...message, itemType: typeOf(device ?? {}) } : message];
  return (message.sections.get('device') ?? []).map((row) => messageOf(message, row));
};

/** Whether a message tells of devices beside the one that sends it. */
export const isOfOthers = ({ action, itemType }: Pick<Message, 'action' | 'itemType'>): boolean =>
  ['netdiscovery', 'netinventory', 'snmpquery', 'snmp'].includes(action) ||
  (action === 'inventory' && !['Computer', 'Phone'].includes(itemType));
