import type { Appliance } from './compose.ts';
import { deviceStatistics } from './features/devices/statistics.ts';
import { exchangeStatistics } from './features/exchange/statistics.ts';
import type { Statistic } from './features/trends/types.ts';
import { findingStatistics } from './features/vulnerabilities/statistics.ts';

/** Every statistic that a feature declares, in the order in which they are shown. */
export const allStatistics = (appliance: Appliance): readonly Statistic[] => [
  ...findingStatistics(appliance),
  ...deviceStatistics(appliance),
  ...exchangeStatistics(appliance),
];
