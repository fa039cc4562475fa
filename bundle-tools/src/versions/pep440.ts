import { isKeyable, pushNumber, pushText } from './key.ts';

// PEP 440, appendix B.
const FORM =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preN>\d+)?)?(?<postAll>-(?<postImplicit>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postN>\d+)?)?(?<devAll>[-_.]?dev[-_.]?(?<devN>\d+)?)?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

const PRE_RANK = new Map([
  ['a', 0x01],
  ['alpha', 0x01],
  ['b', 0x02],
  ['beta', 0x02],
  ['rc', 0x03],
  ['c', 0x03],
  ['pre', 0x03],
  ['preview', 0x03],
]);

/** The key of a Python version; null when it is not PEP 440. */
export const pep440Key = (version: string): Uint8Array | null => {
  const text = version.trim().toLowerCase();
  if (!isKeyable(text)) return null;
  const groups = FORM.exec(text)?.groups;
  if (groups === undefined) return null;
  const { pre, postAll, devAll, local } = groups;
  const out: number[] = [];
  pushNumber(out, groups.epoch ?? '');
  const release = (groups.release ?? '').split('.');
  while (release.length > 0 && /^0+$/.test(release.at(-1) ?? '')) release.pop();
  for (const part of release) {
    out.push(0x02);
    pushNumber(out, part);
  }
  out.push(0x01);
  if (pre !== undefined) {
    out.push(PRE_RANK.get(pre) ?? 0x03);
    pushNumber(out, groups.preN ?? '');
  } else {
    out.push(devAll !== undefined && postAll === undefined ? 0x00 : 0xff);
  }
  if (postAll === undefined) {
    out.push(0x00);
  } else {
    out.push(0x01);
    pushNumber(out, groups.postImplicit ?? groups.postN ?? '');
  }
  if (devAll === undefined) {
    out.push(0xff);
  } else {
    out.push(0x01);
    pushNumber(out, groups.devN ?? '');
  }
  if (local === undefined) {
    out.push(0x00);
    return Uint8Array.from(out);
  }
  for (const part of local.split(/[-_.]/)) {
    if (/^\d+$/.test(part)) {
      out.push(0x03);
      pushNumber(out, part);
    } else {
      out.push(0x02);
      pushText(out, part);
      out.push(0x00);
    }
  }
  out.push(0x01);
  return Uint8Array.from(out);
};
