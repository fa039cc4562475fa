import { isDigitCode, isKeyable, isLetterCode, pushNumber, pushText } from './key.ts';

const TILDE = 0x7e;
const CARET = 0x5e;

const pushSegment = (out: number[], text: string): void => {
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const inRun = isDigitCode(code) ? isDigitCode : isLetterCode(code) ? isLetterCode : undefined;
    if (inRun === undefined) {
      if (code === TILDE) out.push(0x01);
      else if (code === CARET) out.push(0x03);
      at += 1;
      continue;
    }
    const start = at;
    while (at < text.length && inRun(text.charCodeAt(at))) at += 1;
    if (inRun === isDigitCode) {
      out.push(0x05);
      pushNumber(out, text.slice(start, at));
    } else {
      out.push(0x04);
      pushText(out, text.slice(start, at));
      out.push(0x00);
    }
  }
  out.push(0x02);
};

/** The key of an RPM `[epoch:]version[-release]`. */
export const rpmKey = (evr: string): Uint8Array | null => {
  if (!isKeyable(evr)) return null;
  // rpm takes an epoch only when digits alone stand before the colon.
  const epoch = /^(\d*):/.exec(evr);
  const rest = epoch === null ? evr : evr.slice(epoch[0].length);
  const dash = rest.lastIndexOf('-');
  const version = dash < 0 ? rest : rest.slice(0, dash);
  if (version === '') return null;
  const out: number[] = [];
  pushNumber(out, epoch?.[1] ?? '');
  pushSegment(out, version);
  if (dash < 0) {
    out.push(0x00);
  } else {
    out.push(0x01);
    pushSegment(out, rest.slice(dash + 1));
  }
  return Uint8Array.from(out);
};
