import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, numbered, partIdentity, sortItems } from './collector.ts';

// Parts of the machine through `systeminformation`; PCI from sysfs. Only what names a part, never what it is doing.

const maxPerType = 256;
const timeoutMs = 30_000;

const placeholder = /^(?:-|unknown|not specified|none|default string|to be filled.*|n\/?a|0+)$/i;
const known = (text: string | null | undefined, maxLength = 256): string => {
  const value = clean(text ?? '', maxLength);
  return placeholder.test(value) ? '' : value;
};
const whole = (value: number | null | undefined): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : undefined;

/** Ids of PCI and USB are hex of four digits. */
const hexId = (text: string | number | null | undefined): string => {
  const value = typeof text === 'number' ? text.toString(16) : (text ?? '').replace(/^0x/i, '');
  return /^[0-9a-f]{1,4}$/i.test(value) ? value.toLowerCase().padStart(4, '0') : '';
};

/** A library call that hangs on odd hardware must not hang the agent. */
const bounded = async <T>(work: Promise<T>, otherwise: T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), timeoutMs);
  });
  try {
    return await Promise.race([work.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
};

const pciClass: Readonly<Record<string, string>> = {
  '01': 'storage',
  '02': 'network',
  '03': 'display',
  '04': 'multimedia',
  '06': 'bridge',
  '0c': 'serial bus',
};

const pciItems = (files: RootFiles): Item[] => {
  const folder = 'sys/bus/pci/devices';
  return files
    .names(folder)
    .slice(0, maxPerType)
    .map((slot) => {
      const read = (name: string): string => files.text(`${folder}/${slot}/${name}`)?.trim() ?? '';
      const kind = read('class').replace(/^0x/, '').slice(0, 2);
      return item({
        type: 'pci',
        subtype: pciClass[kind] ?? kind,
        vendorId: hexId(read('vendor')),
        productId: hexId(read('device')),
        slot: clean(slot, 100),
      });
    });
};

const machineItems = async (files: RootFiles): Promise<Item[]> => {
  const { default: si } = await import('systeminformation');
  const [system, bios, board, cpu, memory, disks, graphics, usb, network] = await Promise.all([
    bounded(
      si.system().then((one) => [one]),
      [],
    ),
    bounded(
      si.bios().then((one) => [one]),
      [],
    ),
    bounded(
      si.baseboard().then((one) => [one]),
      [],
    ),
    bounded(
      si.cpu().then((one) => [one]),
      [],
    ),
    bounded(si.memLayout(), []),
    bounded(si.diskLayout(), []),
    bounded(
      si.graphics().then((one) => one.controllers),
      [],
    ),
    bounded(si.usb(), []),
    bounded(
      si.networkInterfaces().then((list) => (Array.isArray(list) ? list : [list])),
      [],
    ),
  ]);
  return [
    ...system.map((one) =>
      item({ type: 'system', maker: known(one.manufacturer), model: known(one.model), serial: known(one.serial) }),
    ),
    ...bios.map((one) =>
      item({ type: 'bios', maker: known(one.vendor), model: known(one.version), serial: known(one.serial) }),
    ),
    ...board.map((one) =>
      item({ type: 'board', maker: known(one.manufacturer), model: known(one.model), serial: known(one.serial) }),
    ),
    ...cpu.map((one) =>
      item({
        type: 'cpu',
        subtype: whole(one.cores) === undefined ? undefined : `${one.cores} threads`,
        maker: known(one.manufacturer),
        model: known(one.brand),
        slot: known(one.socket, 100),
      }),
    ),
    ...memory.map((one) =>
      item({
        type: 'memory',
        subtype: known(one.type, 100),
        maker: known(one.manufacturer),
        model: known(one.partNum),
        serial: known(one.serialNum),
        capacityBytes: whole(one.size),
        slot: known(one.bank, 100),
      }),
    ),
    ...disks.map((one) =>
      item({
        type: 'disk',
        subtype: known(one.type, 100),
        maker: known(one.vendor),
        model: known(one.name),
        serial: known(one.serialNum),
        capacityBytes: whole(one.size),
        slot: known(one.device, 100),
      }),
    ),
    ...graphics.map((one) =>
      item({
        type: 'gpu',
        maker: known(one.vendor),
        model: known(one.model),
        capacityBytes: typeof one.vram === 'number' ? whole(one.vram * 1024 * 1024) : undefined,
        slot: known(one.busAddress, 100),
      }),
    ),
    ...usb.map((one) =>
      item({
        type: 'usb',
        subtype: known(one.type, 100),
        maker: known(one.manufacturer ?? one.vendor),
        model: known(one.name),
        serial: known(one.serialNumber),
      }),
    ),
    ...network
      .filter((one) => !one.internal && !one.virtual)
      .map((one) =>
        item({ type: 'network', subtype: known(one.type, 100), mac: known(one.mac, 17), slot: known(one.iface, 100) }),
      ),
    ...pciItems(files),
  ];
};

export const collector: Collector = {
  collection: 'hardware',
  collect: async ({ files }) => {
    // Another root has no hardware of its own, and the machine's would make it a clone of the machine.
    if (!files.isMachine) return [];
    const named = (await machineItems(files)).filter((one) =>
      Object.keys(one).some((key) => key !== 'type' && key !== 'subtype'),
    );
    return numbered(sortItems(named, ...partIdentity, 'mac', 'vendorId', 'productId'));
  },
};
