import { hostname, networkInterfaces } from 'node:os';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EnrolDevice } from '@sallyport/bundle-tools/protocol/enrol';
import { osRelease } from '../collectors/os-release.ts';
import type { RootFiles } from '../platform/root-files.ts';

// What a device says about itself at enrolment. With a root of its own nothing of the machine goes in: it would look like
// a clone of the machine.

const softwareInterface = /^(?:lo|docker|veth|br-|virbr|vnet|tun|tap|wg|cni|flannel|cali|dummy|ifb|bond_slave)/;

/** Hardware addresses of the interfaces that have a device behind them; of all real-looking ones when none says so. */
export const hostMacs = (files: RootFiles): string[] => {
  if (!files.isMachine) return [];
  const folder = 'sys/class/net';
  const physical = files.names(folder).filter((name) => files.has(`${folder}/${name}/device`));
  const macs =
    physical.length > 0
      ? physical.map((name) => files.text(`${folder}/${name}/address`)?.trim() ?? '')
      : Object.entries(networkInterfaces())
          .filter(([name]) => !softwareInterface.test(name))
          .flatMap(([, list]) => (list ?? []).filter((one) => !one.internal).map((one) => one.mac));
  return [...new Set(macs.map((mac) => mac.toLowerCase()))]
    .filter((mac) => /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== '00:00:00:00:00:00')
    .sort()
    .slice(0, 64);
};

/** The host name: the kernel's for the machine, the file's for another root. */
export const hostName = (files: RootFiles): string =>
  files.isMachine ? hostname() : ((files.text('etc/hostname') ?? '').trim().split('\n')[0]?.trim() ?? '');

const asUuid = (hex: string): string | undefined =>
  /^[0-9a-f]{32}$/.test(hex) ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : undefined;

/** UUID and serial number of the firmware, of the machine itself only. */
export const firmwareIds = (files: RootFiles): { uuid?: string; serial?: string } => {
  const read = (name: string): string | undefined =>
    files.isMachine ? files.text(`sys/class/dmi/id/${name}`)?.trim() || undefined : undefined;
  const uuid = read('product_uuid');
  const serial = read('product_serial')?.slice(0, 128);
  return {
    // Boards without a UUID of their own print one digit over and over.
    ...(uuid !== undefined && new Set(uuid.replace(/[^0-9a-f]/gi, '').toLowerCase()).size > 3 ? { uuid } : {}),
    ...defined({ serial }),
  };
};

/** `fallbackId`: 32 hex digits of the agent's own, where firmware and system have none. */
export const deviceFacts = (files: RootFiles, fallbackId: string): EnrolDevice => {
  const { uuid, serial } = firmwareIds(files);
  const machineId = asUuid((files.text('etc/machine-id') ?? '').trim());
  const os = osRelease(files);
  return {
    uuid: uuid ?? machineId ?? asUuid(fallbackId) ?? null,
    serial: serial ?? null,
    macs: hostMacs(files),
    hostname: hostName(files).slice(0, 255),
    os: [os['ID'], os['VERSION_ID']].filter(Boolean).join(' ').slice(0, 128),
    arch: process.arch,
  };
};
