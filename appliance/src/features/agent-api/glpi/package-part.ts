import { hash } from 'node:crypto';
import { applianceRelease } from '../../../platform/release.ts';
import type { MapContext } from './map-types.ts';
import type { Message } from './message.ts';

// Nine tenths of a report are packages, and mostly they are as they were. Their bytes are cut out, and where their
// digest is the one that the stored section was read from, they are not read again. The digest is only ever kept for bytes
// that were read whole once, when cutting them out was seen to leave everything else as it was.

/** Another version may read the same bytes otherwise. */
const { version: readerVersion } = applianceRelease();

const open = '<SOFTWARES>';
const close = '</SOFTWARES>';
const jsonKey = '"softwares":[';

/** The collections that are made of the packages of a report. */
export const packageCollections: readonly string[] = ['software', 'os-update'];
/** Further sections that the same collections are made of. */
const besides = ['databases_services', 'remote_mgmt'];

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

type Cut = { part: Buffer; rest: Buffer };

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
    if (byte === 0x22) {
      for (at += 1; plain[at] !== 0x22; at += 1) {
        if (at >= plain.length) return undefined;
        if (plain[at] === 0x5c) at += 1;
      }
    } else if (byte === 0x5b) depth += 1;
    else if (byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
};

const cutJson = (plain: Buffer): Cut | undefined => {
  const key = plain.indexOf(jsonKey);
  let before = key - 1;
  while (isBlank(plain[before])) before -= 1;
  // Not in the middle of a text: there, a quote would have a backslash before it.
  if (key === -1 || (plain[before] !== 0x2c && plain[before] !== 0x7b)) return undefined;
  const from = key + jsonKey.length - 1;
  const to = listEnd(plain, from);
  if (to === undefined) return undefined;
  return {
    part: plain.subarray(from, to),
    rest: Buffer.concat([plain.subarray(0, from), Buffer.from('[]'), plain.subarray(to)]),
  };
};

/** The bytes of the packages of a report, and the report without them; undefined where that is not for certain. */
export const cutPackages = (plain: Buffer): Cut | undefined => {
  if (plain[0] === 0x3c) return cutXml(plain);
  return plain[0] === 0x7b ? cutJson(plain) : undefined;
};

/** What a message says besides its packages. */
const withoutPackages = ({ sections, ...head }: Message): string =>
  JSON.stringify([head, ...[...sections].filter(([name]) => name !== 'softwares')]);

/** Whether a report says the same without its packages, apart from them. */
export const isCutExact = (whole: Message, rest: Message): boolean =>
  whole.sections.has('softwares') &&
  (rest.sections.get('softwares') ?? []).length === 0 &&
  withoutPackages(whole) === withoutPackages(rest);

/** The digest of everything that the collections of packages are made of, 32 bytes. */
export const packageSource = (part: Buffer, { system, isOcs, offsetMinutes, rows }: MapContext): Uint8Array => {
  const context = [readerVersion, system, isOcs, offsetMinutes, besides.map(rows)];
  return hash('sha256', `${JSON.stringify(context)}\n${hash('sha256', part)}`, 'buffer');
};
