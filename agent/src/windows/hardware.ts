import { type Item, item, numbered, sortItems } from '../collectors/collector.ts';
import { numberOf, type Row, rowsOf, textOf, timeOf } from './report.ts';

const placeholder =
  /^(?:-|unknown|undefined|not specified|none|default string|to be filled.*|n\/?a|0+|\(standard.*\))$/i;
const known = (row: Row, name: string, maxLength = 256): string => {
  const value = textOf(row, name, maxLength);
  return placeholder.test(value) ? '' : value;
};
const above = (value: number | undefined): number | undefined => (value !== undefined && value > 0 ? value : undefined);

/** SMBIOS memory types (DSP0134, 7.18.2). */
const memoryTypes: Readonly<Record<number, string>> = {
  20: 'DDR',
  21: 'DDR2',
  24: 'DDR3',
  26: 'DDR4',
  27: 'LPDDR',
  28: 'LPDDR2',
  29: 'LPDDR3',
  30: 'LPDDR4',
  34: 'DDR5',
  35: 'LPDDR5',
};

/** `PCI\VEN_8086&DEV_15BB&SUBSYS_…`, `USB\VID_0951&PID_1666\…` */
const ids = (pnp: string): { vendorId?: string; productId?: string } => {
  const match = /(?:VEN|VID)_([0-9A-F]{4})&(?:DEV|PID)_([0-9A-F]{4})/i.exec(pnp);
  return match === null ? {} : { vendorId: match[1]?.toLowerCase() ?? '', productId: match[2]?.toLowerCase() ?? '' };
};

/** Parts of the machine from the section `hardware`. */
export const windowsHardware = (section: Row): Item[] => {
  const rows = (part: string): Row[] => rowsOf(section, part);
  const serial = rows('product')
    .map((row) => known(row, 'IdentifyingNumber'))
    .find((text) => text !== '');
  const items = [
    ...rows('computer').map((row) =>
      item({ type: 'system', maker: known(row, 'Manufacturer'), model: known(row, 'Model'), serial }),
    ),
    ...rows('bios').map((row) =>
      item({
        type: 'bios',
        maker: known(row, 'Manufacturer'),
        model: known(row, 'SMBIOSBIOSVersion'),
        serial: known(row, 'SerialNumber'),
        firmware: known(row, 'SMBIOSBIOSVersion', 100),
        madeAt: timeOf(row['ReleaseDate']),
      }),
    ),
    ...rows('board').map((row) =>
      item({
        type: 'board',
        maker: known(row, 'Manufacturer'),
        model: known(row, 'Product'),
        serial: known(row, 'SerialNumber'),
      }),
    ),
    ...rows('processor').map((row) =>
      item({
        type: 'cpu',
        maker: known(row, 'Manufacturer'),
        model: known(row, 'Name'),
        slot: known(row, 'SocketDesignation', 100),
        cores: above(numberOf(row, 'NumberOfCores')),
        threads: above(numberOf(row, 'NumberOfLogicalProcessors')),
        frequencyMhz: above(numberOf(row, 'MaxClockSpeed')),
      }),
    ),
    ...rows('memory').map((row) =>
      item({
        type: 'memory',
        subtype: memoryTypes[numberOf(row, 'SMBIOSMemoryType') ?? 0],
        maker: known(row, 'Manufacturer'),
        model: known(row, 'PartNumber'),
        serial: known(row, 'SerialNumber'),
        capacityBytes: above(numberOf(row, 'Capacity')),
        slot: known(row, 'DeviceLocator', 100),
        frequencyMhz: above(numberOf(row, 'Speed')),
      }),
    ),
    ...rows('disk').map((row) =>
      item({
        type: 'disk',
        subtype: known(row, 'MediaType', 100),
        model: known(row, 'Model'),
        serial: known(row, 'SerialNumber'),
        capacityBytes: above(numberOf(row, 'Size')),
        interface: known(row, 'InterfaceType', 50),
        firmware: known(row, 'FirmwareRevision', 100),
        slot: known(row, 'DeviceID', 100),
      }),
    ),
    ...rows('volume').map((row) =>
      item({
        type: 'volume',
        model: known(row, 'VolumeName'),
        serial: known(row, 'VolumeSerialNumber'),
        name: known(row, 'DeviceID'),
        fileSystem: known(row, 'FileSystem', 50),
        capacityBytes: above(numberOf(row, 'Size')),
        slot: known(row, 'DeviceID', 100),
      }),
    ),
    ...rows('display').map((row) =>
      item({
        type: 'gpu',
        maker: known(row, 'AdapterCompatibility'),
        model: known(row, 'Name'),
        capacityBytes: above(numberOf(row, 'AdapterRAM')),
        ...ids(textOf(row, 'PNPDeviceID')),
      }),
    ),
    ...rows('network').map((row) =>
      item({
        type: 'network',
        maker: known(row, 'Manufacturer'),
        model: known(row, 'Name'),
        mac: known(row, 'MACAddress', 17).toLowerCase(),
        name: known(row, 'NetConnectionID'),
        ...ids(textOf(row, 'PNPDeviceID')),
      }),
    ),
  ].filter((one) => Object.keys(one).length > 1);
  return numbered(sortItems(items, 'type', 'subtype', 'model', 'serial', 'slot', 'mac'));
};
