// Finds the packages in the bytes of a report without reading them. What was cut may be wrong only where the message is
// malformed or says something twice; the caller checks the rest.

type Cut = { part: Buffer; rest: Buffer };

const open = '<SOFTWARES>';
const close = '</SOFTWARES>';
const jsonKey = '"softwares"';

const [space, newLine, quote, backslash, bracket] = [0x20, 0x0a, 0x22, 0x5c, 0x5d];
const isBlank = (byte: number | undefined): boolean =>
  byte === space || byte === newLine || byte === 0x0d || byte === 0x09;

const cutXml = (plain: Buffer): Cut | undefined => {
  const from = plain.indexOf(open);
  const to = plain.lastIndexOf(close) + close.length;
  if (from === -1 || to < from) return undefined;
  let [before, after] = [from - 1, to];
  while (isBlank(plain[before])) before -= 1;
  while (isBlank(plain[after])) after += 1;
  if (plain[before] !== 0x3e || plain[after] !== 0x3c) return undefined;
  const rest = Buffer.concat([plain.subarray(0, from), plain.subarray(to)]);
  // A comment or CDATA could reach over the cut.
  return rest.includes('<!') ? undefined : { part: plain.subarray(from, to), rest };
};

/** The place after the bracket that closes the one at `from`; undefined where none does. */
const listEnd = (plain: Buffer, from: number): number | undefined => {
  let depth = 0;
  for (let at = from; at < plain.length; at += 1) {
    const byte = plain[at];
    if (byte === quote) {
      for (at += 1; plain[at] !== quote; at += 1) {
        if (at >= plain.length) return undefined;
        if (plain[at] === backslash) at += 1;
      }
    } else if (byte === 0x5b) depth += 1;
    else if (byte === bracket) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
};

/** Packages have few brackets in their texts; a report of brackets is read as a whole. */
const maxBrackets = 5_000;

/**
 * As GLPI agents write it, the list ends on a line that begins where the line of its name does. No text of JSON holds a line
 * break, so the first such line is the end, and nothing in between has to be looked at.
 */
const indentedListEnd = (plain: Buffer, key: number, from: number): number | undefined => {
  const line = plain.lastIndexOf(newLine, key);
  const before = plain.subarray(line, key);
  for (let at = 1; at < before.length; at += 1) if (before[at] !== space) return undefined;
  let end = plain.indexOf(bracket, from);
  for (let count = 0; end !== -1 && count < maxBrackets; count += 1) {
    if (before.equals(plain.subarray(end - before.length, end))) return end + 1;
    end = plain.indexOf(bracket, end + 1);
  }
  return undefined;
};

const cutJson = (plain: Buffer): Cut | undefined => {
  const key = plain.indexOf(jsonKey);
  if (key === -1) return undefined;
  let before = key - 1;
  while (isBlank(plain[before])) before -= 1;
  // Not in the middle of a text: there, a quote would have a backslash before it.
  if (plain[before] !== 0x2c && plain[before] !== 0x7b) return undefined;
  let from = key + jsonKey.length;
  while (isBlank(plain[from])) from += 1;
  if (plain[from] !== 0x3a) return undefined;
  from += 1;
  while (isBlank(plain[from])) from += 1;
  if (plain[from] !== 0x5b) return undefined;
  const to = plain[from + 1] === newLine ? indentedListEnd(plain, key, from) : listEnd(plain, from);
  if (to === undefined) return undefined;
  return {
    part: plain.subarray(from, to),
    rest: Buffer.concat([plain.subarray(0, from), Buffer.from('[]'), plain.subarray(to)]),
  };
};

/** The bytes of the packages of a report, and the report without them; undefined where they are not found. */
export const cutPackages = (plain: Buffer): Cut | undefined => {
  if (plain[0] === 0x3c) return cutXml(plain);
  return plain[0] === 0x7b ? cutJson(plain) : undefined;
};
