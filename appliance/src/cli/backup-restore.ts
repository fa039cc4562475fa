import { basename } from 'node:path';
import type { PathUse } from '@sallyport/bundle-tools/person/kinds';
import { type RestoreReport, restoreBackup } from '../features/backups/restore.ts';
import { returnText } from '../features/rollback/text.ts';
import { besideWitness } from '../features/rollback/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';
import { clockOption, confirmClock } from './confirm-clock.ts';
import { readRecoveryKey } from './recovery-key.ts';

const shown = 20;

/** What is looked for beside a backup: copies of objects. */
export const besideBackup = { kind: 'input', beside: ['objects', '../objects'] } as const satisfies PathUse;

/** What of the objects could not be had, a line each. */
export function objectLines({ needed, brought, missing, damaged }: RestoreReport['objects']): string[] {
  const lost = [...missing.map((sha256) => `missing ${sha256}`), ...damaged.map((sha256) => `damaged ${sha256}`)];
  return [
    `${needed} objects belong to it: ${brought} brought, ${missing.length} missing, ${damaged.length} damaged`,
    ...lost.slice(0, shown),
    ...(lost.length > shown ? [`and ${lost.length - shown} more; --json names all`] : []),
    ...(lost.length > 0
      ? ['Bring them once they are found: sallyport backup restore objects FILE --objects DIR --key-file FILE']
      : []),
  ];
}

/** Options of both commands that bring a backup back. */
export const restoreOptions = {
  'key-file': { value: 'FILE', path: 'input', required: true, help: 'the recovery key; - for standard input' },
  objects: {
    value: 'DIR',
    path: 'input',
    multiple: true,
    help: 'where objects are: copies beside backups, or the objects folder of a data directory (beside FILE)',
  },
} as const satisfies Command['options'];

export const command: Command = {
  summary: 'makes a data directory from a backup, with the objects that are found; says which are missing',
  positionals: 'FILE',
  paths: [besideBackup],
  options: {
    ...restoreOptions,
    ...clockOption,
    witness: {
      value: 'FILE',
      path: { kind: 'input', beside: [...besideWitness] },
      help: 'keys/witness of the data directory of before, witness-digests and witness-added beside it: what was taken away since stays so (those in DATA/keys)',
    },
  },
  example: 'sallyport backup restore plant-7.spb --key-file recovery.txt --data /var/lib/sallyport',
  run: async (context) => {
    const { positionals, text, texts, dataDir, open, out } = context;
    const [path] = positionals;
    if (path === undefined) throw new AppError('USAGE', 'which file?');
    const key = await readRecoveryKey(text('key-file'));
    const isClockConfirmed = await confirmClock(
      context,
      process.stdin.isTTY && !context.json && text('key-file') !== '-',
    );
    const report = await restoreBackup(path, key, dataDir, { witness: text('witness'), objects: texts('objects') });
    const { events, exchange, rollbackDetector } = await open();
    if (isClockConfirmed) exchange.confirmClock();
    events.record('backup-restored', { actor: 'system:appliance', params: { file: basename(path) } });
    out.line(`restored ${report.files} files of site ${report.site} into ${dataDir}`);
    for (const line of objectLines(report.objects)) out.line(line);
    for (const back of rollbackDetector.unacknowledged()) out.note(returnText(back));
    if (!report.withWitness)
      out.note(
        'No witness was given: what was erased, revoked or removed after the backup is not known here, and is back.',
      );
    out.result({ ...report, dataDir });
    return 0;
  },
};
