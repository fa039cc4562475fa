import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  asWriter,
  byWhom,
  requireDecider,
  requireRight,
  type SettingValue,
  type WriteGuard,
  type WriteOptions,
} from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { type ApprovalGate, assertFresh } from './types.ts';
import type { WaitingChanges } from './waiting-change.ts';

// Settings that can weaken what protects the site (`safety` in their declaration). Changing one asks for a right of its
// own and a fresh log-in, and waits for a second person where there is one; not towards its safe side. What opens a port to be connected to
// (`waitsAlone`) waits for an only person, too, a day. The guard stands in the object engine, so
// that no entry point goes round it; only the appliance itself passes.

export type SafetySettings = {
  /** Sets, or puts back to the default without a value; any setting, safety or not. */
  set(actor: Actor, name: string, value: SettingValue | undefined, options?: WriteOptions): { waits: boolean };
  /** A second person says yes to what waits. */
  approve(actor: Actor, name: string): void;
  /** What waits is given up. */
  refuse(actor: Actor, name: string): void;
  guard: WriteGuard;
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export function safetySettings(parts: {
  objects: ObjectService;
  events: Pick<EventService, 'record'>;
  gate: ApprovalGate;
  changes: WaitingChanges;
  clock: () => number;
  transact: <T>(work: () => T) => T;
}): SafetySettings {
  const { objects, events, gate, changes, clock, transact } = parts;
  /** The setting that is written behind the checks at this moment. */
  let open: string | undefined;

  const within = <T>(name: string, work: () => T): T =>
    transact(() => {
      open = name;
      try {
        return work();
      } finally {
        open = undefined;
      }
    });

  const mustWait = (actor: Actor, name: string): boolean =>
    objects.waitsAlone(name) || gate.mustWait(actor, 'setting-change');

  const assertMay = (actor: Actor, name: string): void => {
    requireRight(actor, 'settings:write');
    requireRight(actor, 'safety:write');
    if (actor.type === 'cli' && mustWait(actor, name))
      throw new AppError('APPROVAL_PERSON', 'a person does this: sign in with an account');
    assertFresh(actor, clock());
  };

  /** Keeps the change at the setting; where the default holds, at an object without a value. */
  const wait = (actor: Actor, name: string, value: SettingValue | undefined, options?: WriteOptions): void => {
    const held: ObjectOf<'setting'> | undefined = objects.find('setting', name, { deleted: true });
    const isGone = held?.deletedAt !== undefined;
    const revision = (held?.revision ?? 0) + 1;
    const waiting = changes.field(actor, { what: 'set', patch: { value: value ?? null }, revision });
    const body = held === undefined || isGone ? { value: null, waiting } : { waiting };
    objects.put(actor, 'setting', name, body, options);
    changes.asked(actor, 'setting', name);
  };

  return {
    set: (actor, name, value, options) => {
      if (actor.type === 'system' || !objects.canWeaken(name, value)) {
        objects.writeSetting(actor, name, value, options);
        return { waits: false };
      }
      assertMay(actor, name);
      const wanted = value === undefined ? undefined : objects.checkedSetting(name, value);
      return within(name, () => {
        if (mustWait(actor, name)) {
          wait(actor, name, wanted, options);
          return { waits: true };
        }
        objects.writeSetting(actor, name, wanted, options);
        events.record('approved-by-one-person', {
          ...byWhom(actor),
          params: { act: 'setting-change', thing: name },
        });
        return { waits: false };
      });
    },
    approve: (actor, name) =>
      within(name, () => {
        const { patch, by } = changes.approve(actor, 'setting', name);
        const value = patch['value'] ?? undefined;
        const comment = `asked by ${by}`;
        const writer = asWriter(actor, 'settings:write');
        if (value === undefined) objects.remove(writer, 'setting', name, { comment });
        else objects.update(writer, 'setting', name, { value, waiting: null }, { comment });
      }),
    refuse: (actor, name) =>
      within(name, () => {
        requireDecider(actor, 'safety:write');
        const writer = asWriter(actor, 'settings:write');
        if (changes.of('setting', name) === undefined)
          throw new AppError('CONFLICT', 'nothing waits here, or it was changed since');
        const held = objects.get('setting', name);
        if (same(held.body['value'], null)) objects.remove(writer, 'setting', name);
        else objects.update(writer, 'setting', name, { waiting: null });
        changes.refused(actor, 'setting', name);
      }),
    guard: (actor, id, before, after) => {
      if (actor.type === 'system' || open === id || same(before?.['value'], after?.['value'])) return;
      if (!objects.canWeaken(id, (after?.['value'] ?? undefined) as SettingValue | undefined)) return;
      assertMay(actor, id);
      if (mustWait(actor, id))
        throw new AppError('APPROVAL_SELF', 'a second person agrees before this setting changes');
    },
  };
}
