import type { Command } from './command.ts';

const maxRows = 10_000;

export const command: Command = {
  summary: 'the saved selections and their filters',
  example: 'sallyport selection list --json',
  run: async ({ open, out }) => {
    const { objects } = await open();
    const rows = objects
      .list({ kind: 'selection', limit: maxRows })
      .rows.map(({ id, body }) => ({ id, name: String(body['name']), filter: String(body['filter']) }));
    out.table(
      ['ID', 'NAME', 'FILTER'],
      rows.map((row) => [row.id, row.name, row.filter]),
    );
    out.result(rows);
    return 0;
  },
};
