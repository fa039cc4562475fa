import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { openDatabase } from '../../platform/database.ts';
import { lostSince } from './lost-queries.ts';
import type { Lost } from './types.ts';

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

/** What is lost by going back to what was kept. */
const lostSinceKept = (kept: string): Lost => {
  const [before, now] = [kept, engines.path].map((path) => openDatabase(path, { readonly: true }));
  try {
    if (before === undefined || now === undefined) throw new Error('two databases are compared');
    return lostSince(before, now);
  } finally {
    before?.close();
    now?.close();
  }
};
const keep = (): string => {
  const kept = join(engines.folder, 'kept.db');
  engines.db.pragma('wal_checkpoint(truncate)');
  cpSync(engines.path, kept);
  return kept;
};
const nothing = {
  devices: 0,
  reportingDevices: 0,
  events: 0,
  bundles: 0,
  tags: 0,
  settings: 0,
  approvals: 0,
  accounts: 0,
  deployments: 0,
  exceptions: 0,
  others: 0,
};

it('nothing is lost where nothing was done since', () => {
  addDevices(engines.db, [{}]);
  engines.objects.create(systemActor, 'group', { name: 'Hall 1' });
  expect(lostSinceKept(keep())).toEqual(nothing);
});

it('what people did since is counted by what it is, changes and deletions as well', () => {
  const { db, objects } = engines;
  const [first, second] = addDevices(db, [{}, {}]);
  const tag = db.prepare('insert into device_tag (tag, device, source) values (?, ?, ?)');
  tag.run('old', first, 'hand');
  const account = objects.create(systemActor, 'account', { name: 'Kairat', roles: ['viewer'] });
  const group = objects.create(systemActor, 'group', { name: 'Hall 1' });
  const kept = keep();

  const [later] = addDevices(db, [{}]);
  // A tag that was taken away, two that were given; what a rule gave, and what a new device has, do not count.
  db.prepare("delete from device_tag where tag = 'old'").run();
  tag.run('new', first, 'hand');
  tag.run('new', second, 'hand');
  tag.run('of-rule', second, 'rule');
  tag.run('new', later, 'hand');
  objects.update(systemActor, 'account', account.id, { name: 'Kairat B.', roles: ['viewer'] }, { expectedRevision: 1 });
  objects.update(systemActor, 'account', account.id, { name: 'Kairat K.', roles: ['viewer'] }, { expectedRevision: 2 });
  objects.remove(systemActor, 'group', group.id);
  objects.writeSetting(systemActor, 'devices.not-visible-hours', 30);
  objects.create(systemActor, 'deployment', { name: 'Monday', updates: ['u1'], devices: ['d1'] });
  objects.create(systemActor, 'deploy-consent', {
    name: 'Hall 2',
    group: objects.create(systemActor, 'group', { name: 'Hall 2' }).id,
  });
  const approval = db.prepare(
    "insert into approval (act, thing, type, at, actor, persons, one_person) values ('a', 't', ?, 1, 'x', '[]', 0)",
  );
  approval.run('author');
  approval.run('approver');
  db.prepare(
    "insert into baseline_acceptance (baseline, collection, reason, actor, at) values ('b', 'software', 'r', 'x', 1)",
  ).run();
  const { events, ...lost } = lostSinceKept(kept);
  expect(events).toBeGreaterThan(5);
  expect(lost).toEqual({
    ...nothing,
    events: undefined,
    devices: 1,
    tags: 3,
    settings: 1,
    approvals: 1,
    accounts: 1,
    deployments: 2,
    exceptions: 1,
    others: 2,
  });
});
