import type { Command } from './command.ts';

const shown = 200;

export const command: Command = {
  summary: 'deployments, newest first, with their counts',
  example: 'sallyport deployment list --data /var/lib/sallyport --json',
  run: async ({ open, out }) => {
    const { deployments } = await open();
    const { rows, total } = deployments.list({ limit: shown });
    out.table(
      ['ID', 'NAME', 'STATE', 'QUEUED', 'RUNNING', 'INSTALLED', 'VERIFIED', 'FAILED', 'SKIPPED'],
      rows.map(({ id, name, state, counts }) => [
        id,
        name,
        state,
        counts.queued,
        counts.running,
        counts.installed,
        counts.verified,
        counts.failed,
        counts.skipped,
      ]),
    );
    if (total > rows.length) out.note(`${total - rows.length} older ones are not shown`);
    out.result(rows);
    return 0;
  },
};
