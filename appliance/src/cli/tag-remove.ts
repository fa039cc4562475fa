import { AppError } from '../platform/errors.ts';
import { inParts } from '../platform/steps.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'takes a tag that people gave from devices; what rules give stays',
  positionals: 'TAG DEVICE…',
  example: 'sallyport tag remove line-3 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, positionals, cliActor }) => {
    const [tag, ...ids] = positionals;
    if (tag === undefined || ids.length === 0)
      throw new AppError('USAGE', 'which tag, which devices? See: sallyport tag list');
    const { devices, rules } = await open();
    // All ids are looked up first, so that a wrong one changes nothing.
    const found = ids.map((id) => devices.byPublicId(id).publicId);
    const removed: string[] = [];
    await inParts(found, (part) => removed.push(...rules.removeTag(cliActor(), tag.trim(), part)));
    for (const device of removed) out.line(`${device} no longer has the tag ${tag} by hand`);
    out.result({ tag, removed });
    return 0;
  },
};
