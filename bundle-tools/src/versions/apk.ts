import { isKeyable, pushNumber, pushText } from './key.ts';

const FORM = /^(\d+(?:\.\d+)*)([a-z])?((?:_[a-z]+\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?$/;

const SUFFIX_RANK = new Map([
  ['alpha', 0x01],
  ['beta', 0x02],
  ['pre', 0x03],
  ['rc', 0x04],
  ['cvs', 0x06],
  ['svn', 0x07],
  ['git', 0x08],
  ['hg', 0x09],
  ['p', 0x0a],
]);

/** The key of an Alpine version. */
export const apkKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version)) return null;
  const form = FORM.exec(version);
  if (form === null) return null;
  const [, numbers = '', letter, suffixes = '', revision = ''] = form;
  const out: number[] = [];
  for (const [index, part] of numbers.split('.').entries()) {
    out.push(0x02);
    if (index > 0 && part.length > 1 && part.startsWith('0')) {
      out.push(0x00);
      pushText(out, part);
      out.push(0x00);
    } else {
      pushNumber(out, part);
    }
  }
  out.push(0x01);
  if (letter === undefined) out.push(0x01);
  else pushText(out, letter);
  for (const suffix of suffixes.split('_').slice(1)) {
    const [, name = '', digits = ''] = /^([a-z]+)(\d*)$/.exec(suffix) ?? [];
    const rank = SUFFIX_RANK.get(name);
    if (rank === undefined) return null;
    out.push(rank);
    pushNumber(out, digits);
  }
  out.push(0x05);
  pushNumber(out, revision);
  return Uint8Array.from(out);
};
