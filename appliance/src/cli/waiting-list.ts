import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'everything that waits for a second person',
  example: 'sallyport waiting list --json',
  run: async ({ open, out, cliActor }) => {
    const { waiting } = await open();
    const rows = waiting.list(cliActor()).map(({ at, hindrance, ...one }) => ({
      ...one,
      askedAt: toTime(at),
      hindrance: hindrance ?? null,
    }));
    out.table(
      ['ACT', 'ID', 'WHAT', 'ASKED BY', 'ASKED', 'REASON'],
      rows.map(({ act, id, what, by, askedAt, reason }) => [act, id, what, by, askedAt, reason]),
    );
    if (rows.length === 0) out.note('Nothing waits for a second person.');
    out.result({ rows });
    return 0;
  },
};
