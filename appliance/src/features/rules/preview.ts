import type { Message } from '@sallyport/ui/model';
import { numbersOf } from '../../platform/device-set.ts';
import { parseFilter } from '../../platform/filter/parse.ts';
import { printFilter } from '../../platform/filter/print.ts';
import { filterOfRow, rowsOf } from '../../platform/filter/rows.ts';
import { type Filter, FilterFault, sayFault, type Vocabulary } from '../../platform/filter/types.ts';
import type { DeviceFilters, Moment } from '../devices/types.ts';
import type { EngineParts } from './engine.ts';
import { type Move, planMoves } from './moving.ts';
import type { MovingRule } from './rule-set.ts';
import { builtInConditions, parseStatusLines, printStatusLine, printStatusLines } from './status-lines.ts';
import { type BuiltText, limitOf, type RuleKind } from './types.ts';

type Tried = { fault: Message } | { devices: number[] };

export type RulePreview = {
  vocabulary: Vocabulary;
  /** The devices that a text finds now. */
  tryCondition(kind: RuleKind, text: string): Tried;
  /** The same for each line of a set, with the line as it would be kept. */
  tryStatus(text: string): { fault: Message } | { lines: Array<{ text: string; devices: number[] }> };
  /** The moves that would follow now; `instead` stands for the rule of its id, or is a further one. */
  dryRun(instead?: Omit<MovingRule, 'condition'> & { condition: string }): { fault: Message } | { moves: Move[] };
  /** The moving rule that decides about a device. */
  movingRule(device: number): MovingRule | undefined;
  /** A text as people read it, with the names of groups. */
  show(kind: RuleKind, text: string): string;
  /** The rows of a text; undefined where it says more than rows can, or cannot be read. */
  rows(kind: RuleKind, text: string): ReturnType<typeof rowsOf>;
  /** A text with what its builder sent: rows in its place and one more, of a set as a line of its own. */
  build(kind: RuleKind, text: string, built: BuiltText): { fault: Message; in: number | 'text' } | { text: string };
  /** The conditions that hold for a group, or for the site, one a line, and its time-out. */
  effective(group: string | null): { lines: string[]; notVisibleHours: number };
  builtIn: string;
  /** The name of a group; its id where the name says nothing. */
  groupName(id: string): string;
};

const hourMs = 3_600_000;
const planned = 2_000;
const shown: readonly Filter[] = [
  { field: 'state', op: '!=', value: 'revoked' },
  { field: 'kind', op: '!=', value: 'directory' },
];

/** What rules would do, without doing it. */
export const rulePreview = (parts: EngineParts & { deviceFilters: Pick<DeviceFilters, 'find'> }): RulePreview => {
  const { store, evaluator, vocabulary, clock } = parts;

  const moment = (): Moment => {
    const now = clock();
    return {
      now,
      visibleSince: now - parts.rules().statusOf(null).notVisibleMs,
      groupsBelow: parts.rules().groups.below,
      groupsNamed: parts.rules().groups.named,
    };
  };
  const options = (kind: RuleKind) => ({ vocabulary, below: limitOf[kind], group: parts.rules().groups.find });
  const named = () => ({ vocabulary, groupName: parts.rules().groups.name });

  const orFault = <T>(work: () => T): T | { fault: Message } => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      return { fault: sayFault(error.fault) };
    }
  };
  /** Those that are revoked or hidden are none. */
  const find = (condition: Filter): number[] => evaluator.matching({ all: [condition, ...shown] }, moment());

  const movesOf = (rules: readonly MovingRule[]): Move[] => {
    const moves: Move[] = [];
    const at = moment();
    for (let after = 0; ; ) {
      const ids = store.devicesAfter(after, planned);
      moves.push(...planMoves({ store, evaluator }, rules, store.facts(ids), at).moves);
      const last = ids.at(-1);
      if (last === undefined || ids.length < planned) return moves;
      after = last;
    }
  };

  const groupId = (text: string): string | undefined => parts.rules().groups.find(text);

  const rows: RulePreview['rows'] = (kind, text) => {
    if (kind === 'status-conditions') return undefined;
    if (text.trim() === '') return { join: 'and', rows: [] };
    const parsed = orFault(() => parseFilter(text, options(kind)));
    return 'fault' in parsed ? undefined : rowsOf(parsed, vocabulary);
  };

  const build: RulePreview['build'] = (kind, text, { rows: shown, join, added, level, reason }) => {
    const read: Filter[] = [];
    for (const { at, row } of [...(shown ?? []), ...(added === undefined ? [] : [added])]) {
      const filter = orFault(() => filterOfRow(row, { ...options(kind), group: groupId }));
      if ('fault' in filter) return { ...filter, in: at };
      read.push(filter);
    }
    const last = added === undefined ? undefined : read.at(-1);
    if (kind === 'status-conditions') {
      if (added === undefined || last === undefined) return { text };
      const words = (reason ?? '').trim().replace(/[\\"]/g, (char) => `\\${char}`);
      const line = `${level ?? ''} "${words}": ${printFilter(last, named())}`;
      const parsed = orFault(() => parseStatusLines(line, options(kind)));
      return 'fault' in parsed ? { ...parsed, in: added.at } : { text: `${text.trim()}\n${line}`.trim() };
    }
    if (shown === undefined) {
      if (last === undefined) return { text };
      const given = orFault(() => parseFilter(text, options(kind)));
      if ('fault' in given) return { ...given, in: 'text' };
      read.unshift(
        ...(join === 'and' && 'all' in given ? given.all : join === 'or' && 'any' in given ? given.any : [given]),
      );
    }
    const [only] = read;
    if (only === undefined) return { text: '' };
    return { text: printFilter(read.length === 1 ? only : join === 'or' ? { any: read } : { all: read }, named()) };
  };

  return {
    vocabulary,
    rows,
    build,
    tryCondition: (kind, text) =>
      orFault(() => {
        const condition = parseFilter(text, options(kind));
        // What lists alone ask is found as lists find it.
        return { devices: kind === 'filter' ? numbersOf(parts.deviceFilters.find(condition)) : find(condition) };
      }),
    tryStatus: (text) =>
      orFault(() => ({
        lines: parseStatusLines(text, options('status-conditions')).map((line) => ({
          text: printStatusLine(line, named()),
          devices: find(line.condition),
        })),
      })),
    dryRun: (instead) =>
      orFault(() => {
        const others = parts.rules().moves.filter(({ id }) => id !== instead?.id);
        if (instead === undefined) return { moves: movesOf(others) };
        const rule = { ...instead, condition: parseFilter(instead.condition, options('moving-rule')) };
        const all = [...others, rule].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
        return { moves: movesOf(all) };
      }),
    movingRule: (device) =>
      planMoves({ store, evaluator }, parts.rules().moves, store.facts([device]), moment()).effectiveValues.get(device),
    show: (kind, text) => {
      const shown = orFault(() => {
        if (kind !== 'status-conditions') return printFilter(parseFilter(text, options(kind)), named());
        return printStatusLines(text, parseStatusLines(text, options(kind)), named());
      });
      return typeof shown === 'string' ? shown : text;
    },
    effective: (group) => {
      const set = parts.rules().statusOf(group);
      return {
        lines: set.lines.map((line) => printStatusLine(line, named())),
        notVisibleHours: set.notVisibleMs / hourMs,
      };
    },
    builtIn: builtInConditions,
    groupName: (id) => parts.rules().groups.name(id),
  };
};
