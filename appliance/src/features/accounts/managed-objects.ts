import { AppError, invalid } from '../../platform/errors.ts';
import { newTokenSecret, tokenHash } from '../devices/service.ts';
import type { TokenPurpose } from '../devices/tokens.ts';
import type { ObjectService } from '../objects/service.ts';
import type { Actor, Body, Obj, Right } from '../objects/types.ts';
import { assertAdministratorRemains, assertMayGrant, assertRolesExist } from './grants.ts';
import type { AccountService } from './service.ts';
import { isRight } from './types.ts';

// Writing objects of any kind from a form or a call: what the object engine allows, and beside it what accounts, roles
// and tokens need. Kinds whose objects do something when they come (a deployment orders, a decision has its own rules)
// are written through their features only.

export type Written = {
  object: Obj;
  /** Shown once: the secret of a token, or the token of the link that sets a new account's first password. */
  secret?: { kind: 'token' | 'link'; value: string };
};

export type ManagedObjects = {
  /** Kinds that are written here. */
  isManaged(kind: string): boolean;
  /** A built-in object stays as it is. */
  isFixed(object: Obj): boolean;
  create(actor: Actor, kind: string, body: Body, options?: { comment?: string }): Written;
  update(
    actor: Actor,
    kind: string,
    id: string,
    patch: Body,
    options?: { comment?: string; expectedRevision?: number },
  ): Written;
  remove(actor: Actor, kind: string, id: string, options?: { comment?: string }): void;
  restore(actor: Actor, kind: string, id: string): Obj;
  revert(actor: Actor, kind: string, id: string, revision: number): Obj;
};

const ownFeatures: ReadonlySet<string> = new Set([
  'deployment',
  'baseline',
  'update-decision',
  'setting',
  'device-decision',
  'plc-decision',
  'plc-record',
]);

const rightsIn = (value: unknown): Right[] =>
  Array.isArray(value) ? value.filter((entry): entry is Right => typeof entry === 'string' && isRight(entry)) : [];

const doorPurposes: readonly TokenPurpose[] = ['agent', 'osquery', 'glpi'];

/** Writes of objects with the rules of accounts, roles and tokens. */
export const managedObjects = (parts: { objects: ObjectService; accounts: AccountService }): ManagedObjects => {
  const { objects, accounts } = parts;

  const isManaged = (kind: string): boolean =>
    !ownFeatures.has(kind) && objects.kind(kind).key !== 'given' && objects.kind(kind).key !== 'single';
  const isFixed = (object: Obj): boolean => object.body['builtIn'] === true;

  const assertManaged = (kind: string, object?: Obj): void => {
    if (!isManaged(kind)) throw new AppError('METHOD', `objects of the kind ${kind} are written on their own page`);
    if (object !== undefined && isFixed(object)) throw new AppError('IN_USE', 'a built-in object cannot be changed');
  };

  const unknownRights = (kind: string, body: Body): void => {
    if (kind !== 'role' && kind !== 'token') return;
    const { rights } = body;
    if (Array.isArray(rights) && rights.length !== rightsIn(rights).length)
      throw invalid({ rights: { key: 'validation.choice' } });
  };

  /** Rights are lost by a change of an account or of a role that it has. */
  const watch = (kind: string, id: string, body: Body | undefined): void => {
    if (kind === 'account' || kind === 'role') assertAdministratorRemains(objects, { kind, id, body });
  };

  const createToken = (actor: Actor, body: Body, options: { comment?: string }): Written => {
    const { purpose } = body;
    if (purpose === 'api') {
      if (typeof body['account'] !== 'string') throw invalid({ account: { key: 'validation.required' } });
      const { id, secret } = accounts.createApiToken(actor, {
        name: typeof body['name'] === 'string' ? body['name'] : '',
        account: body['account'],
        rights: rightsIn(body['rights']),
        ...(typeof body['expiresAt'] === 'string' ? { expiresAt: body['expiresAt'] } : {}),
      });
      return { object: objects.get('token', id), secret: { kind: 'token', value: secret } };
    }
    if (purpose === 'first') {
      // A new link for somebody who forgot the password; one that nobody used is replaced.
      if (typeof body['account'] !== 'string') throw invalid({ account: { key: 'validation.required' } });
      if (objects.find('account', body['account']) === undefined)
        throw invalid({ account: { key: 'validation.reference' } });
      const { token } = accounts.makeLink(actor, body['account']);
      const [object] = objects.list({ kind: 'token', where: { purpose, account: body['account'] }, limit: 1 }).rows;
      if (object === undefined) throw new AppError('INTERNAL', 'the link that was just made is not there');
      return { object, secret: { kind: 'link', value: token } };
    }
    const door = doorPurposes.find((one) => one === purpose);
    if (door === undefined) throw invalid({ purpose: { key: 'validation.choice' } });
    const secret = newTokenSecret(door);
    const object = objects.create(actor, 'token', { ...body, hash: tokenHash(secret) }, options);
    return { object, secret: { kind: 'token', value: secret } };
  };

  return {
    isManaged,
    isFixed,
    create: (actor, kind, body, options = {}) => {
      assertManaged(kind);
      unknownRights(kind, body);
      assertMayGrant(objects, actor, kind, undefined, body);
      if (kind === 'account') assertRolesExist(objects, body);
      if (kind === 'token') return createToken(actor, body, options);
      const object = objects.create(actor, kind, body, options);
      if (kind !== 'account') return { object };
      return { object, secret: { kind: 'link', value: accounts.makeLink(actor, object.id).token } };
    },
    update: (actor, kind, id, patch, options = {}) => {
      const held = objects.get(kind, id);
      assertManaged(kind, held);
      unknownRights(kind, patch);
      const body = { ...held.body, ...patch };
      assertMayGrant(objects, actor, kind, id, body);
      if (kind === 'account') assertRolesExist(objects, body);
      watch(kind, id, body);
      return { object: objects.update(actor, kind, id, patch, options) };
    },
    remove: (actor, kind, id, options = {}) => {
      const held = objects.get(kind, id);
      assertManaged(kind, held);
      assertMayGrant(objects, actor, kind, id, {});
      watch(kind, id, undefined);
      if (kind === 'account') accounts.sessions.endAll(actor, id);
      objects.remove(actor, kind, id, options);
    },
    restore: (actor, kind, id) => {
      if (kind !== 'setting' && kind !== 'device-decision') assertManaged(kind);
      const gone = objects.get(kind, id, { deleted: true });
      assertMayGrant(objects, actor, kind, undefined, gone.body);
      if (kind === 'account') assertRolesExist(objects, gone.body);
      return objects.restore(actor, kind, id);
    },
    revert: (actor, kind, id, revision) => {
      // What was ordered or approved is not undone by writing its record back.
      if (kind === 'deployment' || kind === 'update-decision')
        throw new AppError('METHOD', `objects of the kind ${kind} are written on their own page`);
      if (ownFeatures.has(kind) === false) assertManaged(kind, objects.get(kind, id));
      const old = objects.revisions(kind, id).find((entry) => entry.revision === revision);
      if (old === undefined) throw new AppError('NOT_FOUND', `${kind} ${id} has no revision ${revision}`);
      assertMayGrant(objects, actor, kind, id, old.body);
      if (kind === 'account') assertRolesExist(objects, old.body);
      watch(kind, id, old.body);
      return objects.revert(actor, kind, id, revision);
    },
  };
};
