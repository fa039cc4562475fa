import { afterEach, beforeEach, expect, it } from 'vitest';
import { addDevices } from '../../test/support/fleet.ts';
import { openMatching } from '../../test/support/matching-site.ts';
import { followArrays, noteArrayChanges } from './array-changes.ts';
import { reaching } from './scope.ts';

// What is noted is bounded, whatever devices report; who follows counts anew where that takes less.

let open: Awaited<ReturnType<typeof openMatching>>;
beforeEach(async () => {
  open = await openMatching();
});
afterEach(() => open.close());

const upTo = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1);

it('a note of many ids holds none of them, and many notes take the place of the oldest', () => {
  const { db } = open.site;
  const note = noteArrayChanges(db, 'software');
  const sizes = () =>
    db.prepare('select length(added), length(removed) from array_change order by id desc limit 1').raw().get();
  note(1, upTo(600), upTo(400));
  expect(sizes()).toEqual([2_400, 1_600]);
  note(1, upTo(601), upTo(400));
  expect(sizes()).toEqual([null, null]);
  db.transaction(() => {
    for (let n = 0; n < 10_050; n += 1) note(1, [n], []);
  })();
  expect(db.prepare('select count(*) from array_change').pluck().get()).toBe(10_000);
});

it('a few devices are followed, of too many and after a large change all is counted anew', () => {
  const { db } = open.site;
  const ids = addDevices(
    db,
    Array.from({ length: 1_100 }, () => ({})),
  );
  db.prepare('insert into group_path values (?, ?)').run('east', 'east');
  db.prepare("update device_row set group_id = 'east'").run();
  const note = noteArrayChanges(db, 'software');
  const scope = reaching({ site: false, roots: ['east'], zones: [] });
  const follower = followArrays(
    db,
    'software',
    scope,
    (devices) => new Map(devices.map((one) => [one, Uint32Array.of(7)])),
  );
  const followed = (): number | undefined => follower.look().differences?.length;
  expect(followed()).toBeUndefined();
  for (const id of ids.slice(0, 3)) note(id, [7], []);
  expect(followed()).toBe(3);
  for (const id of ids.slice(0, 1_001)) note(id, [7], []);
  expect(followed()).toBeUndefined();
  expect(followed()).toBe(0);
  note(ids[0] as number, upTo(2_000), []);
  expect(followed()).toBeUndefined();
});
