import { basename } from 'node:path';
import { type Announcement, announcementLanguages, announcementSeverities } from '../documents/announcement.ts';
import { isTime } from '../documents/fields.ts';
import { BundleError } from '../errors.ts';
import { addAnnouncement, listAnnouncements, removeAnnouncement } from '../host/announcements.ts';
import { readFileSync } from '../person/files.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { type Command, type CommandInput, textOption } from './command.ts';
import { argument, onState, stateOf, stateOption } from './state-option.ts';

/** A text file of one language: its first line is the title, the rest the text. */
const readText = (language: Announcement['texts'][number]['language'], path: string): Announcement['texts'][number] => {
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    throw new BundleError('USAGE', `cannot read ${path} as text in UTF-8`, { cause });
  }
  const [title = '', ...rest] = content.replaceAll('\r\n', '\n').trim().split('\n');
  const body = rest.join('\n').trim();
  if (title === '' || body === '')
    throw new BundleError('USAGE', `${basename(path)} has a title in its first line and a text below it`);
  return { language, title: title.trim(), body };
};

/** A day counts to its end (UTC). */
const endOf = (given: string): string => {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T23:59:59Z` : given;
  if (!isTime(time)) throw new BundleError('USAGE', `--until is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, not ${given}`);
  return time;
};

const givenAnnouncement = (input: CommandInput): Parameters<typeof addAnnouncement>[1] => {
  const texts = announcementLanguages.flatMap((language) => {
    const path = textOption(input, language);
    return path === undefined ? [] : [readText(language, path)];
  });
  if (texts.length === 0) throw new BundleError('USAGE', 'give a text: --kk FILE, --ru FILE, --en FILE');
  const named = textOption(input, 'severity') ?? 'info';
  const severity = announcementSeverities.find((one) => one === named);
  if (severity === undefined) throw new BundleError('USAGE', `--severity is ${announcementSeverities.join(', ')}`);
  const [product, versions] = [textOption(input, 'product'), textOption(input, 'versions')];
  if (versions !== undefined && product === undefined) throw new BundleError('USAGE', '--versions goes with --product');
  return {
    severity,
    ends_at: endOf(textOption(input, 'until') ?? ''),
    ...(product === undefined ? {} : { concerns: { product, ...defined({ versions }) } }),
    texts,
  };
};

const linesOf = (one: Announcement, now: string): string[] => [
  `${one.id.slice(0, 12)}  ${one.severity.padEnd(8)}  ${one.ends_at <= now ? 'ended' : 'until'} ${one.ends_at}${
    one.concerns === undefined ? '' : `  ${[one.concerns.product, one.concerns.versions].filter(Boolean).join(' ')}`
  }`,
  ...one.texts.map(({ language, title }) => `    ${language}  ${title}`),
];

export const announcementAdd: Command = {
  usage: 'announcement add --until DATE [--kk FILE] [--ru FILE] [--en FILE] --state DIR',
  example: 'announcement add --until 2027-03-31 --severity warning --ru note-ru.txt --en note-en.txt --state DIR',
  options: {
    state: stateOption,
    kk: { value: 'FILE', path: 'input', help: 'the text in Kazakh: the title in the first line' },
    ru: { value: 'FILE', path: 'input', help: 'the text in Russian' },
    en: { value: 'FILE', path: 'input', help: 'the text in English' },
    until: { value: 'DATE', required: true, help: 'the day (UTC) or the time when sites drop it' },
    severity: { value: 'LEVEL', help: 'info, warning or critical (info)' },
    product: { value: 'NAME', help: 'the product that it is about' },
    versions: { value: 'TEXT', help: 'which versions of it, in words' },
  },
  run: onState(async (state, _input, given) => {
    const added = addAnnouncement(state, given, nowMs());
    return {
      json: { added },
      text: [`added ${added.id.slice(0, 12)}; it goes out with the next catalog: catalog build, catalog sign, fulfil`],
    };
  }, givenAnnouncement),
};

export const announcementList: Command = {
  usage: 'announcement list --state DIR',
  example: 'announcement list --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  run: async (input) => {
    const announcements = listAnnouncements(stateOf(input));
    const now = toTime(nowMs());
    return { json: { announcements }, text: announcements.flatMap((one) => linesOf(one, now)) };
  },
};

export const announcementRemove: Command = {
  usage: 'announcement remove ID --state DIR',
  example: 'announcement remove 1f0c9a --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const removed = removeAnnouncement(state, argument(input, 0));
    return {
      json: { removed: removed.id },
      text: [`removed ${removed.id.slice(0, 12)}; sites drop it with the next bundle`],
    };
  }),
};
