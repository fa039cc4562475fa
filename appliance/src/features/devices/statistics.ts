import { wholeSite } from '../../platform/scope.ts';
import type { SiteClock } from '../../platform/site-clock.ts';
import type { Statistic } from '../trends/types.ts';
import type { DeviceService } from './service.ts';

const dayMs = 86_400_000;

/** What is kept of devices day by day. */
export const deviceStatistics = ({
  devices,
  time,
}: {
  devices: Pick<DeviceService, 'heardSince'>;
  time: Pick<SiteClock, 'now'>;
}): readonly Statistic[] => [
  {
    name: 'devices-heard',
    unit: 'percent',
    right: 'devices:read',
    measure: () => {
      const { heard, managed } = devices.heardSince(time.now() - dayMs, wholeSite('figures'));
      return managed === 0 ? null : Math.round((heard / managed) * 1_000) / 10;
    },
  },
];
