import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { DeviceFilters } from '../devices/types.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { type RuleEngine, ruleEngine } from './engine.ts';
import { type RulePreview, rulePreview } from './preview.ts';
import { readRules } from './rule-set.ts';
import { ruleStore } from './store.ts';
import { type TagService, tagService } from './tags.ts';
import { ruleTexts } from './validate.ts';

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
  const held: { stamp: number; rules: ReturnType<typeof readRules> | undefined } = { stamp: -1, rules: undefined };
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
  };
  return {
    ...ruleEngine(shared),
    ...rulePreview(shared),
    ...tagService(shared),
    bodyRules: ruleTexts({ objects, filters: parts.deviceFilters }),
  };
};
