import { tmpdir } from 'node:os';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { verifyBackup } from '../features/backups/restore.ts';
import { AppError } from '../platform/errors.ts';
import { besideBackup } from './backup-restore.ts';
import type { Command } from './command.ts';
import { readRecoveryKey } from './recovery-key.ts';

export const command: Command = {
  summary:
    'checks signature, sealed bytes and objects of a backup; with the recovery key also opens it as a restore would',
  positionals: 'FILE',
  paths: [besideBackup],
  options: {
    'key-file': { value: 'FILE', path: 'input', help: 'the recovery key, to open it as well; - for standard input' },
    'site-key': { value: 'HEX', help: 'fingerprint of the key of the site that has to have signed it' },
    objects: { value: 'DIR', path: 'input', multiple: true, help: 'where its objects are (beside FILE)' },
    work: { value: 'DIR', path: 'service', help: 'where to unpack the database for the check (the temporary folder)' },
  },
  example: 'sallyport backup verify plant-7.spb --key-file recovery.txt',
  run: async ({ positionals, text, texts, out }) => {
    const [path] = positionals;
    if (path === undefined) throw new AppError('USAGE', 'which file?');
    const keyFile = text('key-file');
    const report = await verifyBackup(path, {
      key: keyFile === undefined ? undefined : await readRecoveryKey(keyFile),
      objects: texts('objects'),
      workFolder: text('work') ?? tmpdir(),
    });
    const wanted = text('site-key')
      ?.replaceAll(/[^0-9a-fA-F]/g, '')
      .toLowerCase();
    if (wanted !== undefined && wanted !== report.signedBy)
      throw new AppError('KEY', `it is signed by ${report.signedBy}, not by ${wanted}`);
    const { site, schema, begun, signedBy, files, objects } = report;
    out.line(`site ${site}, of ${toTime(begun)}, schema ${schema}; signed by ${signedBy}`);
    out.line(
      files === null
        ? 'what is sealed is what was written; not opened: that takes the recovery key (--key-file)'
        : `whole: ${files} files were opened, and the database is whole`,
    );
    const { needed, missing, damaged } = objects;
    out.line(`${needed} objects belong to it: ${missing.length} missing, ${damaged.length} damaged`);
    out.result(report);
    return missing.length + damaged.length === 0 ? 0 : 1;
  },
};
