import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'one patch: where it stands, what may come next and why not, who has to sign, what was done',
  positionals: 'NUMBER',
  example: 'sallyport patch show 7 --data /var/lib/sallyport',
  run: async ({ open, out, positionals }) => {
    const id = Number(positionals[0]);
    if (!Number.isSafeInteger(id) || positionals.length !== 1)
      throw new AppError('USAGE', 'give the number of a patch');
    const { patches } = await open();
    const patch = patches.get(id);
    const [options, requests, history] = [patches.options(id), patches.requests(id), patches.history(id)];
    out.line(`${patch.patchId}  ${patch.vendor}, ${patch.product} ${patch.productVersion}`);
    out.line(`state    ${patch.state}${patch.until === null ? '' : ` until ${toTime(patch.until)}`}`);
    out.line(`vendor   ${patch.verdict}`);
    for (const one of patch.clocks) {
      const limit = one.limit === null ? 'not running' : toTime(one.limit);
      out.line(
        `clock    ${one.clock}: ${one.doneAt === null ? limit : `done ${toTime(one.doneAt)}`}${one.overdue ? ', overdue' : ''}`,
      );
    }
    for (const { to, gates, slots } of options) {
      const closed = gates.filter(({ open: isOpen }) => !isOpen).map(({ reason }) => reason);
      const signs = slots.map(({ duty }) => duty);
      out.line(
        `next     ${to}${closed.length === 0 ? '' : `, closed: ${closed.join(', ')}`}${signs.length === 0 ? '' : `, signs: ${signs.join(', ')}`}`,
      );
    }
    for (const request of requests)
      out.line(
        `waiting  ${request.id}: ${request.target}${request.verdict === null ? '' : `, proposed by the list ${request.verdict.list}`}, to sign: ${request.open.map(({ duty }) => duty).join(', ')}`,
      );
    for (const move of history)
      out.line(`${toTime(move.at)}  ${move.from} -> ${move.to}  ${move.actor}  ${move.reason}`);
    out.result({ ...patch, options, requests, history });
    return 0;
  },
};
