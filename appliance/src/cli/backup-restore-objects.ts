import { restoreObjects } from '../features/backups/restore.ts';
import { AppError } from '../platform/errors.ts';
import { besideBackup, objectLines, restoreOptions } from './backup-restore.ts';
import type { Command } from './command.ts';
import { readRecoveryKey } from './recovery-key.ts';

export const command: Command = {
  summary: 'brings the objects of a backup into a data directory, before or after its database; says which are missing',
  positionals: 'FILE',
  paths: [besideBackup],
  options: restoreOptions,
  example: 'sallyport backup restore objects plant-7.spb --key-file recovery.txt --objects /media/usb',
  run: async ({ positionals, text, texts, dataDir, out }) => {
    const [path] = positionals;
    if (path === undefined) throw new AppError('USAGE', 'which file?');
    const report = await restoreObjects(path, await readRecoveryKey(text('key-file')), dataDir, texts('objects'));
    for (const line of objectLines(report)) out.line(line);
    out.result(report);
    return report.missing.length + report.damaged.length === 0 ? 0 : 1;
  },
};
