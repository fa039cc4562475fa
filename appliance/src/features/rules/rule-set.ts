import type { Level, Message } from '@sallyport/ui/model';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Obj } from '../../engine/objects/types.ts';
import { parseFilter } from '../../platform/filter/parse.ts';
import { type Filter, FilterFault, type Vocabulary } from '../../platform/filter/types.ts';
import type { GroupTree } from '../devices/types.ts';
import { builtInConditions, parseStatusLines, type StatusLine } from './status-lines.ts';
import { limitOf } from './types.ts';

type TagRule = { id: string; name: string; tag: string; condition: Filter };

type MovingMode = 'once' | 'reinstall' | 'continuous';

export type MovingRule = {
  id: string;
  name: string;
  group: string;
  mode: MovingMode;
  priority: number;
  condition: Filter;
};

/** What decides about the status of the devices of some groups. */
export type StatusSet = { key: string; lines: readonly StatusLine[]; notVisibleMs: number };

/** Rules as they are in force, parsed. */
export type RuleSet = {
  tags: readonly TagRule[];
  /** In the order in which they decide. */
  moves: readonly MovingRule[];
  statusOf(group: string | null): StatusSet;
  groups: GroupTree;
  /** Rules whose text can no longer be read: what they gave stays as it is. */
  broken: ReadonlySet<string>;
};

const maxRules = 10_000;
const hourMs = 3_600_000;

const text = (object: Obj, field: string): string => String(object.body[field] ?? '');

/** The line of a device when a condition of its status can no longer be read: it must not look healthy. */
const unreadable = (name: string): StatusLine => ({
  level: 'warning' satisfies Level,
  reason: { key: 'devices.reason.unreadableCondition', params: { name } } satisfies Message,
  condition: { all: [] },
});

/** Reads all rules from their objects. */
export const readRules = (objects: ObjectService, vocabulary: Vocabulary, groups: GroupTree): RuleSet => {
  const live = (kind: 'tag-rule' | 'moving-rule' | 'status-conditions'): Obj[] =>
    objects.list({ kind, limit: maxRules, sort: 'id' }).rows;
  const enabled = (kind: Parameters<typeof live>[0]): Obj[] =>
    live(kind).filter(({ body }) => body['disabled'] !== true);
  const broken = new Set<string>();
  const conditionOf = (kind: 'tag-rule' | 'moving-rule', object: Obj): Filter | undefined => {
    try {
      return parseFilter(text(object, 'condition'), { vocabulary, below: limitOf[kind], group: (id) => id });
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      broken.add(object.id);
      return undefined;
    }
  };

  const tags = enabled('tag-rule').flatMap((object): TagRule[] => {
    const condition = conditionOf('tag-rule', object);
    return condition === undefined
      ? []
      : [{ id: object.id, name: text(object, 'name'), tag: text(object, 'tag'), condition }];
  });
  const moves = enabled('moving-rule')
    .flatMap((object): MovingRule[] => {
      const condition = conditionOf('moving-rule', object);
      if (condition === undefined) return [];
      const { id, body } = object;
      const mode = body['mode'] as MovingMode;
      return [
        {
          id,
          name: text(object, 'name'),
          group: text(object, 'group'),
          mode,
          priority: Number(body['priority']),
          condition,
        },
      ];
    })
    .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));

  const sets = new Map(live('status-conditions').map((object) => [text(object, 'group'), object]));
  const siteMs = objects.setting('devices.not-visible-hours') * hourMs;
  const builtIn = parseStatusLines(builtInConditions, { vocabulary, below: 4, group: (id) => id });

  const linesOf = (object: Obj): StatusLine[] => {
    try {
      return parseStatusLines(text(object, 'conditions'), { vocabulary, below: 4, group: (id) => id });
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      return [unreadable(text(object, 'name'))];
    }
  };

  const inherit = (from: StatusSet, object: Obj | undefined): StatusSet => {
    if (object === undefined) return from;
    const hours = object.body['notVisibleHours'];
    const lines = linesOf(object).map((line) => ({ ...line, set: object.id }));
    return {
      key: `${from.key} ${object.id}`,
      lines: object.body['combine'] === 'replace' ? lines : [...from.lines, ...lines],
      notVisibleMs: typeof hours === 'number' ? hours * hourMs : from.notVisibleMs,
    };
  };
  const known = new Map<string, StatusSet>();
  const site = inherit({ key: '', lines: builtIn, notVisibleMs: siteMs }, sets.get(''));
  const statusOf = (group: string | null): StatusSet => {
    if (group === null) return site;
    const held = known.get(group);
    if (held !== undefined) return held;
    const set = groups.pathTo(group).reduce((from, id) => inherit(from, sets.get(id)), site);
    known.set(group, set);
    return set;
  };
  return { tags, moves, statusOf, groups, broken };
};
