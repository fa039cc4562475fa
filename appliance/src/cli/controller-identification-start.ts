import type { Command } from './command.ts';
import { jobNamed, jobOption } from './identification-job.ts';

export const command: Command = {
  summary: 'starts an approved identification job within its window; the server does the work',
  options: { job: jobOption },
  example: 'sallyport controller identification start --job "Cell 3" --data /var/lib/sallyport',
  run: async ({ open, out, text, cliActor }) => {
    const { objects, identification } = await open();
    const run = identification.start(cliActor(), jobNamed(objects, text('job')));
    out.line(`run ${run.id} ${run.state}`);
    out.result(run);
    return 0;
  },
};
