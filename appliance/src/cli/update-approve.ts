import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'approves updates, or declines them, or takes a decision back',
  positionals: '[ID…]',
  options: {
    all: { type: 'boolean', help: 'every update that is here and undecided' },
    decline: { type: 'boolean', help: 'decline instead' },
    clear: { type: 'boolean', help: 'take the decision back' },
    comment: { type: 'string', value: 'TEXT', help: 'why' },
    'accept-licence': { type: 'string', value: 'SHA256', multiple: true, help: 'a licence text that you have read' },
    'show-licence': { type: 'boolean', help: 'print the licence text of the update, decide nothing' },
  },
  example: 'sallyport update approve 1f0c… --comment "tested on line 3" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, flag, text, texts, cliActor }) => {
    const { updates } = await open();
    if (flag('decline') && flag('clear')) throw new AppError('USAGE', '--decline and --clear exclude each other');
    const ids = flag('all')
      ? updates.list({ approval: ['undefined'], supply: ['arrived'], limit: 100_000 }).rows.map(({ id }) => id)
      : positionals;
    if (ids.length === 0 && !flag('all')) throw new AppError('USAGE', 'give the ids of updates, or --all');
    if (flag('show-licence')) {
      for (const id of ids) {
        const licence = updates.licenceText(id);
        out.line(licence ?? `${id}: no licence text is here`);
      }
      out.result(ids.map((id) => ({ id, licence: updates.licenceText(id) ?? null })));
      return 0;
    }
    const comment = text('comment');
    const options = comment === undefined ? {} : { comment };
    const actor = cliActor();
    if (flag('decline')) updates.decline(actor, ids, options);
    else if (flag('clear')) updates.clear(actor, ids, options);
    else updates.approve(actor, ids, { ...options, acceptLicences: texts('accept-licence') });
    const word = flag('decline') ? 'declined' : flag('clear') ? 'undecided' : 'approved';
    out.line(`${ids.length} ${word}`);
    out.result({ [word]: ids });
    return 0;
  },
};
