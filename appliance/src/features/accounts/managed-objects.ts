import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  asWriter,
  type Body,
  type Obj,
  requireDecider,
  type SettingValue,
} from '../../engine/objects/types.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { newTokenSecret, type TokenPurpose, tokenHash } from '../devices/types.ts';
import { assertAdministratorRemains, assertMayGrant, assertRolesExist } from './grants.ts';
import { heldBy, heldByRole, holdsMore } from './rights.ts';
import type { AccountService } from './service.ts';
import { isGrantKind, type ManagedObjects, type WrittenObject } from './types.ts';
import type { WaitingChange } from './waiting-change.ts';

// Writing objects of any kind from a form or a call: what the object engine allows, and beside it what accounts, roles
// and tokens need. Kinds whose objects do something when they come (a deployment orders, a decision has its own rules)
// are written through their features only.

const ownFeatures: ReadonlySet<string> = new Set([
  'deployment',
  'baseline',
  'update-decision',
  'setting',
  'device-decision',
  'controller-decision',
  'controller-record',
]);

const sourcePurposes: readonly TokenPurpose[] = ['agent', 'osquery', 'glpi'];

/** Writes of objects with the rules of accounts, roles and tokens. */
export const managedObjects = (parts: { objects: ObjectService; accounts: AccountService }): ManagedObjects => {
  const { objects, accounts } = parts;
  const { changes } = accounts;
  const formFieldsOf = (kind: string): string[] =>
    Object.entries(objects.kind(kind).fields)
      .filter(([, { internal, type }]) => internal !== true && type !== 'secret')
      .map(([name]) => name);

  const isManaged = (kind: string): boolean =>
    !ownFeatures.has(kind) && objects.kind(kind).key !== 'given' && objects.kind(kind).key !== 'single';
  const isFixed = (object: Obj): boolean => object.body['builtIn'] === true;

  const assertManaged = (kind: string, object?: Obj): void => {
    if (!isManaged(kind)) throw new AppError('METHOD', `objects of the kind ${kind} are written on their own page`);
    if (object !== undefined && isFixed(object)) throw new AppError('IN_USE', 'a built-in object cannot be changed');
  };

  /** Rights are lost by a change of an account or of a role that it has. */
  const watch = (kind: string, id: string, body: Body | undefined): void => {
    if (kind === 'account' || kind === 'role') assertAdministratorRemains(objects, { kind, id, body });
  };

  const link = (actor: Actor, account: string, options: { waives?: boolean } = {}): WrittenObject => {
    const { token } = accounts.makeLink(actor, account, options);
    const [object] = objects.list({ kind: 'token', where: { purpose: 'first', account }, limit: 1 }).rows;
    if (object === undefined) throw new AppError('INTERNAL', 'the link that was just made is not there');
    return { object, secret: { kind: 'link', value: token } };
  };

  /** Keeps a change until a second person agrees. */
  const wait = (
    actor: Actor,
    kind: string,
    held: Obj,
    what: WaitingChange['what'],
    patch: Body,
    options: { expectedRevision?: number } = {},
  ): WrittenObject => {
    const waiting = changes.field(actor, { what, patch, revision: held.revision + 1 });
    const object = objects.ofAnyKind.update(actor, kind, held.id, { waiting }, options);
    changes.asked(actor, kind, held.id);
    return { object, waits: true };
  };

  /** A change that makes an account more powerful: more rights, a role in the patch process, usable again, another name or address. */
  const promotes = (kind: string, before: Body, after: Body): boolean => {
    const isOther = (field: string): boolean => (before[field] ?? null) !== (after[field] ?? null);
    if (kind === 'role') return holdsMore(heldByRole(before), heldByRole(after));
    if (kind === 'patch-duty')
      return isOther('duty') || isOther('account') || (before['disabled'] === true && after['disabled'] !== true);
    if (kind !== 'account') return false;
    return (
      holdsMore(heldBy(objects, { body: before }), heldBy(objects, { body: after })) ||
      (before['disabled'] === true && after['disabled'] !== true) ||
      isOther('name') ||
      isOther('email')
    );
  };

  /** Tokens of people; those that let devices in are a decision about devices. */
  const isOfPeople = (kind: string, body: Body): boolean =>
    isGrantKind(kind) || (kind === 'token' && (body['purpose'] === 'api' || body['purpose'] === 'first'));

  /** The accounts that a change of an account, a role or a role in the patch process is about. */
  const concerned = (kind: string, id: string): string[] => {
    if (kind === 'role') return changes.accountsWith(id).map((one) => one.id);
    if (kind === 'account') return [id];
    const account = objects.ofAnyKind.find(kind, id)?.body['account'];
    return typeof account === 'string' ? [account] : [];
  };

  /** Records the actor, acting alone, as a person behind the account that the change of an account or role makes more powerful. */
  const touch = (actor: Actor, kind: string, id: string): void => {
    for (const account of concerned(kind, id)) accounts.touch(actor, account);
  };

  /** Writes such a change, or keeps it for a second person; anything else is written. */
  const change = (
    actor: Actor,
    kind: string,
    held: Obj,
    patch: Body,
    write: () => Obj,
    options: { expectedRevision?: number } = {},
  ): WrittenObject => {
    const before = held.deletedAt === undefined ? held.body : {};
    const isGrave = promotes(kind, before, { ...before, ...patch });
    if (!isGrave) {
      if (kind === 'token' && isOfPeople(kind, held.body) && held.body['disabled'] === true)
        accounts.assertFresh(actor);
      return { object: write() };
    }
    accounts.assertFresh(actor);
    if (concerned(kind, held.id).length > 0 && changes.needsSecond(actor)) {
      // An account that was never made yet is still to be made.
      const what = changes.of(kind, held.id)?.what === 'make' ? 'make' : 'promote';
      return wait(actor, kind, held, what, patch, options);
    }
    const object = write();
    touch(actor, kind, held.id);
    return { object };
  };

  /** An earlier value of a safety setting is set like any other. */
  const setBack = (actor: Actor, name: string, { value }: Body): Obj => {
    accounts.safety.set(actor, name, (value ?? undefined) as SettingValue | undefined);
    return objects.get('setting', name, { deleted: true });
  };

  const createToken = (actor: Actor, body: Body, options: { comment?: string }): WrittenObject => {
    const { purpose } = body;
    if (purpose === 'api') {
      const { id, secret } = accounts.createApiToken(actor, {
        name: typeof body['name'] === 'string' ? body['name'] : '',
        account: typeof body['account'] === 'string' ? body['account'] : actor.id,
        rights: Array.isArray(body['rights']) ? body['rights'] : [],
        ...(typeof body['expiresAt'] === 'string' ? { expiresAt: body['expiresAt'] } : {}),
      });
      return { object: objects.get('token', id), secret: { kind: 'token', value: secret } };
    }
    if (purpose === 'first') {
      // A new link for a forgotten password; it replaces an unused one.
      if (typeof body['account'] !== 'string') throw invalid({ account: { key: 'validation.required' } });
      const account = objects.find('account', body['account']);
      if (account === undefined) throw invalid({ account: { key: 'validation.reference' } });
      if (changes.needsSecond(actor)) return wait(actor, 'account', account, 'reset', {});
      return link(actor, account.id);
    }
    const source = sourcePurposes.find((one) => one === purpose);
    if (source === undefined) throw invalid({ purpose: { key: 'validation.choice' } });
    const secret = newTokenSecret(source);
    const object = objects.ofAnyKind.create(actor, 'token', { ...body, hash: tokenHash(secret) }, options);
    return { object, secret: { kind: 'token', value: secret } };
  };

  return {
    isManaged,
    isFixed,
    create: (actor, kind, body, options = {}) => {
      assertManaged(kind);
      assertMayGrant(objects, actor, kind, undefined, body);
      if (kind === 'account') assertRolesExist(objects, body);
      if (isOfPeople(kind, body)) accounts.assertFresh(actor);
      if (kind === 'token') return createToken(actor, body, options);
      if (kind !== 'account' && kind !== 'patch-duty')
        return { object: objects.ofAnyKind.create(actor, kind, body, options) };
      if (changes.needsSecond(actor)) {
        const patch = { disabled: body['disabled'] === true };
        const what = kind === 'account' ? 'make' : 'promote';
        const waiting = changes.field(actor, { what, patch, revision: 1 });
        const object = objects.ofAnyKind.create(actor, kind, { ...body, disabled: true, waiting }, options);
        changes.asked(actor, kind, object.id);
        return { object, waits: true };
      }
      const object = objects.ofAnyKind.create(actor, kind, body, options);
      if (kind === 'patch-duty') {
        touch(actor, kind, object.id);
        return { object };
      }
      return { object, secret: { kind: 'link', value: accounts.makeLink(actor, object.id).token } };
    },
    update: (actor, kind, id, given, options = {}) => {
      const held = objects.ofAnyKind.get(kind, id);
      assertManaged(kind, held);
      // Saved again, what was never agreed to is asked for again.
      const patch = kind === 'patch-duty' && held.body['disabled'] === true ? { ...given, disabled: false } : given;
      const body = { ...held.body, ...patch };
      assertMayGrant(objects, actor, kind, id, body);
      if (kind === 'account') assertRolesExist(objects, body);
      watch(kind, id, body);
      const { expectedRevision } = options;
      const write = (): Obj => objects.ofAnyKind.update(actor, kind, id, patch, options);
      return change(actor, kind, held, patch, write, defined({ expectedRevision }));
    },
    remove: (actor, kind, id, options = {}) => {
      const held = objects.ofAnyKind.get(kind, id);
      assertManaged(kind, held);
      assertMayGrant(objects, actor, kind, id, {});
      watch(kind, id, undefined);
      if (kind === 'account') accounts.sessions.endAll(actor, id);
      objects.ofAnyKind.remove(actor, kind, id, options);
    },
    restore: (actor, kind, id) => {
      if (kind !== 'setting' && kind !== 'device-decision') assertManaged(kind);
      const gone = objects.ofAnyKind.get(kind, id, { deleted: true });
      if (kind === 'setting' && objects.isSafetySetting(id)) return setBack(actor, id, gone.body);
      assertMayGrant(objects, actor, kind, undefined, gone.body);
      if (kind === 'account') assertRolesExist(objects, gone.body);
      if (isOfPeople(kind, gone.body)) accounts.assertFresh(actor);
      if (!isGrantKind(kind)) return objects.ofAnyKind.restore(actor, kind, id);
      return accounts.transact(() => {
        const back = objects.ofAnyKind.restore(actor, kind, id);
        if (concerned(kind, id).length === 0) return back;
        if (!changes.needsSecond(actor)) {
          touch(actor, kind, id);
          return objects.ofAnyKind.get(kind, id);
        }
        // It is there again, without force, until a second person agrees.
        const off = kind === 'role' ? { rights: [] } : { disabled: true };
        const patch = Object.fromEntries(Object.keys(off).map((name) => [name, back.body[name]]));
        const what = kind === 'account' ? 'make' : 'promote';
        return wait(actor, kind, objects.ofAnyKind.update(actor, kind, id, off), what, patch).object;
      });
    },
    revert: (actor, kind, id, revision) => {
      // What was ordered or approved is not undone by writing its record back.
      if (kind === 'deployment' || kind === 'update-decision')
        throw new AppError('METHOD', `objects of the kind ${kind} are written on their own page`);
      if (ownFeatures.has(kind) === false) assertManaged(kind, objects.ofAnyKind.get(kind, id));
      const old = objects.revisions(kind, id).find((entry) => entry.revision === revision);
      if (old === undefined) throw new AppError('NOT_FOUND', `${kind} ${id} has no revision ${revision}`);
      if (kind === 'setting' && objects.isSafetySetting(id)) return setBack(actor, id, old.body);
      assertMayGrant(objects, actor, kind, id, old.body);
      if (kind === 'account') assertRolesExist(objects, old.body);
      watch(kind, id, old.body);
      const revert = (): Obj => objects.ofAnyKind.revert(actor, kind, id, revision);
      if (!isGrantKind(kind) && kind !== 'token') return revert();
      const held = objects.ofAnyKind.get(kind, id);
      if (isOfPeople(kind, held.body)) accounts.assertFresh(actor);
      const body = Object.fromEntries(
        formFieldsOf(kind).map((name): [string, unknown] => [name, old.body[name] ?? null]),
      );
      return change(actor, kind, held, body, revert).object;
    },
    approve: (actor, kind, id) => {
      const held = objects.ofAnyKind.get(kind, id);
      const waiting = changes.of(kind, id);
      const body = { ...held.body, ...waiting?.patch };
      assertMayGrant(objects, actor, kind, id, body);
      if (kind === 'account') assertRolesExist(objects, body);
      watch(kind, id, body);
      return accounts.transact(() => {
        const { what, patch, by } = changes.approve(actor, kind, id);
        const writer = asWriter(actor, 'accounts:write');
        const object = objects.ofAnyKind.update(
          writer,
          kind,
          id,
          { ...patch, waiting: null },
          { comment: `asked by ${by}` },
        );
        return what === 'promote' ? { object } : { ...link(writer, id, { waives: what === 'reset' }), object };
      });
    },
    refuse: (actor, kind, id) => {
      const held = objects.ofAnyKind.get(kind, id);
      assertManaged(kind, held);
      assertMayGrant(objects, actor, kind, id, held.body);
      requireDecider(actor, 'accounts:write');
      const object = objects.ofAnyKind.update(asWriter(actor, 'accounts:write'), kind, id, { waiting: null });
      changes.refused(actor, kind, id);
      return object;
    },
  };
};
