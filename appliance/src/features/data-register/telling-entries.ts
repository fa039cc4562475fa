import type { HeldEntry } from './types.ts';

/** Who is told of what happens, and what goes out for it. */
export const tellingEntries: readonly HeldEntry[] = [
  {
    row: 'E3',
    pillar: 'derived',
    name: 'notifications',
    tables: ['notification', 'notification_position'],
    retention: { days: 90 },
    personal: 'possible',
  },
  // To receivers inside the site, files for a diode among them: names of devices, and accounts by their numbers.
  {
    row: 'E2',
    pillar: 'sync',
    name: 'receiver-positions',
    tables: ['receiver_position'],
    retention: 'kept',
    personal: 'no',
  },
];
