import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type DeviceListing, deviceListing } from '../features/devices/listing.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const states = ['discovered', 'pending', 'managed', 'held', 'revoked'];

const total = (row: DeviceListing): number => Object.values(row.byType).reduce((sum, count) => sum + count, 0);

export const command: Command = {
  summary: 'the devices, their states, who reports them and how much software they have',
  options: { state: { type: 'string', value: 'STATE', help: `${states.join(', ')} only` } },
  example: 'sallyport device list --data /var/lib/sallyport --json',
  run: async ({ open, out, text }) => {
    const state = text('state');
    if (state !== undefined && !states.includes(state))
      throw new AppError('USAGE', `--state is one of ${states.join(', ')}`);
    const rows = deviceListing(await open()).filter((row) => state === undefined || row.state === state);
    out.table(
      ['ID', 'NAME', 'STATE', 'SOURCES', 'SOFTWARE', 'LAST SEEN'],
      rows.map((row) => [
        row.id,
        row.name,
        row.state,
        row.sources.join(' '),
        total(row),
        row.lastSeenAt === null ? null : toTime(row.lastSeenAt),
      ]),
    );
    out.result({
      items: rows.map(({ byType, ...row }) => ({
        ...row,
        lastSeen: row.lastSeenAt === null ? null : toTime(row.lastSeenAt),
        counts: { software: total({ ...row, byType }), byType },
      })),
    });
    return 0;
  },
};
