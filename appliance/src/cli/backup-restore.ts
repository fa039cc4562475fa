import { basename } from 'node:path';
import { restoreBackup } from '../features/backups/backup.ts';
import { returnText } from '../features/rollback/text.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';
import { readRecoveryKey } from './recovery-key.ts';

export const command: Command = {
  summary: 'makes an empty data directory from a backup',
  positionals: 'FILE',
  options: {
    'key-file': { type: 'string', value: 'FILE', required: true, help: 'the recovery key; - for standard input' },
    witness: {
      type: 'string',
      value: 'FILE',
      help: 'keys/witness of the data directory of before: what was taken away since stays so (the one that lies in DATA/keys)',
    },
  },
  example: 'sallyport backup restore plant-7.spb --key-file recovery.txt --data /var/lib/sallyport',
  run: async ({ positionals, text, dataDir, open, out }) => {
    const [path] = positionals;
    if (path === undefined) throw new AppError('USAGE', 'which file?');
    const report = await restoreBackup(path, await readRecoveryKey(text('key-file')), dataDir, text('witness'));
    const { events, rollbackDetector } = await open();
    events.record('backup-restored', { actor: 'system:appliance', params: { file: basename(path) } });
    out.line(`restored ${report.files} files of site ${report.site} into ${dataDir}`);
    for (const back of rollbackDetector.unacknowledged()) out.note(returnText(back));
    if (!report.withWitness)
      out.note(
        'No witness was given: what was erased, revoked or removed after the backup is not known here, and is back.',
      );
    out.result({ ...report, dataDir });
    return 0;
  },
};
