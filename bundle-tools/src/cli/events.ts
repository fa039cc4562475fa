import { join } from 'node:path';
import {
  type EventSegment,
  gapsBetween,
  maxSegmentBytes,
  maxSegmentSignatureBytes,
  openEventSegment,
  SIGNATURE_ENDING,
  segmentName,
  spanText,
} from '../documents/event-segment.ts';
import { limits } from '../documents/limits.ts';
import { openSiteCard } from '../documents/site-card.ts';
import { BundleError } from '../errors.ts';
import { readBounded } from '../host/read-bounded.ts';
import { readdirSync } from '../person/files.ts';
import { sha256Hex } from '../trust/hash.ts';
import { type Command, textOption } from './command.ts';
import { argument } from './state-option.ts';

type Bad = { readonly file: string; readonly code: string; readonly message: string };
type Site = { readonly site: string; readonly keys: readonly Uint8Array[] };

const segmentForm = /^events-[0-9a-z]{1,8}-\d{12,}-\d{12,}\.log$/;

/** What is wrong with one file; what is no fault of a file is thrown on. */
const faultOf = (error: unknown): { code: string; message: string } => {
  if (error instanceof BundleError) return error;
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return { code: 'NOT_FOUND', message: 'the lines or their signature are missing' };
};

/** One segment, whole and signed by its site. */
const segmentIn = (folder: string, file: string, { site, keys }: Site): EventSegment => {
  const segment = openEventSegment(
    readBounded(join(folder, `${file}${SIGNATURE_ENDING}`), maxSegmentSignatureBytes),
    keys,
  );
  if (segment.site !== site)
    throw new BundleError('WRONG_SITE', `the segment is of site ${segment.site}, the card of ${site}`);
  if (segmentName(segment) !== file) throw new BundleError('METADATA', `it was named ${segmentName(segment)}`);
  const bytes = readBounded(join(folder, file), maxSegmentBytes);
  if (sha256Hex(bytes) !== segment.sha256) throw new BundleError('HASH', 'the lines were changed');
  return segment;
};

export const eventsVerify: Command = {
  usage: 'events verify DIR --card FILE',
  example: 'events verify /srv/diode --card plant-1.site-card.json',
  options: { card: { required: true, value: 'FILE', path: 'input', help: 'the site card, compared before' } },
  positionals: [1, 1],
  paths: ['input'],
  run: async (input) => {
    const { card } = openSiteCard(readBounded(textOption(input, 'card') ?? '', limits.siteCardBytes));
    const site = { site: card.site, keys: card.sign_keys.map((key) => new Uint8Array(Buffer.from(key, 'base64'))) };
    const folder = argument(input, 0);
    // A signature without its lines is a segment that lacks something, too.
    const names = readdirSync(folder).map((name) =>
      name.endsWith(SIGNATURE_ENDING) ? name.slice(0, -SIGNATURE_ENDING.length) : name,
    );
    const files = [...new Set(names)].filter((name) => segmentForm.test(name)).sort();
    if (files.length === 0) throw new BundleError('NOT_FOUND', `${folder} holds no segment of events`);
    const bad: Bad[] = [];
    const good = files.flatMap((file) => {
      try {
        return [segmentIn(folder, file, site)];
      } catch (error) {
        const { code, message } = faultOf(error);
        bad.push({ file, code, message });
        return [];
      }
    });
    const receivers = [...new Set(good.map(({ receiver }) => receiver))].map((receiver) => {
      const own = good.filter((one) => one.receiver === receiver);
      const total = (of: (segment: EventSegment) => number): number => own.reduce((sum, one) => sum + of(one), 0);
      return {
        receiver,
        segments: own.length,
        after: Math.min(...own.map(({ after }) => after)),
        upTo: Math.max(...own.map(({ up_to }) => up_to)),
        lines: total(({ lines }) => lines),
        removed: total(({ removed }) => removed),
        gaps: gapsBetween(own.map(({ after, up_to }) => ({ after, upTo: up_to }))).map(spanText),
      };
    });
    const isWhole = bad.length === 0 && receivers.every(({ gaps }) => gaps.length === 0);
    return {
      json: { site: card.site, whole: isWhole, receivers, bad },
      text: [
        ...bad.map(({ file, code, message }) => `${file}: ${code}: ${message}`),
        ...receivers.flatMap(({ receiver, segments, after, upTo, lines, removed, gaps }) => [
          `receiver ${receiver}: ${segments} segments, events ${spanText({ after, upTo })}, ${lines} lines${removed === 0 ? '' : `, ${removed} removed at the site before`}`,
          ...gaps.map((gap) => `missing: ${gap}`),
        ]),
        isWhole
          ? 'whole: nothing is missing between the first and the last'
          : 'write what is missing again at the site: sallyport siem again ID --gap A-B',
      ],
      ...(isWhole ? {} : { exit: 1 as const }),
    };
  },
};
