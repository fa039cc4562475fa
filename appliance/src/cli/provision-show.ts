import type { Command } from './command.ts';

export const command: Command = {
  summary: 'the data provision register: what is held, from where, how long, and what of it leaves',
  example: 'sallyport provision show --data /var/lib/sallyport --json',
  run: async ({ open, out, cliActor }) => {
    const { provision } = await open();
    const register = provision.register(cliActor());
    out.table(
      ['ROW', 'NAME', 'PILLAR', 'ROWS', 'KEPT, DAYS', 'PERSONAL', 'LEAVES'],
      register.entries.map((entry) => [
        entry.row,
        entry.name,
        entry.pillar,
        entry.rows,
        typeof entry.retention === 'string' ? entry.retention : entry.retention.days,
        entry.personal,
        entry.leaves?.file ?? 'no',
      ]),
    );
    out.result(register);
    return 0;
  },
};
