import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'says that every copy of a backup that was taken elsewhere is destroyed; it goes into the journal',
  positionals: 'BACKUP',
  options: { reason: { type: 'string', value: 'TEXT', required: true, help: 'how, by whom: the number of a record' } },
  example: 'sallyport backup forget plant-7.spb --reason "medium shredded, record 7" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const [wanted] = positionals;
    if (wanted === undefined) throw new AppError('USAGE', 'which one? See: sallyport backup list');
    const { backups } = await open();
    const named = backups
      .list()
      .filter(({ id, file, destroyed }) => destroyed === undefined && (id === wanted || file === wanted));
    const [found] = named;
    if (found === undefined) throw new AppError('NOT_FOUND', `no backup ${wanted} waits to be destroyed`);
    if (named.length > 1)
      throw new AppError('USAGE', `several have this name, give an ID: ${named.map(({ id }) => id).join(', ')}`);
    const done = backups.forget(cliActor(), found.id, text('reason') ?? '');
    out.line(`noted as said by ${done.destroyed?.by ?? ''}: ${done.file} is destroyed`);
    out.result(done);
    return 0;
  },
};
