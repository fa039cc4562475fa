import { jobIdOf } from '../features/identification/job-id.ts';
import { AppError } from '../platform/errors.ts';
import { wholeSite } from '../platform/scope.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'ends the run of an identification job before its next packet, or all of them for the site',
  options: {
    job: { value: 'NAME', help: 'the identification job, as it was entered' },
    all: { help: 'switches identification off for the site and ends every run, also at agents' },
  },
  example: 'sallyport controller identification stop --all --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const { objects, identification } = await open();
    if (flag('all') === (text('job') !== undefined)) throw new AppError('USAGE', 'either --job or --all');
    if (flag('all')) {
      const stopped = identification.switchOff(cliActor());
      out.line(`identification is off; ${stopped} ended`);
      out.result({ on: false, stopped });
      return 0;
    }
    const id = jobIdOf(objects, text('job') ?? '');
    identification.stop(cliActor(), id);
    const { state } = identification.get(id, wholeSite('console-root'));
    out.line(state);
    out.result({ state });
    return 0;
  },
};
