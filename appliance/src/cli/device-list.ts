import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Device } from '../features/devices/types.ts';
import type { Command } from './command.ts';

const pageRows = 1_000;

export const command: Command = {
  summary: 'the devices and their states',
  options: { state: { type: 'string', value: 'STATE', help: 'pending, managed, held or revoked only' } },
  example: 'sallyport device list --data /var/lib/sallyport --json',
  run: async ({ open, out, text }) => {
    const { devices, objects, inventory } = await open();
    const state = text('state');
    const found: Device[] = [];
    for (let after: number | undefined; ; ) {
      const page = devices.list({ limit: pageRows, ...(after === undefined ? {} : { after }) });
      found.push(...page.rows);
      if (page.next === undefined) break;
      after = page.next;
    }
    const rows = found
      .filter((device) => state === undefined || device.state === state)
      .map((device) => {
        const [identity] = inventory.section(device.id, 'identity');
        const decision = objects.find('device-decision', device.publicId);
        const name = decision?.body['displayName'] ?? identity?.['name'] ?? device.hostname;
        return { id: device.publicId, name: String(name), state: device.state, lastSeenAt: device.lastSeenAt };
      });
    out.table(
      ['ID', 'NAME', 'STATE', 'LAST SEEN'],
      rows.map((row) => [row.id, row.name, row.state, row.lastSeenAt === null ? null : toTime(row.lastSeenAt)]),
    );
    out.result(rows);
    return 0;
  },
};
