import { isDigitCode, isKeyable, isLetterCode, pushNumber } from './key.ts';

const TILDE = 0x7e;
const END_OF_TEXT = 0x02;

const pushSegment = (out: number[], text: string): void => {
  let at = 0;
  do {
    for (; at < text.length && !isDigitCode(text.charCodeAt(at)); at += 1) {
      const code = text.charCodeAt(at);
      out.push(code === TILDE ? 0x01 : isLetterCode(code) ? code : code + 0x80);
    }
    out.push(END_OF_TEXT);
    const start = at;
    while (at < text.length && isDigitCode(text.charCodeAt(at))) at += 1;
    pushNumber(out, text.slice(start, at));
  } while (at < text.length);
  out.push(END_OF_TEXT);
};

/** The parts of a Debian version; null when the epoch is not a number or a part is empty. */
const splitDpkg = (version: string): { epoch: string; upstream: string; revision: string } | null => {
  const colon = version.indexOf(':');
  const epoch = colon < 0 ? '' : version.slice(0, colon);
  if (colon >= 0 && !/^\d+$/.test(epoch)) return null;
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const upstream = dash < 0 ? rest : rest.slice(0, dash);
  const revision = dash < 0 ? '' : rest.slice(dash + 1);
  if (upstream === '' || (dash >= 0 && revision === '')) return null;
  return { epoch, upstream, revision };
};

/** The key of a Debian or Ubuntu version. */
export const dpkgKey = (version: string): Uint8Array | null => {
  if (!isKeyable(version)) return null;
  const parts = splitDpkg(version);
  if (parts === null) return null;
  const out: number[] = [];
  pushNumber(out, parts.epoch);
  pushSegment(out, parts.upstream);
  pushSegment(out, parts.revision);
  return Uint8Array.from(out);
};
