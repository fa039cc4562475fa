import { type Item, item } from '../collectors/collector.ts';
import { numberOf, type Row, rowsOf, textOf } from './report.ts';

const classes: Readonly<Record<string, string>> = {
  diskdrive: 'storage',
  usbstor: 'storage',
  wpd: 'storage',
  keyboard: 'input',
  mouse: 'input',
  hidclass: 'input',
  camera: 'video',
  image: 'camera',
  printer: 'printer',
  net: 'communication',
  modem: 'communication',
  bluetooth: 'wireless',
  smartcardreader: 'smart card',
  media: 'audio',
};

const hubs = /^(?:usbhub|usbhub3|usb3hub|usbhub30|iusb3hub)$/i;
/** CM_PROB_DISABLED: an administrator or a policy switched it off. */
const disabledCode = 22;

/** A serial number of the device has no `&`; one that Windows made up has. */
const serialOf = (instance: string): string => (instance.includes('&') ? '' : instance);

/** What is plugged in: one row per device, not per function of it. */
export const windowsExternalDevices = (section: Row): Item[] => {
  const entities = rowsOf(section, 'entities');
  const disks = rowsOf(section, 'disks');
  return entities.flatMap((row): Item[] => {
    const id = textOf(row, 'PNPDeviceID', 512);
    const match = /^(USB)\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})\\(.+)$/i.exec(id);
    if (match === null || hubs.test(textOf(row, 'Service'))) return [];
    const serial = serialOf(match[4] ?? '');
    const storage =
      serial === '' ? [] : disks.filter((disk) => textOf(disk, 'PNPDeviceID', 512).includes(`\\${serial}&`));
    const kind =
      classes[textOf(row, 'Service').toLowerCase()] ?? classes[textOf(row, 'PNPClass').toLowerCase()] ?? 'other';
    const [disk] = storage;
    return [
      item({
        label: disk === undefined ? textOf(row, 'Name') || kind : textOf(disk, 'Model'),
        class: disk === undefined ? kind : 'storage',
        bus: 'usb',
        maker: /^\(.*\)$/.test(textOf(row, 'Manufacturer')) ? undefined : textOf(row, 'Manufacturer'),
        vendorId: match[2]?.toLowerCase(),
        productId: match[3]?.toLowerCase(),
        serial,
        port: serial === '' ? match[4]?.slice(0, 100) : undefined,
        capacityBytes: disk === undefined ? undefined : numberOf(disk, 'Size'),
        allowed: numberOf(row, 'ConfigManagerErrorCode') !== disabledCode,
      }),
    ];
  });
};
