import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import * as z from 'zod';
import type { RootFiles } from '../platform/root-files.ts';
import { type CollectContext, type Collector, clean, type Item, item, sortItems } from './collector.ts';
import { containerKind } from './container.ts';

// What is plugged in, from sysfs: USB, Thunderbolt, FireWire and memory cards. The agent remembers what it saw, so that a
// device that was pulled out again stays on the list with the time when it went.

const maxDevices = 500;
const maxRemembered = 500;
const forgetAfterMs = 365 * 24 * 3600 * 1000;
const sectorBytes = 512;

const usbClasses: Readonly<Record<string, string>> = {
  '01': 'audio',
  '02': 'communication',
  '03': 'input',
  '05': 'physical',
  '06': 'camera',
  '07': 'printer',
  '08': 'storage',
  '0a': 'communication',
  '0b': 'smart card',
  '0d': 'security',
  '0e': 'video',
  '0f': 'health',
  '10': 'audio and video',
  e0: 'wireless',
};
const hubClass = '09';

type Disk = { path: string; sizeBytes: number };

/** Block devices with the place of their bus in sysfs. */
const disksOf = (files: RootFiles): Disk[] =>
  files
    .names('sys/block')
    .slice(0, 4096)
    .flatMap((name) => {
      const path = files.link(`sys/block/${name}`);
      const sectors = Number(files.text(`sys/block/${name}/size`)?.trim() ?? '0');
      return path === undefined || !Number.isSafeInteger(sectors) ? [] : [{ path, sizeBytes: sectors * sectorBytes }];
    });

const capacityOf = (disks: readonly Disk[], slot: string): number | undefined =>
  disks.find((disk) => disk.sizeBytes > 0 && disk.path.split('/').includes(slot))?.sizeBytes;

const allowedBy = (authorized: string): boolean | undefined =>
  /^\d+$/.test(authorized) ? authorized !== '0' : undefined;

/** Devices of USB but hubs and what is built in. */
const usbDevices = (files: RootFiles, disks: readonly Disk[]): Item[] => {
  const folder = 'sys/bus/usb/devices';
  const names = files.names(folder);
  return names
    .filter((name) => /^\d+-\d+(?:\.\d+)*$/.test(name))
    .slice(0, maxDevices)
    .flatMap((slot) => {
      const read = (file: string, maxLength = 256): string => clean(files.text(`${folder}/${slot}/${file}`), maxLength);
      const own = read('bDeviceClass');
      const classes = names
        .filter((name) => name.startsWith(`${slot}:`))
        .map((name) => clean(files.text(`${folder}/${name}/bInterfaceClass`), 2).toLowerCase());
      if (own === hubClass || read('removable') === 'fixed') return [];
      const kind = usbClasses[own] ?? classes.map((one) => usbClasses[one]).find((one) => one !== undefined) ?? 'other';
      return [
        item({
          label: read('product') || kind,
          class: kind,
          bus: 'usb',
          maker: read('manufacturer'),
          vendorId: read('idVendor', 16).toLowerCase(),
          productId: read('idProduct', 16).toLowerCase(),
          serial: read('serial'),
          // With a number of its own it is the same device in another port.
          port: read('serial') === '' ? slot : undefined,
          capacityBytes: capacityOf(disks, slot),
          allowed: allowedBy(read('authorized')),
        }),
      ];
    });
};

const thunderboltDevices = (files: RootFiles): Item[] => {
  const folder = 'sys/bus/thunderbolt/devices';
  return files
    .names(folder)
    .filter((name) => /^\d+-[1-9a-f]\d*$/.test(name))
    .slice(0, maxDevices)
    .map((slot) => {
      const read = (file: string, maxLength = 256): string => clean(files.text(`${folder}/${slot}/${file}`), maxLength);
      return item({
        label: read('device_name') || 'thunderbolt',
        class: 'dock',
        bus: 'thunderbolt',
        maker: read('vendor_name'),
        vendorId: read('vendor', 16).replace(/^0x/, ''),
        productId: read('device', 16).replace(/^0x/, ''),
        serial: read('unique_id'),
        port: slot,
        allowed: allowedBy(read('authorized')),
      });
    });
};

const fireWireDevices = (files: RootFiles): Item[] => {
  const folder = 'sys/bus/firewire/devices';
  return files
    .names(folder)
    .filter((name) => /^fw\d+$/.test(name) && !/^1$/.test(files.text(`${folder}/${name}/is_local`)?.trim() ?? ''))
    .slice(0, maxDevices)
    .map((slot) => {
      const read = (file: string): string => clean(files.text(`${folder}/${slot}/${file}`));
      return item({
        label: read('model_name') || 'firewire',
        class: 'other',
        bus: 'firewire',
        maker: read('vendor_name'),
        serial: read('guid').replace(/^0x/, ''),
        port: slot,
      });
    });
};

/** Memory cards; soldered memory (eMMC) is of the type MMC. */
const cards = (files: RootFiles, disks: readonly Disk[]): Item[] => {
  const folder = 'sys/bus/mmc/devices';
  return files
    .names(folder)
    .filter((name) => files.text(`${folder}/${name}/type`)?.trim() === 'SD')
    .slice(0, maxDevices)
    .map((slot) => {
      const read = (file: string): string => clean(files.text(`${folder}/${slot}/${file}`));
      return item({
        label: read('name') || 'SD',
        class: 'storage',
        bus: 'sd',
        vendorId: read('manfid').replace(/^0x0*/, ''),
        productId: read('oemid').replace(/^0x0*/, ''),
        serial: read('serial').replace(/^0x/, ''),
        port: slot.split(':')[0] ?? slot,
        capacityBytes: capacityOf(disks, slot),
      });
    });
};

/** What is plugged in now. */
export const connectedDevices = (files: RootFiles): Item[] => {
  const disks = disksOf(files);
  return [
    ...usbDevices(files, disks),
    ...thunderboltDevices(files),
    ...fireWireDevices(files),
    ...cards(files, disks),
  ].slice(0, maxDevices);
};

const memorySchema = z.array(
  z.object({
    device: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    firstMs: z.number(),
    goneMs: z.number().optional(),
  }),
);
type Remembered = z.infer<typeof memorySchema>[number];

const keyOf = (device: Readonly<Record<string, unknown>>): string =>
  ['label', 'class', 'bus', 'vendorId', 'productId', 'serial', 'port']
    .map((name) => String(device[name] ?? ''))
    .join('\0');

/** What was seen until now and what is there: each device once, with when it came and went. */
const rememberDevices = (known: readonly Remembered[], now: readonly Item[], nowMs: number): Remembered[] => {
  const held = new Map(known.map((one) => [keyOf(one.device), one]));
  for (const device of now) {
    const key = keyOf(device);
    held.set(key, { device: device as Remembered['device'], firstMs: held.get(key)?.firstMs ?? nowMs });
  }
  const present = new Set(now.map(keyOf));
  return [...held.entries()]
    .map(([key, one]) => (present.has(key) || one.goneMs !== undefined ? one : { ...one, goneMs: nowMs }))
    .filter((one) => one.goneMs === undefined || nowMs - one.goneMs < forgetAfterMs)
    .sort((a, b) => (b.goneMs ?? nowMs) - (a.goneMs ?? nowMs))
    .slice(0, maxRemembered);
};

/** What is there and what was there, as items; the memory is written only when something came or went. */
export const rememberedItems = ({ memory, clock }: CollectContext, now: readonly Item[]): Item[] => {
  const parsed = memorySchema.safeParse(memory.read('external-device'));
  const before = parsed.success ? parsed.data : [];
  const after = rememberDevices(before, now, clock());
  if (JSON.stringify(after) !== JSON.stringify(before)) memory.write('external-device', after);
  const items = after.map(({ device, firstMs, goneMs }) =>
    item({
      ...device,
      connected: goneMs === undefined,
      firstSeenAt: toTime(firstMs),
      lastSeenAt: goneMs === undefined ? undefined : toTime(goneMs),
    }),
  );
  return sortItems(items, 'label', 'bus', 'vendorId', 'productId', 'serial', 'port');
};

export const collector: Collector = {
  collection: 'external-device',
  every: 'turn',
  // A container sees the devices of its host.
  collect: async (context) =>
    !context.files.has('sys/bus') || containerKind(context.files) !== undefined
      ? undefined
      : rememberedItems(context, connectedDevices(context.files)),
};
