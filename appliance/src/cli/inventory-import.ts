import { resolve } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'takes inventories of machines without network: .json, .xml, .ocs, or a zip of many',
  positionals: 'PATH…',
  paths: ['input'],
  options: {
    'dry-run': { help: 'say which device each would be; nothing is changed' },
    approve: { help: 'approve the machines without a decision' },
  },
  example: 'sallyport inventory import /media/usb/inventories.zip --dry-run --data /var/lib/sallyport',
  run: async ({ open, out, positionals, flag, cliActor }) => {
    if (positionals.length === 0) throw new AppError('USAGE', 'give files: .json, .xml, .ocs or .zip');
    const missing = positionals.find((path) => !isThere(path));
    if (missing !== undefined) throw new AppError('NOT_FOUND', `${missing} is not there`);
    const { offlineImport, baselines } = await open();
    const rows = [];
    for (const path of positionals) {
      const result = flag('dry-run')
        ? await offlineImport.preview(resolve(path))
        : await offlineImport.import(cliActor(), resolve(path), { approve: flag('approve') });
      rows.push(...result.rows);
    }
    if (!flag('dry-run')) baselines.recomputePending();
    out.table(
      ['FILE', 'STATE', 'DEVICE', 'NAME', 'COLLECTED', 'ITEMS', 'REASON'],
      rows.map((row) => [
        row.name,
        row.state,
        row.device,
        row.hostname,
        row.collectedAt === null ? null : toTime(row.collectedAt),
        Object.values(row.sections).reduce((sum, count) => sum + count, 0),
        row.reason,
      ]),
    );
    out.result({ dryRun: flag('dry-run'), rows });
    const refused = rows.filter(({ state }) => state === 'refused').length;
    const waiting = rows.filter(({ state }) => state === 'new' || state === 'waits').length;
    if (refused > 0) out.note(`${refused} refused`);
    if (waiting > 0) out.note(`${waiting} wait for approval; import again after it, or with --approve`);
    return refused > 0 ? 1 : 0;
  },
};
