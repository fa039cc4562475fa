import type { Item } from '../../../engine/inventory/types.ts';
import { firstKnown, flag, hexId, item, known, line, timeOf } from './fields.ts';
import type { MapContext } from './map-types.ts';
import type { Row } from './message.ts';

const stateOf = (on: boolean | undefined): string => (on === undefined ? 'unknown' : on ? 'on' : 'off');

export const antivirusItems = (rows: readonly Row[], { offsetMinutes }: MapContext): Item[] =>
  rows
    .filter((row) => known(row, 'name') !== undefined)
    .map((row) => {
      const current = flag(row, 'uptodate');
      const rule = { offsetMinutes };
      return item({
        product: known(row, 'name'),
        kind: 'antivirus',
        publisher: known(row, 'company'),
        version: known(row, 'version', 100),
        state: stateOf(flag(row, 'enabled')),
        databaseState: current === undefined ? 'unknown' : current ? 'current' : 'old',
        databaseVersion: known(row, 'base_version', 100),
        databaseAt: timeOf(row, 'base_creation', rule),
        licenceUntil: timeOf(row, 'expiration', rule),
        installId: known(row, 'guid', 200),
      });
    });

/** One row per profile or interface: what is off somewhere is told apart from what is on elsewhere. */
export const firewallItems = (rows: readonly Row[]): Item[] =>
  rows.map((row) => {
    const product = known(row, 'description', 150) ?? 'firewall';
    const profile = known(row, 'profile', 100);
    return item({
      product: profile === undefined ? product : `${product} (${profile})`,
      kind: 'firewall',
      state: stateOf(flag(row, 'status')),
    });
  });

const encryptionState = (text: string): string => {
  if (/^(?:yes|true|1)$/i.test(text)) return 'encrypted';
  if (/^(?:no|false|0)$/i.test(text)) return 'plain';
  return /part/i.test(text) ? 'encrypting' : 'unknown';
};

const encryptedVolume = (row: Row, volumeNames: readonly string[]): Item[] => {
  const status = line(row, 'encrypt_status', 50);
  const volume = firstKnown(row, volumeNames);
  if (status === undefined || volume === undefined) return [];
  const disk = known(row, 'volumn');
  const method = [known(row, 'encrypt_name', 40), known(row, 'encrypt_algo', 50)].filter((part) => part !== undefined);
  return [
    item({
      volume,
      disk: disk === volume ? undefined : disk,
      method: method.length === 0 ? undefined : method.join(' '),
      state: encryptionState(status),
    }),
  ];
};

/** Drives and disks that say whether they are encrypted; silence is no proof of either. */
export const encryptionItems = (_: readonly Row[], context: MapContext): Item[] => [
  ...context.rows('drives').flatMap((row) => encryptedVolume(row, ['letter', 'type', 'volumn'])),
  ...context.rows('storages').flatMap((row) => encryptedVolume(row, ['name', 'model'])),
];

/** Hubs inside the machine are no plugged-in devices. */
const isRootHub = (row: Row): boolean => hexId(row, 'vendorid') === '1d6b';

export const usbItems = (rows: readonly Row[]): Item[] =>
  rows
    .filter((row) => !isRootHub(row))
    .map((row) => {
      const usbClass = known(row, 'class', 100);
      const ids = [hexId(row, 'vendorid'), hexId(row, 'productid')];
      return item({
        label: firstKnown(row, ['name', 'caption']) ?? (usbClass === undefined ? ids.join(':') : `USB ${usbClass}`),
        class: usbClass,
        bus: 'usb',
        maker: known(row, 'manufacturer'),
        vendorId: ids[0],
        productId: ids[1],
        serial: known(row, 'serial'),
        connected: true,
      });
    });
