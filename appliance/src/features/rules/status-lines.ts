import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Level, Message } from '@sallyport/ui/model';
import { type ParseOptions, parseFilter } from '../../platform/filter/parse.ts';
import { printFilter } from '../../platform/filter/print.ts';
import { type Filter, FilterFault } from '../../platform/filter/types.ts';
import { givenLevels } from './types.ts';

// A set of status conditions is a text of lines: the level, the reason in the site's words or as the name of one that
// the catalogue has in every language, and when. `#` starts a line that is only read by people.
//
//   critical "Disk is nearly full": some volume (freeBytes < 1GB)
//   warning @attend: findings.attend >= 5

export type StatusLine = {
  level: Level;
  reason: Message;
  condition: Filter;
  /** The field whose number the reason names as `n`. */
  number?: string;
  /** The set that it is of; absent for what is built in. */
  set?: string;
};

/** Reasons that the catalogue has, with the field whose number each names. */
const namedReasons: Readonly<Record<string, string | undefined>> = {
  held: undefined,
  act: 'findings.act',
  pending: undefined,
  reenrolling: undefined,
  certificateEnded: undefined,
  deploymentFailed: 'failedOrders',
  attend: 'findings.attend',
  securityUpdates: 'securityUpdates',
  deviates: 'deviations',
  notJudged: undefined,
  partlyJudged: undefined,
  listsUnread: undefined,
  restartPending: undefined,
  neverSeen: undefined,
  notVisible: undefined,
  noInventory: undefined,
  threatNotCured: undefined,
  protectionOff: undefined,
  realTimeOff: undefined,
  productSays: undefined,
};

const notOn = (field: string): string => `(${field} = off or ${field} = failing or ${field} = paused)`;

/** The conditions of a site that set none. Of several antiviruses one that is on is enough: Windows puts its own aside for another. */
export const builtInConditions = `critical @held: state = held
critical @act: findings.act >= 1
critical @threatNotCured: state = managed and some protection (threatsNotCured >= 1)
critical @protectionOff: state = managed and some protection (kind = antivirus and ${notOn('state')}) and not some protection (kind = antivirus and state = on)
critical @productSays: state = managed and some protection (reportedStatus = critical)
waiting @pending: state = pending
warning @reenrolling: reenrolling = yes
warning @certificateEnded: state = managed and certificateEnds older 0m
warning @deploymentFailed: failedOrders >= 1
warning @attend: findings.attend >= 1
warning @securityUpdates: state = managed and securityUpdates >= 1
warning @deviates: deviations >= 1
warning @realTimeOff: state = managed and some protection (kind = antivirus and state = on and ${notOn('realTime')}) and not some protection (kind = antivirus and realTime = on)
warning @productSays: state = managed and some protection (reportedStatus = warning) and not some protection (reportedStatus = critical)
warning @notJudged: state = managed and inventory = yes and systemJudged = no and advisories = yes
warning @restartPending: activity.restartPending = yes
waiting @neverSeen: state = managed and lastSeen unknown and approved newer 24h
not-visible @neverSeen: state = managed and lastSeen unknown and not approved newer 24h
not-visible @notVisible: state = managed and visible = no and not lastSeen unknown
warning @noInventory: state = managed and visible = yes and inventory = no
info @partlyJudged: state = managed and coverage = partly and systemJudged = yes and advisories = yes
info @listsUnread: state = managed and listsUnread = yes`;

const maxLines = 100;
const linePattern = /^(\S+)\s+(?:@([A-Za-z]+)|"((?:[^"\\]|\\["\\]){1,200})")\s*:\s*(.+)$/;

const message = (named: string | undefined, words: string | undefined): Message =>
  named === undefined
    ? { key: 'devices.reason.own', params: { text: (words ?? '').replace(/\\(["\\])/g, '$1') } }
    : { key: `devices.reason.${named}` };

/** The lines of a set; throws FilterFault, whose text names the line. */
export const parseStatusLines = (text: string, options: ParseOptions): StatusLine[] => {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const written = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
  if (written.length > maxLines) throw new FilterFault('tooManyLines', 1, String(maxLines));
  return written.map(({ line, number }) => {
    const fault = (what: string, found: string): FilterFault => new FilterFault(what, number, found);
    const match = linePattern.exec(line);
    if (match === null) throw fault('line', line.slice(0, 60));
    const [, level = '', named, words, rest = ''] = match;
    const given = givenLevels.find((one) => one === level);
    if (given === undefined) throw fault('level', level);
    if (named !== undefined && !Object.hasOwn(namedReasons, named)) throw fault('reason', named);
    const count = named === undefined ? undefined : namedReasons[named];
    try {
      const condition = parseFilter(rest, options);
      return { level: given, reason: message(named, words), condition, ...defined({ number: count }) };
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      const inside = error.fault;
      throw new FilterFault(inside.what, inside.at + line.length - rest.length, `${number}: ${inside.text}`);
    }
  });
};

/** The text of lines as it is kept; comments and empty lines stay where they were. */
export const printStatusLines = (
  text: string,
  lines: readonly StatusLine[],
  options: Parameters<typeof printFilter>[1],
): string => {
  let next = 0;
  return text
    .split(/\r?\n/)
    .map((line) => {
      const trimmed = line.trim();
      if (trimmed === '' || trimmed.startsWith('#')) return trimmed;
      const parsed = lines[next];
      next += 1;
      return parsed === undefined ? trimmed : printStatusLine(parsed, options);
    })
    .join('\n')
    .trim();
};

/** One line of a set. */
export const printStatusLine = (line: StatusLine, options: Parameters<typeof printFilter>[1]): string => {
  const words = line.reason.params?.['text'];
  const reason =
    words === undefined
      ? `@${line.reason.key.slice(line.reason.key.lastIndexOf('.') + 1)}`
      : `"${String(words).replace(/[\\"]/g, (char) => `\\${char}`)}"`;
  return `${line.level} ${reason}: ${printFilter(line.condition, options)}`;
};
