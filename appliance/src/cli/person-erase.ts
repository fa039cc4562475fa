import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Erasure, isIncomplete, type Remainder } from '../features/erasure/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const remainderText = (left: Remainder): string => {
  if (left.what === 'key') return `the key, since ${left.why}; it is tried again at each start and every night`;
  if (left.what === 'log')
    return 'unreadable values in the log of the database, until the last reader of an older state of it ends';
  if (left.destroyed !== undefined) {
    const { by, at, reason } = left.destroyed;
    return `backup ${left.file} of ${toTime(left.madeAt)}: ${by} stated ${toTime(at)} that every copy is destroyed (${reason}); not verified`;
  }
  const where = left.here ? 'in the backups folder' : 'wherever it was taken';
  return `backup ${left.file} of ${toTime(left.madeAt)} has the key until it is deleted (${where})`;
};

const doneText = (done: Erasure): string =>
  `${isIncomplete(done) ? 'erased here, not yet everywhere' : 'erased'}: ${done.rows} rows on ${done.devices} devices, reference ${done.reference}`;

export const command: Command = {
  summary:
    "shows where a person's values are; with --confirm and --reason erases them for ever; exit 1 while a backup has the key",
  positionals: '[NAME]',
  options: {
    confirm: { value: 'NAME', help: 'the name once more' },
    reason: { value: 'TEXT', help: 'why, without the name: the number of a request' },
    agree: { value: 'ID', help: 'as a second person, erase what somebody else asked for' },
    refuse: { value: 'ID', help: 'as a second person, refuse it' },
    list: { help: 'what was asked for and done' },
  },
  example: 'sallyport person erase "a.seitkali" --confirm "a.seitkali" --reason "request 12" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, flag, cliActor }) => {
    const { persons } = await open();
    const actor = cliActor();
    const report = (done: Erasure): number => {
      if (done.state === 'waiting')
        out.line(`${done.id} waits for a second person: sallyport person erase --agree ${done.id}`);
      else out.line(done.state === 'refused' ? 'refused' : doneText(done));
      for (const left of done.remains) out.line(`  ${remainderText(left)}`);
      out.result(done);
      return isIncomplete(done) ? 1 : 0;
    };
    const decided = text('agree') ?? text('refuse');
    if (flag('list')) {
      const rows = persons.list();
      out.table(
        ['ID', 'STATE', 'ASKED', 'BY', 'ROWS', 'DEVICES', 'REASON'],
        rows.map((row) => [
          row.id,
          isIncomplete(row) ? 'not-yet' : row.state,
          toTime(row.askedAt),
          row.askedBy,
          row.rows,
          row.devices,
          row.reason,
        ]),
      );
      out.result(rows);
      return 0;
    }
    if (decided !== undefined) {
      const done = persons.decide(actor, decided, text('agree') !== undefined);
      return report(done);
    }
    const [name] = positionals;
    if (name === undefined) throw new AppError('USAGE', 'give the exact name of a person');
    const confirm = text('confirm');
    if (confirm === undefined) {
      const trace = persons.trace(actor, name);
      out.table(
        ['SECTION', 'ROWS', 'DEVICES'],
        trace.collections.map((row) => [row.collection, row.rows, row.devices]),
      );
      out.line(`changes: ${trace.changes}`);
      for (const account of trace.accounts) out.line(`an account of the console has this name: ${account.id}`);
      out.note(
        'Sealed backups made before keep the values until they are deleted. Erase with --confirm NAME --reason TEXT.',
      );
      out.result(trace);
      return 0;
    }
    return report(persons.erase(actor, { name, confirm, reason: text('reason') ?? '' }));
  },
};
