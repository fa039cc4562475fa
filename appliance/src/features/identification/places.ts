import { networkInterfaces } from 'node:os';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { toFailure } from '../../platform/errors.ts';
import type { DeviceService } from '../devices/service.ts';

// Where a job can ask from, and under which addresses it is then seen (OT Q11).

/** The appliance's addresses but those that lead nowhere else. */
export const ownAddressList = (): string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((one) => (one === undefined || one.internal || one.address.startsWith('fe80:') ? [] : [one.address]))
    .sort();

type Parts = { devices: Pick<DeviceService, 'byPublicId'>; inventory: Pick<InventoryService, 'section'> };

const deviceOf = (devices: Parts['devices'], publicId: string) => {
  try {
    return devices.byPublicId(publicId);
  } catch (error) {
    if (toFailure(error).code === 'NOT_FOUND') return undefined;
    throw error;
  }
};

/** A managed device with an agent of its own; undefined for any other. */
export const agentsOf =
  ({ devices, inventory }: Parts) =>
  (publicId: string): { id: number; name: string; addresses: readonly string[] } | undefined => {
    const device = deviceOf(devices, publicId);
    if (device?.state !== 'managed') return undefined;
    const addresses = inventory.section(device.id, 'identity').flatMap((row) => {
      const found = row['ipv4'];
      return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string') : [];
    });
    return { id: device.id, name: device.hostname, addresses };
  };
