import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, type Engines, failureOf, openEngines } from '../../../test/support/engines.ts';
import { alone, sampleBody } from '../../../test/support/sample-bodies.ts';
import { allKinds } from '../../all-kinds.ts';
import { passOn } from '../changes/pass-on.ts';
import { isDeletionUndoable, isUndoable } from './returns.ts';
import { objectService } from './service.ts';
import type { Kind, KindDeclaration, Obj, Setting } from './types.ts';

// Every field of every kind and every way back within one database, from the declarations: a new kind or field is in it by itself.

const kinds: Kind[] = Object.entries<KindDeclaration>(allKinds).map(([name, kind]) => alone({ ...kind, name }));
const cases = kinds.flatMap((kind) => Object.keys(kind.fields).map((field) => [kind.name, field, kind] as const));
const classOf = (kind: Kind, field: string): string => kind.fields[field]?.returns ?? kind.returns ?? '';
const isSecret = (kind: Kind, field: string): boolean => kind.fields[field]?.type === 'secret';

/** A setting for each object that is made. */
const settings = Array.from(
  { length: 2 * cases.length },
  (_, at): Setting => ({ name: `k${at}`, type: 'text', default: '', area: 'settings', safety: false }),
);

let engines: Engines;
let objects: ReturnType<typeof objectService>['ofAnyKind'];
beforeAll(async () => {
  engines = await openEngines();
  const { db, personal, events } = engines;
  objects = objectService({ db, personal, events, kinds, settings, changed: passOn(() => ({})) }).ofAnyKind;
});
afterAll(() => engines.close());

let made = 0;
/** An object with every field, under a name of its own where one is asked for. */
const make = (kind: Kind): { object: Obj; value: (field: string) => unknown } => {
  made += 1;
  const body = sampleBody(kind, 0);
  for (const [name, { unique, min }] of Object.entries(kind.fields))
    if (unique === true) body[name] = `${made}`.padStart(min ?? 8, '0');
  const id = kind.key === undefined || kind.key === 'generated' ? undefined : `k${made}`;
  const object = objects.create(admin, kind.name, body, id === undefined ? {} : { id });
  const value = (field: string): unknown =>
    objects.find(kind.name, object.id, { secrets: true, deleted: true })?.body[field];
  return { object, value };
};

describe('what comes back of a field', () => {
  it('is said of every one, and only where it is', () => {
    expect(cases.filter(([, field, kind]) => !['freely', 'anew', 'never'].includes(classOf(kind, field)))).toEqual([]);
    // A secret or what services set is never plain by the word of its whole kind.
    for (const kind of kinds.filter(({ returns }) => returns !== undefined))
      expect([
        kind.name,
        Object.values(kind.fields).filter(({ type, returns }) => type === 'secret' || returns),
      ]).toEqual([kind.name, []]);
  });

  it('has a strict side for a return to an older database, unless it is plain', () => {
    const without = cases.filter(([, field, kind]) => {
      const { strict } = kind.fields[field] ?? {};
      return classOf(kind, field) === 'anew' && strict === undefined && kind.strict === undefined;
    });
    expect(without.map(([kind, field]) => `${kind}.${field}`)).toEqual([]);
  });

  it.each(cases)('by revert, restore and undo: %s.%s', (_name, field, kind) => {
    const stays = classOf(kind, field) === 'never' || isSecret(kind, field);
    const other = sampleBody(kind, 1)[field];

    const { object, value } = make(kind);
    const first = value(field);
    const { body } = objects.update(admin, kind.name, object.id, { [field]: other });
    expect(value(field)).toEqual(other);
    expect(isUndoable(kind, object.body, body)).toBe(classOf(kind, field) === 'freely' && !isSecret(kind, field));
    if (kind.final === true)
      expect(failureOf(() => objects.revert(admin, kind.name, object.id, 1)).code).toBe('CONFLICT');
    else {
      objects.revert(admin, kind.name, object.id, 1);
      expect(value(field)).toEqual(stays ? other : first);
    }

    objects.remove(admin, kind.name, object.id);
    if (classOf(kind, field) !== 'freely' || kind.final === true) expect(isDeletionUndoable(kind)).toBe(false);
    if (kind.final === true) {
      expect(failureOf(() => objects.restore(admin, kind.name, object.id)).code).toBe('CONFLICT');
      return;
    }
    const kept = value(field);
    const required = Object.entries(kind.fields).filter(
      ([name, { required: isRequired }]) => isRequired === true && classOf(kind, name) === 'never',
    );
    // What is required and never comes back makes the whole object stay deleted.
    if (required.length > 0) {
      expect(failureOf(() => objects.restore(admin, kind.name, object.id)).code).toBe('INVALID');
      return;
    }
    objects.restore(admin, kind.name, object.id);
    expect(value(field)).toEqual(classOf(kind, field) === 'never' ? kind.fields[field]?.default : kept);
  });

  it.each(kinds.filter(({ approval }) => approval !== undefined).map((kind) => [kind.name, kind] as const))(
    'of an approval is nothing, once what it is of was another one: %s',
    (_name, kind) => {
      const { fields = [], of = [] } = kind.approval ?? {};
      for (const field of of) {
        const { object, value } = make(kind);
        const first = value(field);
        objects.update(admin, kind.name, object.id, { [field]: sampleBody(kind, 1)[field] });
        objects.update(admin, kind.name, object.id, { [field]: first });
        expect(fields.map(value)).toEqual(fields.map(() => undefined));
      }
    },
  );
});
