import type { UpdateFilter } from '../features/updates/types.ts';
import { APPROVALS, SUPPLIES } from '../features/updates/types.ts';
import type { Command } from './command.ts';
import { among, limitOf } from './list-options.ts';

export const command: Command = {
  summary: 'the updates that this site needs, has asked for, has got',
  options: {
    approval: { type: 'string', value: 'A', multiple: true, help: APPROVALS.join(', ') },
    supply: { type: 'string', value: 'S', multiple: true, help: SUPPLIES.join(', ') },
    security: { type: 'boolean', help: 'security updates only' },
    deployable: { type: 'boolean', help: 'approved, here, and needed by a device' },
    device: { type: 'string', value: 'ID', help: 'what one device lacks or was ordered' },
    search: { type: 'string', value: 'TEXT', help: 'part of a name or version' },
    limit: { type: 'string', value: 'N', help: 'at most so many (100)' },
  },
  example: 'sallyport update list --supply arrived --approval undefined --data /var/lib/sallyport --json',
  run: async ({ open, out, text, texts, flag }) => {
    const limit = limitOf(text('limit'));
    const { updates, devices } = await open();
    const device = text('device');
    if (device !== undefined) {
      const all = updates.forDevice(devices.byPublicId(device).id);
      const shown = all.slice(0, limit);
      out.table(
        ['ID', 'NAME', 'INSTALLED', 'UPDATE', 'SECURITY', 'APPROVAL', 'SUPPLY', 'INSTALLATION'],
        shown.map(({ update, installedVersion, installation }) => [
          update.id,
          update.name,
          installedVersion ?? null,
          update.version,
          update.security ? 'yes' : 'no',
          update.approval,
          update.supply,
          installation ?? null,
        ]),
      );
      if (all.length > shown.length) out.note(`${all.length - shown.length} more; see --limit`);
      out.result({ total: all.length, updates: shown });
      return 0;
    }
    const filter: UpdateFilter = {
      limit,
      approval: among('approval', texts('approval'), APPROVALS),
      supply: among('supply', texts('supply'), SUPPLIES),
      ...(flag('security') ? { security: true } : {}),
      ...(flag('deployable') ? { deployable: true } : {}),
      ...(text('search') === undefined ? {} : { search: text('search') ?? '' }),
    };
    const { rows, total } = updates.list(filter);
    out.table(
      ['ID', 'NAME', 'VERSION', 'SECURITY', 'APPROVAL', 'SUPPLY', 'DEVICES', 'FINDINGS', 'BYTES'],
      rows.map((row) => [
        row.id,
        row.name,
        row.version,
        row.security ? 'yes' : 'no',
        row.approval,
        row.reason === undefined ? row.supply : `${row.supply} (${row.reason})`,
        row.devices,
        row.findings,
        row.sizeBytes,
      ]),
    );
    if (total > rows.length) out.note(`${total - rows.length} more; see --limit`);
    out.result({ total, counts: updates.counts(), updates: rows });
    return 0;
  },
};
