import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import { type Database, immediate, immediateWithin } from '../../platform/database.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { parseFilter } from '../../platform/filter/parse.ts';
import { printFilter } from '../../platform/filter/print.ts';
import { FilterFault, sayFault } from '../../platform/filter/types.ts';
import type { DeviceFilters } from '../devices/types.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { type RuleEngine, ruleEngine } from './engine.ts';
import { type RulePreview, rulePreview } from './preview.ts';
import { readRules } from './rule-set.ts';
import { parseStatusLines, printStatusLines } from './status-lines.ts';
import { ruleStore } from './store.ts';
import { type TagService, tagService } from './tags.ts';
import { limitOf } from './types.ts';

/** As a tag rule's own field says. */
const maxTagLength = 50;

const text = (body: Body, name: string): string => String(body[name] ?? '');

/** Checks the texts of rules, and keeps them with the ids of groups, so that a group that is renamed stays the same. */
const ruleTexts = (parts: {
  objects: ObjectService;
  filters: Pick<DeviceFilters, 'vocabulary' | 'groups'>;
}): Readonly<Record<string, FurtherRule>> => {
  const { objects, filters } = parts;
  const { vocabulary, groups } = filters;

  const orFault = (field: string, body: Body, keep: () => Body): { faults: FieldErrors; body: Body } => {
    try {
      return { faults: {}, body: { ...body, ...keep() } };
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      return { faults: { [field]: sayFault(error.fault) }, body };
    }
  };

  const condition =
    (kind: 'tag-rule' | 'moving-rule'): FurtherRule =>
    (_id, body) =>
      orFault('condition', body, () => {
        const options = { vocabulary, below: limitOf[kind], group: groups().find };
        return { condition: printFilter(parseFilter(text(body, 'condition'), options), { vocabulary }) };
      });

  /** One set for each group, and one for the site. */
  const isTaken = (id: string, body: Body): boolean =>
    body['group'] === undefined &&
    objects.list({ kind: 'status-conditions', where: { group: null }, limit: 2 }).rows.some((other) => other.id !== id);

  return {
    'tag-rule': condition('tag-rule'),
    'moving-rule': condition('moving-rule'),
    'status-conditions': (id, body) => {
      if (isTaken(id, body)) return { faults: { group: { key: 'validation.taken' } }, body };
      if (body['conditions'] === undefined) return { faults: {}, body };
      return orFault('conditions', body, () => {
        const given = text(body, 'conditions');
        const options = { vocabulary, below: limitOf['status-conditions'], group: groups().find };
        return { conditions: printStatusLines(given, parseStatusLines(given, options), { vocabulary }) };
      });
    },
    'device-decision': (_id, body) => {
      const tags = Array.isArray(body['tags']) ? body['tags'].map((tag) => String(tag).trim()) : [];
      if (tags.some((tag) => tag === '' || tag.length > maxTagLength))
        return { faults: { tags: { key: 'validation.tooLong', params: { max: maxTagLength } } }, body };
      const { tags: _, ...rest } = body;
      return { faults: {}, body: tags.length === 0 ? rest : { ...rest, tags: [...new Set(tags)].sort() } };
    },
  };
};

export type RuleService = RuleEngine &
  RulePreview &
  TagService & {
    /** Checks of the kinds that hold conditions, for the object engine. */
    bodyRules: Readonly<Record<string, FurtherRule>>;
  };

type RuleParts = {
  db: Database;
  objects: ObjectService;
  events: Pick<EventService, 'record'>;
  changed: Changed;
  deviceFilters: DeviceFilters;
  vulnerabilities: Pick<VulnerabilityService, 'loads' | 'coverage'>;
  clock?: () => number;
};

/** Rules over devices: what they derive, the work list behind it, what they would do. */
export const ruleService = (parts: RuleParts): RuleService => {
  const { db, objects } = parts;
  const clock = parts.clock ?? nowMs;
  const store = ruleStore(db);
  const { vocabulary, evaluator, groups } = parts.deviceFilters;
  // Parsed once for each change of an object: looking at one device must not read every rule.
  const held: { stamp: string | undefined; rules: ReturnType<typeof readRules> | undefined } = {
    stamp: undefined,
    rules: undefined,
  };
  const rules = (): ReturnType<typeof readRules> => {
    const stamp = store.stamp();
    if (held.rules === undefined || held.stamp !== stamp) {
      held.rules = readRules(objects, vocabulary, groups());
      held.stamp = stamp;
    }
    return held.rules;
  };
  const shared = {
    ...parts,
    store,
    vocabulary,
    evaluator,
    rules,
    clock,
    transact: <T>(work: () => T) => immediate(db, work),
    transactIfFree: (work: () => void) => void immediateWithin(db, 0, work),
  };
  return {
    ...ruleEngine(shared),
    ...rulePreview(shared),
    ...tagService(shared),
    bodyRules: ruleTexts({ objects, filters: parts.deviceFilters }),
  };
};
