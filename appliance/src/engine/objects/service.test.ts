import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { actorWith, admin, type Engines, failureOf, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { Body, Kind } from './types.ts';

const note: Kind = {
  name: 'note',
  bound: 'site',
  row: 'O11',
  area: 'settings',
  title: 'text',
  returns: 'freely',
  fields: {
    text: { type: 'text', required: true, max: 50 },
    long: { type: 'multiline' },
    count: { type: 'integer', min: 0, max: 100 },
    flag: { type: 'boolean', default: false },
    when: { type: 'time' },
    colour: { type: 'choice', options: ['red', 'green'] },
    words: { type: 'list', max: 3 },
    data: { type: 'json' },
  },
  leaves: null,
};

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines({ kinds: [note] });
});
afterEach(() => engines.close());

describe('an object', () => {
  it('is made, changed, removed and restored, each with a revision, an audit entry and an event', () => {
    const { objects, events } = engines;
    const made = objects.create(admin, 'group', { name: ' Line 1 ' });
    expect(made).toMatchObject({ revision: 1, body: { name: 'Line 1' } });
    objects.update(admin, 'group', made.id, { description: 'Press shop' }, { comment: 'first' });
    objects.remove(admin, 'group', made.id);
    expect(objects.find('group', made.id)).toBeUndefined();
    expect(objects.tombstones('group')).toMatchObject([{ id: made.id, title: 'Line 1', actor: 'account:a1' }]);
    const back = objects.restore(admin, 'group', made.id);
    expect(back).toMatchObject({ revision: 4, body: { name: 'Line 1', description: 'Press shop' } });
    expect(
      objects.revisions('group', made.id).map((entry) => [entry.revision, entry.operation, entry.actor, entry.comment]),
    ).toEqual([
      [4, 'restore', 'account:a1', null],
      [3, 'remove', 'account:a1', null],
      [2, 'update', 'account:a1', 'first'],
      [1, 'create', 'account:a1', null],
    ]);
    expect(events.audit({ limit: 10 }).map((entry) => entry.operation)).toEqual([
      'restore',
      'remove',
      'update',
      'create',
    ]);
    expect(events.list({ scope: wholeSite('job'), limit: 10 }).rows.map((event) => event.type)).toEqual([
      'object-restored',
      'object-removed',
      'object-changed',
      'object-created',
    ]);
    expect(events.verifyChain()).toMatchObject({ ok: true, length: 4 });
    expect(objects.verify()).toEqual([]);
  });

  it('says again what is so without a revision', () => {
    const { objects } = engines;
    const { id } = objects.ofAnyKind.create(admin, 'note', { text: 'a', words: ['x'] });
    expect(objects.ofAnyKind.update(admin, 'note', id, { words: ['x'], count: null }).revision).toBe(1);
  });

  it('names every wrong field at once', () => {
    const error = failureOf(() =>
      engines.objects.ofAnyKind.create(admin, 'note', {
        count: 101,
        colour: 'blue',
        words: ['a', 'b', 'c', 'd'],
        when: 'now',
        other: 1,
      }),
    );
    expect(error.details.fields).toEqual({
      text: { key: 'validation.required' },
      count: { key: 'validation.tooBig', params: { max: 100 } },
      colour: { key: 'validation.choice' },
      words: { key: 'validation.tooMany', params: { max: 3 } },
      when: { key: 'validation.format' },
      other: { key: 'validation.unknownField' },
    });
    expect(engines.objects.ofAnyKind.list({ kind: 'note', limit: 5 }).total).toBe(0);
  });

  it('is not changed on the base of an old revision', () => {
    const { objects } = engines;
    const { id } = objects.ofAnyKind.create(admin, 'note', { text: 'a' });
    objects.ofAnyKind.update(admin, 'note', id, { text: 'b' }, { expectedRevision: 1 });
    expect(
      failureOf(() => objects.ofAnyKind.update(admin, 'note', id, { text: 'c' }, { expectedRevision: 1 })),
    ).toMatchObject({
      code: 'CONFLICT',
      details: { revision: 2 },
    });
  });

  it('needs the right of its area for every kind of write', () => {
    const { objects } = engines;
    const { id } = objects.create(admin, 'group', { name: 'A' });
    objects.update(admin, 'group', id, { name: 'B' });
    const other = actorWith('devices:read', 'updates:write', 'accounts:write');
    for (const write of [
      () => objects.create(other, 'group', { name: 'x' }),
      () => objects.update(other, 'group', id, { name: 'x' }),
      () => objects.put(other, 'group', id, { name: 'x' }),
      () => objects.remove(other, 'group', id),
      () => objects.revert(other, 'group', id, 1),
      () => objects.restore(other, 'group', id),
      () => objects.erase(other, 'group', id),
      () => objects.setSetting(other, 'devices.check-in-seconds', 60),
    ]) {
      expect(failureOf(write).code).toBe('FORBIDDEN');
    }
    expect(objects.get('group', id)).toMatchObject({ revision: 2, body: { name: 'B' } });
    expect(objects.update(actorWith('devices:write'), 'group', id, { name: 'C' }).revision).toBe(3);
  });

  it('cannot refer to what is not there, nor go while it is referred to', () => {
    const { objects } = engines;
    expect(failureOf(() => objects.put(admin, 'device-decision', 'd1', { group: 'nowhere' })).details.fields).toEqual({
      group: { key: 'validation.reference' },
    });
    const { id } = objects.create(admin, 'group', { name: 'A' });
    objects.put(admin, 'device-decision', 'd1', { group: id });
    expect(failureOf(() => objects.remove(admin, 'group', id))).toMatchObject({ code: 'IN_USE' });
    objects.put(admin, 'device-decision', 'd1', { group: null });
    objects.remove(admin, 'group', id);
  });

  it('of kind group cannot contain itself', () => {
    const { objects } = engines;
    const outer = objects.create(admin, 'group', { name: 'outer' });
    const inner = objects.create(admin, 'group', { name: 'inner', parent: outer.id });
    expect(failureOf(() => objects.update(admin, 'group', outer.id, { parent: inner.id })).details.fields).toEqual({
      parent: { key: 'validation.cycle' },
    });
  });

  it('pages, sorts and filters', () => {
    const { objects } = engines;
    for (let n = 0; n < 23; n += 1)
      objects.ofAnyKind.create(admin, 'note', { text: `n${n % 5}`, ...(n % 2 ? { count: n } : {}) });
    for (const sort of ['title', 'count', 'createdAt']) {
      for (const descending of [false, true]) {
        const seen: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = objects.ofAnyKind.list({
            kind: 'note',
            limit: 4,
            sort,
            descending,
            ...(after === undefined ? {} : { after }),
          });
          seen.push(...page.rows.map((row) => row.id));
          if (page.next === undefined) break;
          after = page.next;
        }
        expect(new Set(seen).size).toBe(23);
        expect(seen).toHaveLength(23);
      }
    }
    expect(objects.ofAnyKind.list({ kind: 'note', where: { text: 'n1' }, limit: 50 }).total).toBe(5);
    expect(objects.ofAnyKind.list({ kind: 'note', where: { count: null }, limit: 50 }).total).toBe(12);
    expect(objects.ofAnyKind.list({ kind: 'note', search: 'N4', limit: 50 }).total).toBe(4);
  });
});

describe('personal and secret fields', () => {
  const person = {
    name: 'Dana',
    fullName: 'Dana K.',
    email: 'dana@plant.example',
    roles: ['viewer'],
    passwordHash: '$argon2id$hush',
  };

  it('are unreadable in the file; secrets come only when asked for', () => {
    const { objects, db } = engines;
    const { id } = objects.create(admin, 'account', person);
    const bytes = Buffer.from(db.serialize()).toString('latin1');
    for (const text of ['Dana', 'dana@', 'hush']) expect(bytes).not.toContain(text);
    expect(objects.get('account', id).body).toMatchObject({ name: 'Dana', fullName: 'Dana K.' });
    expect(objects.get('account', id).body).not.toHaveProperty('passwordHash');
    expect(objects.get('account', id, { secrets: true }).body['passwordHash']).toBe('$argon2id$hush');
    expect(JSON.stringify(objects.exportKind('account'))).not.toContain('hush');
    objects.update(admin, 'account', id, { passwordHash: 'other' });
    expect(objects.diff('account', id, 1, 2)).toEqual([
      { field: 'passwordHash', before: null, after: null, secret: true },
    ]);
  });

  it('are found whole and must be unique', () => {
    const { objects } = engines;
    const { id } = objects.create(admin, 'account', person);
    expect(objects.findBy('account', 'name', ' DANA ')?.id).toBe(id);
    expect(objects.list({ kind: 'account', search: 'dana@plant.example', limit: 5 }).rows.map((row) => row.id)).toEqual(
      [id],
    );
    expect(objects.list({ kind: 'account', search: 'dana@plant', limit: 5 }).total).toBe(0);
    expect(
      failureOf(() => objects.create(admin, 'account', { name: 'dana', roles: ['viewer'] })).details.fields,
    ).toEqual({
      name: { key: 'validation.taken' },
    });
    objects.remove(admin, 'account', id);
    const second = objects.create(admin, 'account', { name: 'dana', roles: ['viewer'] });
    expect(failureOf(() => objects.restore(admin, 'account', id)).code).toBe('INVALID');
    objects.remove(admin, 'account', second.id);
    expect(objects.restore(admin, 'account', id).body['name']).toBe('Dana');
  });

  it('are gone for ever once erased, and the chain stays whole', () => {
    const { objects, events } = engines;
    const { id } = objects.create(admin, 'account', person);
    objects.update(admin, 'account', id, { fullName: 'Dana Kim' });
    objects.erase(admin, 'account', id);
    for (const revision of objects.revisions('account', id))
      expect(revision.body).toEqual({ roles: ['viewer'], disabled: false, twoStep: false });
    expect(objects.findBy('account', 'name', 'Dana')).toBeUndefined();
    expect(events.verifyChain().ok).toBe(true);
    expect(objects.verify()).toEqual([]);
  });

  it('a revert leaves the secrets as they are now', () => {
    const { objects } = engines;
    const { id } = objects.create(admin, 'account', person);
    objects.update(admin, 'account', id, { fullName: 'Other', passwordHash: 'new' });
    objects.revert(admin, 'account', id, 1);
    expect(objects.get('account', id, { secrets: true }).body).toMatchObject({
      fullName: 'Dana K.',
      passwordHash: 'new',
    });
  });
});

const bodies = fc.record(
  {
    text: fc.stringMatching(/^[a-zA-Z0-9]{1,50}$/),
    long: fc.stringMatching(/^[a-z]{1,20}$/),
    count: fc.integer({ min: 0, max: 100 }),
    flag: fc.boolean(),
    when: fc.constantFrom('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    colour: fc.constantFrom('red', 'green'),
    words: fc.array(fc.stringMatching(/^[a-z]{1,5}$/), { maxLength: 3 }),
    data: fc.jsonValue().filter((value) => value !== null && value !== ''),
  },
  { requiredKeys: ['text'] },
) as fc.Arbitrary<Body>;

describe('laws', () => {
  it('a revert to r equals r; the diff of equals is empty; a diff turned round swaps its sides', () => {
    const { objects } = engines;
    fc.assert(
      fc.property(fc.array(bodies, { minLength: 2, maxLength: 5 }), fc.nat(), (versions, pick) => {
        const [first = {}, ...later] = versions;
        const { id } = objects.ofAnyKind.create(admin, 'note', first);
        const blank = Object.fromEntries(Object.keys(note.fields).map((name) => [name, null]));
        for (const version of later) objects.ofAnyKind.update(admin, 'note', id, { ...blank, ...version });
        const current = objects.ofAnyKind.get('note', id).revision;
        const target = (pick % current) + 1;
        const reverted = objects.ofAnyKind.revert(admin, 'note', id, target);
        expect(objects.diff('note', id, target, reverted.revision)).toEqual([]);
        const there = objects.diff('note', id, target, current);
        const back = objects.diff('note', id, current, target);
        expect(back).toEqual(there.map(({ field, before, after }) => ({ field, before: after, after: before })));
      }),
      { numRuns: runs(30) },
    );
    expect(objects.verify()).toEqual([]);
    expect(engines.events.verifyChain().ok).toBe(true);
  });

  it('an export imported elsewhere is the same', async () => {
    const other = await openEngines({ kinds: [note] });
    try {
      fc.assert(
        fc.property(bodies, (body) => {
          engines.objects.ofAnyKind.create(admin, 'note', body);
        }),
        { numRuns: runs(15) },
      );
      const exported = engines.objects.exportKind('note');
      expect(other.objects.importKind(admin, exported)).toEqual({ created: exported.length, updated: 0 });
      expect(other.objects.exportKind('note').map(({ body, id }) => ({ body, id }))).toEqual(
        exported.map(({ body, id }) => ({ body, id })),
      );
    } finally {
      other.close();
    }
  });
});

describe('what somebody altered in the file', () => {
  it.each([
    ['a revision', "update object_revision set body = replace(body, 'Line', 'Lime') where revision = 1", 'altered'],
    ['the current content', "update object set body = replace(body, 'Line', 'Lime')", 'is not the current content'],
    [
      'an invented revision',
      'insert into object_revision select kind, id, 9, at, actor, persons, from_address, operation, comment, salt, body from object_revision limit 1',
      'not in the audit chain',
    ],
    ['who made a revision', "update object_revision set actor = 'account:b2' where revision = 1", 'altered'],
    ['which persons were behind it', "update object_revision set persons = '[]' where revision = 1", 'altered'],
    ['from where', "update object_revision set from_address = '10.9.9.9' where revision = 1", 'altered'],
    ['when', 'update object_revision set at = at - 60000 where revision = 1', 'altered'],
    ['what was done', "update object_revision set operation = 'import' where revision = 1", 'altered'],
    ['a removed revision', 'delete from object_revision where revision = 1', 'is missing'],
    ['a removed object', "delete from object_revision where kind = 'group'; delete from object", 'is missing'],
  ])('%s is found', (_what, sql, reason) => {
    const { objects, db } = engines;
    const { id } = objects.create(admin, 'group', { name: 'Line 1' });
    objects.update(admin, 'group', id, { description: 'The first' });
    expect(objects.verify()).toEqual([]);
    db.exec(sql);
    expect(objects.verify().map((finding) => finding.reason)).toContain(reason);
  });
});

describe('settings', () => {
  it('have a default, take only what fits, and go back', () => {
    const { objects } = engines;
    expect(objects.setting('devices.check-in-seconds')).toBe(60);
    objects.setSetting(admin, 'devices.check-in-seconds', 120);
    expect(objects.setting('devices.check-in-seconds')).toBe(120);
    expect(failureOf(() => objects.setSetting(admin, 'devices.check-in-seconds', 1)).details.fields).toEqual({
      value: { key: 'validation.tooSmall', params: { min: 5 } },
    });
    expect(failureOf(() => objects.put(admin, 'setting', 'devices.check-in-seconds', { value: 'soon' })).code).toBe(
      'INVALID',
    );
    expect(failureOf(() => objects.put(admin, 'setting', 'no.such', { value: 1 })).code).toBe('INVALID');
    // What the compiler refuses, as it comes from where no type was seen.
    const untyped: { setting(name: string): unknown } = objects;
    expect(failureOf(() => untyped.setting('no.such')).code).toBe('NOT_FOUND');
    expect(failureOf(() => objects.writeSetting(admin, 'no.such', 1)).code).toBe('INVALID');
    expect(failureOf(() => objects.writeSetting(admin, 'no.such', undefined)).code).toBe('NOT_FOUND');
    objects.resetSetting(admin, 'devices.check-in-seconds');
    expect(objects.setting('devices.check-in-seconds')).toBe(60);
    objects.setSetting(admin, 'devices.check-in-seconds', 90);
    expect(objects.settings().find(({ setting }) => setting.name === 'devices.check-in-seconds')).toMatchObject({
      value: 90,
      isDefault: false,
      revision: 3,
    });
  });
});

describe('tombstones', () => {
  it('go for ever after 90 days, with their person', () => {
    const { objects, events, db } = engines;
    const { id } = objects.create(admin, 'account', { name: 'Old', roles: ['viewer'] });
    objects.remove(admin, 'account', id);
    expect(objects.trim()).toBe(0);
    db.prepare('update object set deleted_at = deleted_at - ?').run(91 * 86_400_000);
    expect(objects.trim()).toBe(1);
    expect(objects.find('account', id, { deleted: true })).toBeUndefined();
    expect(db.prepare('select count(*) as n from person_key where erased_at is null').get()).toEqual({ n: 0 });
    expect(events.audit({ limit: 1 })[0]).toMatchObject({ operation: 'purge', object: id });
    expect(events.verifyChain().ok).toBe(true);
    expect(objects.verify()).toEqual([]);
  });
});
