import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'shows what asking an address range would send; sends nothing',
  options: { range: { type: 'string', value: 'NAME', help: 'the address range, as it was entered', required: true } },
  example: 'sallyport range plan --range Offices --data /var/lib/sallyport',
  run: async ({ open, out, text, cliActor }) => {
    const { objects, discovery } = await open();
    const found = objects.findBy('address-range', 'name', text('range') ?? '');
    if (found === undefined) throw new AppError('NOT_FOUND', `there is no address range ${text('range') ?? ''}`);
    const plan = discovery.plan(cliActor(), found.id);
    const hindrance = discovery.hindrance(found.id);
    out.line(`addresses   ${plan.addresses}, ${plan.excluded} left out because controllers live there`);
    out.line(`questions   ${plan.probes}: ports ${plan.ports.join(', ') || 'none'}${plan.ping ? ', ping' : ''}`);
    out.line(`rate        ${plan.ratePerSecond} a second, ${plan.seconds} s at least`);
    out.line(`first       ${plan.examples.join(', ')}`);
    out.line(`may run     ${hindrance === undefined ? 'yes' : `no: ${hindrance}`}`);
    out.result({ ...plan, hindrance: hindrance ?? null });
    return 0;
  },
};
