import type { Item } from '../../../engine/inventory/types.ts';
import { amount, firstKnown, hexId, item, known, line, macOf, timeOf } from './fields.ts';
import { isCard } from './map-platform.ts';
import type { MapContext } from './map-types.ts';
import type { Row } from './message.ts';

// Parts of the machine. What a part is doing (free space, counters, link speed) is left out: it would be a change at
// each report.

const mebibyte = 1_048_576;
const megabyte = 1_000_000;

type Part = (row: Row, context: MapContext) => Item;

/** Rows as parts of a type; a row that names nothing is none. */
const parts =
  (type: string, part: Part) =>
  (rows: readonly Row[], context: MapContext): Item[] =>
    rows.flatMap((row) => {
      const found = part(row, context);
      return Object.keys(found).length === 0 ? [] : [{ type, ...found }];
    });

export const machineItems = (rows: readonly Row[]): Item[] => {
  const [row = {}] = rows;
  const system = item({
    maker: firstKnown(row, ['smanufacturer']),
    model: firstKnown(row, ['smodel']),
    serial: firstKnown(row, ['ssn', 'enclosureserial']),
  });
  const bios = item({
    maker: known(row, 'bmanufacturer'),
    model: known(row, 'bversion'),
    serial: known(row, 'biosserial'),
    madeAt: timeOf(row, 'bdate', { offsetMinutes: 0 }),
  });
  const board = item({
    maker: known(row, 'mmanufacturer'),
    model: known(row, 'mmodel'),
    serial: known(row, 'msn'),
  });
  return [
    { type: 'system', ...system },
    { type: 'bios', ...bios },
    { type: 'board', ...board },
  ].filter((found) => Object.keys(found).length > 1);
};

export const cpuItems = parts('cpu', (row) =>
  item({
    maker: known(row, 'manufacturer'),
    model: known(row, 'name'),
    serial: known(row, 'serial'),
    cores: amount(row, 'core'),
    threads: amount(row, 'thread'),
    frequencyMhz: amount(row, 'speed'),
  }),
);

export const memoryItems = parts('memory', (row) => {
  const capacityBytes = amount(row, 'capacity', mebibyte);
  // An empty slot is no part.
  if (capacityBytes === undefined) return {};
  return item({
    subtype: known(row, 'type', 100),
    maker: known(row, 'manufacturer'),
    model: known(row, 'model'),
    serial: firstKnown(row, ['serialnumber', 'serial']),
    capacityBytes,
    slot: line(row, 'numslots', 100),
    frequencyMhz: amount(row, 'speed'),
  });
});

/** OCS on Windows writes what the system calls a disk into `model`, and its model into `name`. */
const isSwapped = (row: Row): boolean => line(row, 'model')?.startsWith('\\\\.\\') === true;

export const storageItems = parts('disk', (row) => {
  const [nameField, modelField] = isSwapped(row) ? ['model', 'name'] : ['name', 'model'];
  const name = known(row, nameField);
  const model = known(row, modelField);
  const serial = known(row, 'serial');
  const capacityBytes = amount(row, 'disksize', megabyte);
  const subtype = firstKnown(row, ['type', 'description'], 100);
  // AIX knows of a virtual disk no more than what it is called and what it is.
  const isNamed = name !== undefined && subtype !== undefined;
  if (!isNamed && model === undefined && serial === undefined && capacityBytes === undefined) return {};
  return item({
    subtype,
    maker: known(row, 'manufacturer'),
    model: model ?? name,
    serial,
    capacityBytes,
    slot: name?.slice(0, 100),
    firmware: known(row, 'firmware', 100),
    interface: known(row, 'interface', 50),
  });
});

export const driveItems = parts('volume', (row) => {
  const fileSystem = known(row, 'filesystem', 50);
  const capacityBytes = amount(row, 'total', mebibyte);
  // HP-UX, Solaris and telephones do not name it; an empty drive has neither.
  if (fileSystem === undefined && capacityBytes === undefined) return {};
  // Those of the kernel and of containers come and go.
  if (fileSystem !== undefined && /^(?:tmpfs|devtmpfs|overlay|squashfs|proc|sysfs|fuse.*)$/.test(fileSystem)) return {};
  return item({
    model: known(row, 'label'),
    serial: known(row, 'serial'),
    capacityBytes,
    slot: firstKnown(row, ['letter', 'type', 'volumn'], 100),
    name: known(row, 'volumn'),
    fileSystem,
  });
});

export const networkItems = (rows: readonly Row[]): Item[] => {
  // One row per address: a card is all rows with its hardware address.
  const cards = new Map<string, Item>();
  for (const row of rows) {
    const mac = macOf(row, 'mac');
    // A fibre channel port has a name of its own instead.
    const wwn = mac === undefined ? known(row, 'wwn') : undefined;
    const key = mac ?? wwn;
    if (key === undefined || !isCard(row) || cards.has(key)) continue;
    cards.set(
      key,
      item({
        type: 'network',
        subtype: known(row, 'type', 100)?.toLowerCase(),
        maker: known(row, 'manufacturer'),
        model: known(row, 'model'),
        mac,
        serial: wwn,
        slot: known(row, 'description', 100),
        firmware: known(row, 'firmware', 100),
      }),
    );
  }
  return [...cards.values()];
};

/** OCS puts the class into `name`, its number behind it, and maker and model into one field. */
const ocsController = (row: Row): Item => {
  const [vendor, product] = (line(row, 'pciid') ?? '').split(':');
  return item({
    subtype: known(row, 'name', 100)?.replace(/ \[[0-9a-f]{4}\]$/, ''),
    model: known(row, 'manufacturer'),
    vendorId: hexId({ vendor }, 'vendor'),
    productId: hexId({ product }, 'product'),
    slot: known(row, 'pcislot', 100),
  });
};

export const controllerItems = parts('pci', (row) =>
  line(row, 'pciid') !== undefined
    ? ocsController(row)
    : item({
        subtype: firstKnown(row, ['type', 'name'], 100),
        maker: known(row, 'manufacturer'),
        model: firstKnown(row, ['caption', 'name']),
        vendorId: hexId(row, 'vendorid'),
        productId: hexId(row, 'productid'),
        slot: known(row, 'pcislot', 100),
      }),
);

/** `base64` is the monitor's own description: its serial is in it, and half a kilobyte of nothing else. */
export const monitorItems = parts('monitor', (row) =>
  item({
    maker: known(row, 'manufacturer'),
    model: firstKnown(row, ['caption', 'name']),
    serial: firstKnown(row, ['serial', 'altserial']),
    slot: known(row, 'port', 100),
  }),
);

export const videoItems = parts('gpu', (row) =>
  item({
    maker: known(row, 'chipset'),
    model: known(row, 'name'),
    capacityBytes: amount(row, 'memory', mebibyte),
    slot: known(row, 'pcislot', 100),
  }),
);

export const firmwareItems = parts('firmware', (row) =>
  item({
    subtype: known(row, 'type', 100),
    maker: known(row, 'manufacturer'),
    model: known(row, 'name'),
    firmware: known(row, 'version', 100),
    madeAt: timeOf(row, 'date', { offsetMinutes: 0 }),
  }),
);

export const batteryItems = parts('battery', (row) =>
  item({
    subtype: known(row, 'chemistry', 100),
    maker: known(row, 'manufacturer'),
    model: known(row, 'name'),
    serial: known(row, 'serial'),
    madeAt: timeOf(row, 'date', { offsetMinutes: 0 }),
  }),
);

export const powerItems = parts('power-supply', (row) =>
  item({
    maker: known(row, 'manufacturer'),
    model: firstKnown(row, ['model', 'partnum', 'name']),
    serial: firstKnown(row, ['serialnumber', 'serial']),
    slot: known(row, 'location', 100),
  }),
);

export const printerItems = parts('printer', (row) =>
  item({
    model: firstKnown(row, ['driver', 'name']),
    serial: known(row, 'serial'),
    slot: known(row, 'port', 100),
    name: known(row, 'name'),
  }),
);

export const volumeGroupItems = parts('volume-group', (row) =>
  item({
    model: known(row, 'vg_name'),
    serial: known(row, 'vg_uuid'),
    capacityBytes: amount(row, 'size', mebibyte),
  }),
);

export const logicalVolumeItems = parts('logical-volume', (row) =>
  item({
    model: known(row, 'lv_name'),
    serial: known(row, 'lv_uuid'),
    capacityBytes: amount(row, 'size', mebibyte),
    slot: known(row, 'vg_name', 100),
  }),
);

export const physicalVolumeItems = parts('physical-volume', (row) =>
  item({
    serial: known(row, 'pv_uuid'),
    capacityBytes: amount(row, 'size', mebibyte),
    slot: known(row, 'device', 100),
  }),
);

/** Sorts of parts that have a name, a maker and perhaps a serial, and nothing else that lasts. */
export const plainItems = (type: string) =>
  parts(type, (row) =>
    item({
      subtype: known(row, 'type', 100),
      maker: known(row, 'manufacturer'),
      model: firstKnown(row, ['model', 'name', 'caption', 'description', 'designation']),
      serial: firstKnown(row, ['serial', 'serialnumber']),
      firmware: firstKnown(row, ['firmware', 'version'], 100),
      mac: macOf(row, 'mac'),
    }),
  );

/** Only `hardware.memory` is there where firmware does not list its modules. */
export const totalMemoryItems = (rows: readonly Row[], context: MapContext): Item[] => {
  const [row = {}] = rows;
  const capacityBytes = amount(row, 'memory', mebibyte);
  const isListed = memoryItems(context.rows('memories'), context).length > 0;
  return isListed || capacityBytes === undefined ? [] : [{ type: 'memory-total', capacityBytes }];
};
