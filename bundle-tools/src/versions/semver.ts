import { isKeyable, pushNumber, pushText } from './key.ts';

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** The key of a semantic version, of any number of core parts; build metadata does not count. */
export const semverKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version)) return null;
  const bare = (version.replace(/^v/, '').split('+')[0] ?? '').trim();
  const dash = bare.indexOf('-');
  const core = (dash < 0 ? bare : bare.slice(0, dash)).split('.');
  if (core.join('') === '') return null;
  while (core.length > 0 && /^0+$/.test(core.at(-1) ?? '')) core.pop();
  const out: number[] = [];
  for (const part of core) {
    out.push(0x02);
    if (isNumber(part)) {
      pushNumber(out, part);
    } else {
      out.push(0xfb);
      pushText(out, part);
      out.push(0x00);
    }
  }
  out.push(0x01);
  if (dash < 0) {
    out.push(0xff);
    return Uint8Array.from(out);
  }
  for (const identifier of bare.slice(dash + 1).split('.')) {
    if (isNumber(identifier)) {
      out.push(0x02);
      pushNumber(out, identifier);
    } else {
      out.push(0x03);
      pushText(out, identifier);
      out.push(0x00);
    }
  }
  out.push(0x01);
  return Uint8Array.from(out);
};
