import { AppError } from '../platform/errors.ts';
import { inParts } from '../platform/steps.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'gives a tag to devices by hand',
  positionals: 'TAG DEVICE…',
  example: 'sallyport tag add line-3 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, positionals, cliActor }) => {
    const [tag, ...ids] = positionals;
    if (tag === undefined || ids.length === 0)
      throw new AppError('USAGE', 'which tag, which devices? See: sallyport device list');
    const { devices, rules } = await open();
    // All ids are looked up first, so that a wrong one changes nothing.
    const found = ids.map((id) => devices.byPublicId(id).publicId);
    const added: string[] = [];
    await inParts(found, (part) => added.push(...rules.addTag(cliActor(), tag.trim(), part)));
    for (const device of added) out.line(`${device} has the tag ${tag}`);
    out.result({ tag, added });
    return 0;
  },
};
