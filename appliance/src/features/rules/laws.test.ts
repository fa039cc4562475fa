import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { factCondition, groupCondition, groups } from '../../../test/support/rules/arbitrary.ts';
import {
  applyDrawn,
  type Drawn,
  drawnDevice,
  groupsBelow,
  groupsNamed,
  makeGroups,
  recordOf,
} from '../../../test/support/rules/fleet.ts';
import { plainFits } from '../../../test/support/rules/plain.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { printFilter } from '../../platform/filter/print.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { ruleService } from './service.ts';

const hourMs = 3_600_000;
const clock = { now: Date.parse('2026-11-24T10:00:00Z') };
const fleet = new Map<number, Drawn>();

const text = (condition: Filter): string => printFilter(condition, { vocabulary: rules.vocabulary });
const fits = (condition: Filter, device: number): boolean => {
  const drawn = fleet.get(device);
  return (
    drawn !== undefined &&
    plainFits(condition, recordOf(drawn, drawnAt.get(device) ?? 0), { now: clock.now, groupsBelow, groupsNamed })
  );
};
/** When the device's last contact was drawn. */
const drawnAt = new Map<number, number>();
const redrawn = (device: number, drawn: Drawn): void => {
  drawnAt.set(device, clock.now);
  fleet.set(device, drawn);
};

const site = await openAppliance();
const rules = ruleService({ ...site, clock: () => clock.now });
makeGroups(site);
for (const drawn of fc.sample(drawnDevice, 12)) redrawn(applyDrawn(site, drawn, clock.now), drawn);
rules.recomputePending();
afterAll(() => site.stop());

const redraw = (device: number, drawn: Drawn): void => {
  applyDrawn(site, drawn, clock.now, device);
  const software = drawn.software ?? fleet.get(device)?.software ?? null;
  redrawn(device, { ...drawn, software });
};
const dump = (): unknown[] => site.db.prepare('select device, tag, source from device_tag order by 1, 2, 3').all();
const groupOf = (device: number): unknown =>
  site.objects.find('device-decision', site.devices.byId(device).publicId)?.body['group'] ?? null;
const remove = (kind: string): void => {
  for (const { id } of site.objects.ofAnyKind.list({ kind, limit: 100 }).rows)
    site.objects.ofAnyKind.remove(systemActor, kind, id);
};

type Step =
  | { do: 'device'; at: number; drawn: Drawn }
  | { do: 'rule'; at: number; condition: Filter; disabled: boolean }
  | { do: 'drop'; at: number }
  | { do: 'wait'; hours: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('device' as const), at: fc.nat(11), drawn: drawnDevice }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rule' as const),
      at: fc.nat(2),
      condition: groupCondition,
      disabled: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), at: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.constantFrom(1, 2, 22) }) },
);

describe('tags by rule', () => {
  it('are what the rules say of each device, after any changes and in any batches; those of people stay', () => {
    const devices = [...fleet.keys()];
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const inForce = new Map<string, { condition: Filter; disabled: boolean }>();
        remove('tag-rule');
        for (const now of steps) {
          if (now.do === 'device') redraw(devices[now.at] ?? 0, now.drawn);
          else if (now.do === 'wait') clock.now += now.hours * hourMs;
          else if (now.do === 'drop') {
            const id = `rule-${now.at}`;
            if (inForce.delete(id)) site.objects.remove(systemActor, 'tag-rule', id);
          } else {
            const id = `rule-${now.at}`;
            const { condition, disabled } = now;
            inForce.set(id, { condition, disabled });
            site.objects.put(systemActor, 'tag-rule', id, {
              name: id,
              tag: `t-${now.at}`,
              condition: text(condition),
              disabled,
            });
          }
          rules.recomputePending();
        }
        const expected = devices.flatMap((device) => [
          ...(fleet.get(device)?.tags ?? []).map((tag) => ({ device, tag, source: 'hand' })),
          ...[...inForce]
            .filter(([, rule]) => !rule.disabled && fits(rule.condition, device))
            .map(([id]) => ({ device, tag: id.replace('rule', 't'), source: id })),
        ]);
        const order = (row: { device: number; tag: string; source: string }): string =>
          `${String(row.device).padStart(6, '0')} ${row.tag} ${row.source}`;
        expect((dump() as typeof expected).map(order).sort()).toEqual(expected.map(order).sort());
        const before = dump();
        site.db.exec('update rule_round set after_device = 0');
        rules.recomputePending();
        expect(dump()).toEqual(before);
      }),
      { numRuns: runs(25) },
    );
  });
});

const moving = fc.uniqueArray(
  fc.record({
    condition: factCondition,
    group: fc.constantFrom(...groups),
    mode: fc.constantFrom('once', 'reinstall', 'continuous'),
    priority: fc.constantFrom(1, 2, 3, 4, 5),
  }),
  { minLength: 1, maxLength: 4, selector: ({ priority }) => priority },
);

describe('moving rules', () => {
  it('let the first by priority decide in every mode, once or for ever, and then rest', () => {
    const devices = [...fleet.keys()];
    fc.assert(
      fc.property(
        moving,
        fc.array(drawnDevice, { minLength: 2, maxLength: 2 }),
        fc.nat(10),
        (drawnRules, drawn, at) => {
          remove('moving-rule');
          remove('tag-rule');
          const ids = [devices[at] ?? 0, devices[at + 1] ?? 0];
          drawn.forEach((one, index) => {
            redraw(ids[index] ?? 0, one);
          });
          for (const [index, rule] of drawnRules.entries())
            site.objects.create(systemActor, 'moving-rule', {
              name: `m${index}`,
              ...rule,
              condition: text(rule.condition),
            });
          const inOrder = [...drawnRules].sort((a, b) => a.priority - b.priority);
          const deciding = (device: number) =>
            fleet.get(device)?.state === 'held' ? undefined : inOrder.find(({ condition }) => fits(condition, device));
          const plan = rules.dryRun();
          rules.recomputePending();
          for (const device of ids) {
            const rule = deciding(device);
            const was = fleet.get(device)?.group ?? null;
            expect(groupOf(device)).toBe(rule?.group ?? was);
            const planned = 'moves' in plan ? plan.moves.filter((move) => move.device === device) : [];
            expect(planned.map(({ from, to }) => [from, to])).toEqual(
              rule === undefined || rule.group === was ? [] : [[was, rule.group]],
            );
            // Somebody moves it by hand.
            const other = groups.find((group) => group !== groupOf(device)) ?? null;
            site.objects.put(systemActor, 'device-decision', site.devices.byId(device).publicId, { group: other });
            rules.recomputePending();
            expect(groupOf(device)).toBe(rule?.mode === 'continuous' ? rule.group : other);
            // Its agent is installed again.
            site.db
              .prepare(
                `insert into device_source (device, source, client_id, state, first_seen_at)
                 select ?, 'native', 'again-' || count(*), 'replaced', 0 from device_source`,
              )
              .run(device);
            site.changed('client', [device]);
            rules.recomputePending();
            const moved = rule !== undefined && rule.mode !== 'once';
            expect(groupOf(device)).toBe(moved ? rule.group : other);
            const last = fleet.get(device);
            if (last !== undefined) fleet.set(device, { ...last, group: groupOf(device) as string | null });
          }
          expect(rules.dryRun()).toEqual({ moves: [] });
          const rests = site.objects.list({ kind: 'device-decision', limit: 100 }).rows.map(({ revision }) => revision);
          site.db.exec('update rule_round set after_device = 0');
          rules.recomputePending();
          expect(
            site.objects.list({ kind: 'device-decision', limit: 100 }).rows.map(({ revision }) => revision),
          ).toEqual(rests);
          // The others of the fleet were moved as well; their records follow.
          for (const device of devices) {
            const one = fleet.get(device);
            if (one !== undefined) fleet.set(device, { ...one, group: groupOf(device) as string | null });
          }
        },
      ),
      { numRuns: runs(25) },
    );
  });
});
