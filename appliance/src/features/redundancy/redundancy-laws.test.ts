import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { namedDevices } from '../devices/named-queries.ts';
import { redundancyService } from './service.ts';

// R7: whatever happens to the members of a group, work begins on one at a time, and only while enough of the others are well. The
// judge keeps each member's story in plain variables, and is asked about every permit that the rule over real tables gives.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const size = 3;

/** `end`, `fail`, `verify`: of the member at work; the others name a member. */
type Step =
  | { readonly type: 'ask' | 'die' | 'return'; readonly member: number }
  | { readonly type: 'end' | 'fail' | 'verify' }
  | { readonly type: 'wait'; readonly minutes: number };

const member = fc.nat(size - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('ask' as const), member }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom('end' as const, 'fail' as const, 'verify' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('die' as const), member }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('return' as const), member }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 1_000 }) }),
  },
);

type Story = {
  isAlive: boolean;
  /** Work begun and without a result. */
  isActing: boolean;
  /** Installed, and no inventory shows it. */
  isUnshown: boolean;
  endedAtMs: number | undefined;
};

describe('a redundancy group', () => {
  let site: ApiSite;
  let devices: { id: number; publicId: string }[];
  let nowMs = 0;
  let redundancy: ReturnType<typeof redundancyService>;
  beforeAll(async () => {
    site = await openApiSite();
    devices = Array.from({ length: size }, (_, n) => site.device(`scada-${n}`));
    const { db, objects, accounts } = site.appliance;
    redundancy = redundancyService({
      db,
      objects,
      agreements: accounts.approvals.agreements,
      devices: namedDevices(db),
      clock: () => nowMs,
    });
    db.pragma('synchronous = off');
  });
  afterAll(() => site.close());

  it('has one member at work, and enough others that are well', () => {
    const { db, objects } = site.appliance;
    const setVisible = db.prepare(
      `INSERT OR REPLACE INTO device_status (device, level, reasons, visible, updated_at) VALUES (?, 5, '[]', ?, 0)`,
    );
    const seen = db.prepare('UPDATE device SET last_seen_at = ? WHERE id = ?');
    const begin = db.prepare(
      `INSERT INTO task (id, deployment, device, update_id, state, queued_at, acting_at) VALUES (?, 'd', ?, 'u', 'running', ?, ?)`,
    );
    const end = db.prepare('UPDATE task SET state = ?, finished_at = ? WHERE id = ?');
    let given = 0;
    let refused = 0;
    let history = 0;
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 20, maxLength: 80 }),
        fc.integer({ min: 1, max: size - 1 }),
        fc.constantFrom(0, 1, 24),
        (steps, minAvailable, soakHours) => {
          history += 1;
          nowMs = Date.parse('2026-11-02T00:00:00Z');
          db.exec('DELETE FROM task');
          db.exec("DELETE FROM object WHERE kind = 'redundancy-group'");
          const members = devices.map(({ publicId }) => publicId);
          const body = { name: `g-${history}`, devices: members, minAvailable, soakHours };
          objects.create(systemActor, 'redundancy-group', body);
          const stories: Story[] = devices.map(() => ({
            isAlive: true,
            isActing: false,
            isUnshown: false,
            endedAtMs: undefined,
          }));
          const orders: string[] = devices.map(() => '');
          const hear = (n: number): void => {
            if (stories[n]?.isAlive === true) seen.run(nowMs, devices[n]?.id);
          };
          for (const { id } of devices) {
            setVisible.run(id, 1);
            seen.run(nowMs, id);
          }
          const isWell = ({ isAlive, isActing, isUnshown, endedAtMs }: Story): boolean =>
            isAlive && !isActing && !isUnshown && (endedAtMs === undefined || nowMs - endedAtMs >= soakHours * hourMs);
          for (const one of steps) {
            if (one.type === 'wait') {
              nowMs += one.minutes * minuteMs;
              for (const n of stories.keys()) hear(n);
              continue;
            }
            const n =
              'member' in one ? one.member : stories.findIndex(({ isActing, isUnshown }) => isActing || isUnshown);
            const story = stories[n];
            const device = devices[n]?.id ?? 0;
            if (story === undefined) continue;
            const others = stories.filter((_, at) => at !== n);
            if (one.type === 'ask' && !story.isActing) {
              if (redundancy.hold(device) !== undefined) {
                refused += 1;
                continue;
              }
              given += 1;
              expect(others.some(({ isActing, isUnshown }) => isActing || isUnshown)).toBe(false);
              expect(others.filter(isWell).length).toBeGreaterThanOrEqual(minAvailable);
              orders[n] = `${history}-${given}`;
              begin.run(orders[n], device, toTime(nowMs), toTime(nowMs));
              Object.assign(story, { isActing: true, endedAtMs: undefined });
            } else if ((one.type === 'end' || one.type === 'fail') && story.isActing && story.isAlive) {
              end.run(one.type === 'end' ? 'installed' : 'failed', toTime(nowMs), orders[n]);
              Object.assign(story, { isActing: false, isUnshown: one.type === 'end', endedAtMs: nowMs });
            } else if (one.type === 'verify' && story.isUnshown && story.isAlive) {
              end.run('verified', toTime(story.endedAtMs ?? nowMs), orders[n]);
              story.isUnshown = false;
              nowMs += 1_000;
              hear(n);
            } else if (one.type === 'die' || one.type === 'return') {
              story.isAlive = one.type === 'return';
              setVisible.run(device, Number(story.isAlive));
              hear(n);
            }
          }
        },
      ),
      { numRuns: runs(300) },
    );
    expect(Math.min(given, refused)).toBeGreaterThan(200);
  });
});
