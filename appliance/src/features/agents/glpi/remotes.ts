import { timingSafeEqual } from 'node:crypto';
import type { Personal } from '../../../platform/personal.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { Device } from '../../devices/types.ts';

/** What a client asks at an address of its own. */
export type RemoteTask = 'collect' | 'deploy';

const separator = '.';

/** Addresses of devices that cannot be guessed: signed with the site's key, so nothing has to be kept. */
export const remotes = (parts: { personal: Pick<Personal, 'keyed'>; devices: Pick<DeviceService, 'byPublicId'> }) => {
  const mark = (task: RemoteTask, publicId: string): string =>
    parts.personal.keyed(`glpi ${task} ${publicId}`).toString('hex');

  const isMark = (expected: string, given: string): boolean => {
    const [a, b] = [Buffer.from(expected), Buffer.from(given)];
    return a.length === b.length && timingSafeEqual(a, b);
  };

  return {
    of: (task: RemoteTask, publicId: string): string => `${publicId}${separator}${mark(task, publicId)}`,
    /** The device of an address, while it is managed. */
    device: (task: RemoteTask, remote: string): Device | undefined => {
      const [publicId = '', given = ''] = remote.split(separator);
      if (!isMark(mark(task, publicId), given)) return undefined;
      const device = parts.devices.byPublicId(publicId);
      return device.state === 'managed' ? device : undefined;
    },
  };
};

export type Remotes = ReturnType<typeof remotes>;
