import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, type Body, hasRight, holdsAnywhere, type Right, scopeOf } from '../../engine/objects/types.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { type Held, heldBy, heldByRole, isLimited, withAbove } from './rights.ts';

// With the right to write accounts, no right can be given away, to others or to oneself, that its owner does not hold.

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

const refuse = (right: Right): AppError =>
  new AppError('FORBIDDEN', `only who holds the right ${right}, over as much of the site, may grant it`, { right });

const requireGrant = (actor: Actor, right: Right): void => {
  if (!hasRight(actor, right)) throw refuse(right);
};

/** FORBIDDEN, with the right, where the actor does not hold it all, over all of the site or as much of it. */
export function assertMayHold(objects: Pick<ObjectService, 'find'>, actor: Actor, held: Held): void {
  for (const right of held.rights) requireGrant(actor, right);
  for (const { right, groups, zones } of held.grants) {
    if (hasRight(actor, right)) continue;
    if (!holdsAnywhere(actor, right)) throw refuse(right);
    const own = scopeOf(actor, right);
    const isWithin = (kind: 'group' | 'controller-zone', roots: readonly string[]) => (id: string) =>
      [...withAbove(objects, kind, id)].some((above) => roots.includes(above));
    if (!groups.every(isWithin('group', own.roots)) || !zones.every(isWithin('controller-zone', own.zones)))
      throw refuse(right);
  }
}

const isAgentToken = (body: Body): boolean => body['purpose'] !== 'api' && body['purpose'] !== 'first';

/** INVALID for a role that does not exist: a later role of its name would give its rights to accounts that name it already. */
export const assertRolesExist = (objects: ObjectService, body: Body): void => {
  if (texts(body['roles']).some((id) => objects.find('role', id) === undefined))
    throw invalid({ roles: { key: 'validation.reference' } });
};

/**
 * FORBIDDEN when a write of an account, role or token would grant what the actor lacks, or would change an account or
 * role that holds more than the actor: its password link would be a way up.
 */
export const assertMayGrant = (
  objects: ObjectService,
  actor: Actor,
  kind: string,
  id: string | undefined,
  body: Body,
): void => {
  const held = id === undefined ? undefined : objects.ofAnyKind.find(kind, id)?.body;
  for (const one of [held, body]) {
    if (one === undefined) continue;
    if (kind === 'role') assertMayHold(objects, actor, heldByRole(one));
    if (kind === 'account') assertMayHold(objects, actor, heldBy(objects, { body: one }));
    if (kind === 'token') {
      // Such a token lets devices in, some without asking anybody: that is a decision about devices.
      if (isAgentToken(one)) requireGrant(actor, 'devices:write');
      if (typeof one['account'] !== 'string') continue;
      const account = objects.find('account', one['account']);
      if (account !== undefined) assertMayHold(objects, actor, heldBy(objects, account));
    }
  }
};

/** An account or role as it would be; without a body it would be gone. */
type Change = { kind: 'account' | 'role'; id: string; body: Body | undefined };

type Administrators = { all: number; withPassword: number };

const administrators = (objects: ObjectService, change?: Change): Administrators => {
  const roleBody = (id: string): Body | undefined =>
    change?.kind === 'role' && change.id === id ? change.body : objects.find('role', id)?.body;
  const grantsAll = (id: string): boolean => {
    const role = roleBody(id);
    // A right for some groups or zones is not the right for the site.
    return role !== undefined && texts(role['rights']).includes('all') && !isLimited(role);
  };
  const counts: Administrators = { all: 0, withPassword: 0 };
  for (const account of objects.list({ kind: 'account', limit: 10_000 }).rows) {
    const body = change?.kind === 'account' && change.id === account.id ? change.body : account.body;
    if (body === undefined || body['disabled'] === true || !texts(body['roles']).some(grantsAll)) continue;
    counts.all += 1;
    const stored = objects.find('account', account.id, { secrets: true })?.body['passwordHash'];
    if (typeof stored === 'string' && stored !== '') counts.withPassword += 1;
  }
  return counts;
};

/**
 * Someone who can do everything, and who has set a password, must remain, whichever account or role is changed; CONFLICT
 * otherwise.
 */
export const assertAdministratorRemains = (objects: ObjectService, change: Change): void => {
  const before = administrators(objects);
  const after = administrators(objects, change);
  if ((before.all > 0 && after.all === 0) || (before.withPassword > 0 && after.withPassword === 0))
    throw new AppError('CONFLICT', 'this is the last account that may do everything');
};
