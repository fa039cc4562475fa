import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'makes two records of one device into one; see also device unmerge',
  positionals: 'KEEP OTHER',
  options: { preview: { type: 'boolean', help: 'says what would move and changes nothing' } },
  example: 'sallyport device merge 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210 --preview',
  run: async ({ open, out, positionals, flag, cliActor }) => {
    const [keepId, otherId, ...rest] = positionals;
    if (keepId === undefined || otherId === undefined || rest.length > 0)
      throw new AppError('USAGE', 'two devices: the one that stays and the one that becomes part of it');
    const { devices } = await open();
    const actor = cliActor();
    const keep = devices.byPublicId(keepId);
    const other = devices.byPublicId(otherId);
    const { doors, sections, changes, decision, rows } = devices.previewMerge(actor, keep.id, other.id);
    const merge = flag('preview') ? null : devices.merge(actor, keep.id, other.id);
    for (const { door, agent, letIn } of doors) out.line(`client ${door} ${agent}${letIn ? ', let in' : ''}`);
    for (const { collection, door, from, kept } of sections)
      out.line(`section ${collection} ${door}${from === 'both' ? `, both have it: that of ${kept} stays` : ''}`);
    out.line(`${changes} changes of its history`);
    if (merge !== null) out.line(`merge ${merge}; back with: sallyport device unmerge ${merge}`);
    out.result({
      merge,
      keep: keep.publicId,
      other: other.publicId,
      moves: { doors, sections, changes, decision, rows },
    });
    return 0;
  },
};
