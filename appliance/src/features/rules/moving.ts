import type { Evaluator, Moment } from '../devices/types.ts';
import type { MovingRule } from './rule-set.ts';
import type { DeviceFacts, RuleStore } from './store.ts';

export type Move = { device: number; publicId: string; rule: MovingRule; from: string | null; to: string };

/** What the rules say of some devices: the rule that decides about each, and the moves that follow now. */
type MovePlan = { effectiveValues: ReadonlyMap<number, MovingRule>; moves: Move[] };

/** Devices that rules may move: a revoked one is history, and which machine a held one is, is unknown. */
const isMovable = ({ state }: DeviceFacts): boolean => state !== 'revoked' && state !== 'held';

/** What would be moved now; writes nothing. */
export const planMoves = (
  parts: { store: Pick<RuleStore, 'done'>; evaluator: Evaluator },
  rules: readonly MovingRule[],
  facts: readonly DeviceFacts[],
  moment: Moment,
): MovePlan => {
  const devices = facts.filter(isMovable);
  const effectiveValues = new Map<number, MovingRule>();
  const moves: Move[] = [];
  if (rules.length === 0 || devices.length === 0) return { effectiveValues, moves };
  const ids = devices.map(({ id }) => id);
  const fits = parts.evaluator.test(
    rules.map(({ condition }) => condition),
    ids,
    moment,
  );
  const done = new Map(parts.store.done(ids).map((row) => [`${row.rule} ${row.device}`, row.enrolment]));
  for (const device of devices) {
    const rule = rules[fits.get(device.id)?.fits.indexOf(true) ?? -1];
    if (rule === undefined) continue;
    effectiveValues.set(device.id, rule);
    if (rule.group === device.group) continue;
    const held = done.get(`${rule.id} ${device.id}`);
    // What people move after a rule has run stands, until the rule runs again.
    const isOver =
      held !== undefined && (rule.mode === 'once' || (rule.mode === 'reinstall' && held === String(device.enrolments)));
    if (!isOver) moves.push({ device: device.id, publicId: device.publicId, rule, from: device.group, to: rule.group });
  }
  return { effectiveValues, moves };
};
