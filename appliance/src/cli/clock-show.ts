import type { Command } from './command.ts';

export const command: Command = {
  summary: 'what this site takes for the time, and what is in doubt',
  example: 'sallyport clock show --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const view = (await open()).exchange.time();
    out.line(`clock     ${view.systemTime}${view.isBehind ? '  CLOCK_BEHIND: before the floor' : ''}`);
    out.line(`floor     ${view.floor}`);
    out.line(`believed  ${view.believed}`);
    if (view.releasedAt !== undefined) out.line(`released  ${view.releasedAt}`);
    for (const { source, time, daysAhead } of view.doubtful)
      out.line(
        `CLOCK_SUSPECT: the ${source} says ${time}, ${daysAhead} days above the floor; see: sallyport clock agree`,
      );
    out.result(view);
    return view.doubtful.length > 0 || view.isBehind ? 1 : 0;
  },
};
