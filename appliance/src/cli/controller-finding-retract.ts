import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'takes an answer about a finding back: what comparing gave holds again',
  positionals: 'ID',
  options: {},
  example: 'sallyport controller-finding retract 12.CVE-2024-0001 --data /var/lib/sallyport',
  run: async ({ open, out, positionals, cliActor }) => {
    const [id = '', ...more] = positionals;
    if (id === '' || more.length > 0) throw new AppError('USAGE', 'give the id of one finding, as the list has it');
    const { controllerFindings } = await open();
    controllerFindings.retract(cliActor(), id);
    const { verdict } = controllerFindings.why(id).finding;
    out.line(`${id}: ${verdict}`);
    out.result({ verdict });
    return 0;
  },
};
