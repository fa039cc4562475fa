import { tmpdir } from 'node:os';
import { verifyBackup } from '../features/backups/backup.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';
import { readRecoveryKey } from './recovery-key.ts';

export const command: Command = {
  summary: 'opens a backup as a restore would and checks everything in it; needs room for its content',
  positionals: 'FILE',
  options: {
    'key-file': { type: 'string', value: 'FILE', required: true, help: 'the recovery key; - for standard input' },
    work: { type: 'string', value: 'DIR', help: 'where to unpack it for the check (the system temporary folder)' },
  },
  example: 'sallyport backup verify plant-7.spb --key-file recovery.txt',
  run: async ({ positionals, text, out }) => {
    const [path] = positionals;
    if (path === undefined) throw new AppError('USAGE', 'which file?');
    const report = verifyBackup(path, await readRecoveryKey(text('key-file')), text('work') ?? tmpdir());
    out.line(`whole: ${report.files} files of site ${report.site}, schema ${report.schema}`);
    out.result(report);
    return 0;
  },
};
