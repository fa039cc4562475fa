import { isPatchState, TESTED_ON } from '../features/patches/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const momentIn = (name: string, given: string | undefined): number | undefined => {
  if (given === undefined) return undefined;
  const ms = Date.parse(given);
  if (Number.isNaN(ms)) throw new AppError('USAGE', `--${name} is a time: 2026-12-24T06:00:00Z`);
  return ms;
};

export const command: Command = {
  summary: 'moves a patch, or asks for it; what named roles sign, they sign in the console or by the API',
  positionals: 'NUMBER',
  options: {
    to: { value: 'STATE', required: true, help: 'site_testing, authorized, scheduled, …' },
    reason: { value: 'TEXT', required: true, help: 'why; it stays in the history' },
    reference: { value: 'TEXT', help: 'a document or work order' },
    'tested-on': { value: 'WHERE', help: TESTED_ON.join(', ') },
    until: { value: 'TIME', help: 'when the state ends: 2026-12-24T06:00:00Z' },
    plan: { value: 'TEXT', help: 'the mitigation' },
    owner: { value: 'TEXT', help: 'who answers for it' },
    window: { value: 'ID', help: 'a maintenance window' },
    from: { value: 'TIME', help: 'which of its times' },
    'installed-at': { value: 'TIME', help: 'when it was installed' },
    'superseded-by': { value: 'TEXT', help: 'what replaces it' },
  },
  example:
    'sallyport patch move 7 --to deferred --reason "no outage" --until 2027-01-31T00:00:00Z --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const id = Number(positionals[0]);
    if (!Number.isSafeInteger(id) || positionals.length !== 1)
      throw new AppError('USAGE', 'give the number of a patch');
    const to = text('to') ?? '';
    if (!isPatchState(to)) throw new AppError('USAGE', `there is no state ${to}`);
    const tested = TESTED_ON.find((one) => one === text('tested-on'));
    const given = {
      reference: text('reference'),
      testedOn: tested,
      plan: text('plan'),
      owner: text('owner'),
      window: text('window'),
      supersededBy: text('superseded-by'),
      until: momentIn('until', text('until')),
      windowFrom: momentIn('from', text('from')),
      installedAt: momentIn('installed-at', text('installed-at')),
    };
    const evidence = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { patches } = await open();
    const { patch, request } = patches.move(cliActor(), id, { to, reason: text('reason') ?? '', evidence });
    out.line(request === null ? `${patch.patchId} is ${patch.state}` : `request ${request} waits for signatures`);
    out.result({ state: patch.state, request });
    return 0;
  },
};
