import type { Command } from './command.ts';

const shown = 1_000;

export const command: Command = {
  summary: 'what came of each bundle, newest first',
  example: 'sallyport receipt list --data /var/lib/sallyport --json',
  run: async ({ open, out }) => {
    const { exchange } = await open();
    const { rows, total } = exchange.receipts({ limit: shown });
    out.table(
      ['NUMBER', 'TIME', 'RESULT', 'CODE', 'BUNDLE', 'HOST HAS IT'],
      rows.map((row) => [
        row.number,
        row.createdAt,
        row.result,
        row.code,
        row.bundleId ?? null,
        row.acknowledgedAt ?? 'not yet',
      ]),
    );
    if (total > rows.length) out.note(`${total - rows.length} older ones`);
    out.result({ total, receipts: rows });
    return 0;
  },
};
