import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import { cliActor } from './actor.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: "shows where a person's values are; with --confirm and --reason erases them for ever",
  positionals: '[NAME]',
  options: {
    confirm: { type: 'string', value: 'NAME', help: 'the name once more' },
    reason: { type: 'string', value: 'TEXT', help: 'why, without the name: the number of a request' },
    agree: { type: 'string', value: 'ID', help: 'as a second person, erase what somebody else asked for' },
    refuse: { type: 'string', value: 'ID', help: 'as a second person, refuse it' },
    list: { type: 'boolean', help: 'what was asked for and done' },
  },
  example: 'sallyport person erase "a.seitkali" --confirm "a.seitkali" --reason "request 12" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, flag }) => {
    const { persons } = await open();
    const actor = cliActor();
    const decided = text('agree') ?? text('refuse');
    if (flag('list')) {
      const rows = persons.list();
      out.table(
        ['ID', 'STATE', 'ASKED', 'BY', 'ROWS', 'DEVICES', 'REASON'],
        rows.map((row) => [row.id, row.state, toTime(row.askedAt), row.askedBy, row.rows, row.devices, row.reason]),
      );
      out.result(rows);
      return 0;
    }
    if (decided !== undefined) {
      const done = persons.decide(actor, decided, text('agree') !== undefined);
      out.line(`${done.state}: ${done.rows} rows on ${done.devices} devices`);
      out.result(done);
      return 0;
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
    const done = persons.erase(actor, { name, confirm, reason: text('reason') ?? '' });
    out.line(
      done.state === 'waiting'
        ? `${done.id} waits for a second person: sallyport person erase --agree ${done.id}`
        : `erased: ${done.rows} rows on ${done.devices} devices, reference ${done.reference}`,
    );
    out.note('Sealed backups made before keep the values until they are deleted.');
    out.result(done);
    return 0;
  },
};
