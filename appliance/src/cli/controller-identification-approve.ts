import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';
import { jobNamed, jobOption } from './identification-job.ts';

export const command: Command = {
  summary: 'approves exactly one plan of an identification job; never by who wrote it',
  options: {
    job: jobOption,
    digest: { type: 'string', value: 'SHA256', help: 'of the plan that you have looked at', required: true },
    controllers: { type: 'string', value: 'N', help: 'how many controllers it asks', required: true },
  },
  example:
    'sallyport controller identification approve --job "Cell 3" --digest 3f1c…e9 --controllers 4 --data /var/lib/sallyport',
  run: async ({ open, out, text, cliActor }) => {
    const { objects, identification } = await open();
    const controllers = text('controllers') ?? '';
    if (!/^\d{1,4}$/.test(controllers)) throw new AppError('USAGE', `--controllers takes a number: ${controllers}`);
    const id = jobNamed(objects, text('job'));
    const approval = identification.approve(cliActor(), id, {
      digest: text('digest') ?? '',
      targets: Number(controllers),
    });
    out.line(`approved by ${approval.by}`);
    out.result(approval);
    return 0;
  },
};
