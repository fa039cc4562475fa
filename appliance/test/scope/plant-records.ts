import type { Appliance } from '../../src/compose.ts';
import { systemActor } from '../../src/engine/objects/types.ts';
import { addDevices } from '../support/fleet.ts';
import type { Planted } from './plant-risks.ts';

// What the judge of scope plants of records of devices: merges, pairs and a copy that waits, of devices in reach, of
// others, and of both; and what it sends to decide about devices.

/** 4 to 7 are in the hall, 8 on its line, 14 and 0 elsewhere. */
export function plantRecords(
  appliance: Appliance,
  ids: readonly number[],
  publicIds: readonly string[],
  groups: readonly string[],
): Omit<Planted, 'asked'> {
  const { db, devices, objects } = appliance;
  const at = (n: number): number => ids[n] ?? 0;
  const idOf = (n: number): string => publicIds[n] ?? '';
  const never = '0'.repeat(32);
  const merges = [
    { keep: 4, group: 1 },
    { keep: 7, group: 3 },
    { keep: 14, group: 3 },
  ].map(({ keep, group }) => {
    const [twin = 0] = addDevices(db, [{ hostname: `twin-${keep}` }]);
    objects.put(systemActor, 'device-decision', devices.byId(twin).publicId, { group: groups[group] ?? '' });
    return String(devices.merge(systemActor, at(keep), twin));
  });
  const shared = [
    [4, 5],
    [5, 14],
    [14, 15],
    [6, 8],
  ];
  for (const [n, pair] of shared.entries())
    for (const one of pair)
      db.prepare('insert into device_mac (mac, device) values (?, ?)').run(`00:00:00:00:01:0${n}`, at(one));
  db.prepare("update device set state = 'held', held_reason = 'same-hardware' where id in (?, ?)").run(at(5), at(15));
  const pairs = [
    [4, 5],
    [4, 14],
    [14, 0],
  ].map(([one = 0, two = 0]) => [idOf(one), idOf(two)] as const);
  const asked = [...pairs, [idOf(4), never] as const];
  const targets = [groups[2], groups[3], 'x'.repeat(20), ''].map((group) => group ?? '');
  const browser = 'browser' as const;
  const token = 'token' as const;
  return {
    choices: [{ pattern: /^\/device-merges\//, name: 'merge', values: [...merges, '99'] }],
    bodies: [
      { pattern: /^\/devices\/[^/]+\/(?:revoke|forget)$/, by: browser, body: { confirmed: '1' } },
      ...targets.flatMap((group) => [
        {
          pattern: /^\/devices\/[^/]+\/edit$/,
          by: browser,
          body: { revision: '1', displayName: 'Named', description: '', group },
        },
        {
          pattern: /^\/devices\/[^/]+\/decision$/,
          by: token,
          body: { expectedRevision: 1, displayName: 'Named', group: group === '' ? null : group },
        },
        ...[4, 14].map((n) => ({
          pattern: /^\/devices\/bulk$/,
          by: browser,
          body: { action: 'move', group, id: idOf(n) },
        })),
      ]),
      ...['approve', 'revoke'].flatMap((action) =>
        [4, 14].map((n) => ({ pattern: /^\/devices\/bulk$/, by: browser, body: { action, id: idOf(n) } })),
      ),
      ...asked.flatMap(([one, two]) => [
        { pattern: /^\/device-duplicates\/compare$/, by: browser, body: { keep: one, other: two } },
        { pattern: /^\/device-duplicates\/distinct$/, by: browser, body: { one, two } },
        { pattern: /^\/devices\/[^/]+\/(?:merge|distinct)$/, by: token, body: { other: two } },
      ]),
      ...[...merges, '99'].map((merge) => ({ pattern: /^\/device-duplicates\/undo$/, by: browser, body: { merge } })),
    ],
  };
}
