import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'approves what is known of a controller now as its program, or proposes it where two people are asked for',
  positionals: 'ID',
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why this program is right' },
    order: { type: 'string', value: 'NUMBER', help: 'the work order of the change' },
    hash: { type: 'string', value: 'SHA256', help: 'refuses when the content is another one by now' },
  },
  example:
    'sallyport controller integrity approve controller-0f3a… --reason "commissioning" --order WO-1207 --data /var/lib/sallyport',
  run: async ({ open, out, text, positionals, cliActor }) => {
    const [id] = positionals;
    if (id === undefined) throw new AppError('USAGE', 'give the id of a controller');
    const [order, hash] = [text('order'), text('hash')];
    const { integrity } = await open();
    const { state, currentHash, proposal } = integrity.approve(cliActor(), id, {
      reason: text('reason') ?? '',
      ...(order === undefined ? {} : { workOrder: order }),
      ...(hash === undefined ? {} : { contentHash: hash }),
    });
    out.line(proposal === null ? `${id}: approved, ${state}` : `${id}: proposed, a second person confirms it`);
    out.result({ id, state, contentHash: currentHash, isProposed: proposal !== null });
    return 0;
  },
};
