import { AppError } from '../../platform/errors.ts';
import type { ObjectService } from '../objects/service.ts';
import { type Actor, type Body, hasRight, type Right } from '../objects/types.ts';
import { isRight } from './types.ts';

// Whoever may write accounts must not give away, to others or to themselves, what they do not hold.

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

const refuse = (right: string): AppError =>
  new AppError('FORBIDDEN', `only who holds the right ${right} may grant it`, { right });

const assertHolds = (actor: Actor, rights: readonly string[]): void => {
  for (const right of rights) {
    if (!isRight(right)) continue;
    if (right === 'all' ? !actor.rights.has('all') : !hasRight(actor, right)) throw refuse(right);
  }
};

const rightsOfRoles = (objects: ObjectService, roles: readonly string[]): Right[] =>
  roles.flatMap((id) => texts(objects.find('role', id)?.body['rights']).filter(isRight));

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
  const held = id === undefined ? undefined : objects.find(kind, id)?.body;
  for (const one of [held, body]) {
    if (one === undefined) continue;
    if (kind === 'role') assertHolds(actor, texts(one['rights']));
    if (kind === 'account') assertHolds(actor, rightsOfRoles(objects, texts(one['roles'])));
    if (kind === 'token' && typeof one['account'] === 'string') {
      const account = objects.find('account', one['account']);
      assertHolds(actor, rightsOfRoles(objects, texts(account?.body['roles'])));
    }
  }
};

/** Someone who can do everything and log in must remain; CONFLICT otherwise. `changed` is how an account would be. */
export const assertAdministratorRemains = (
  objects: ObjectService,
  changed: { id: string; body: Body | undefined },
): void => {
  const isAdministrator = (body: Body): boolean =>
    body['disabled'] !== true && rightsOfRoles(objects, texts(body['roles'])).includes('all');
  const before = objects.find('account', changed.id);
  if (before === undefined || !isAdministrator(before.body)) return;
  if (changed.body !== undefined && isAdministrator(changed.body)) return;
  const others = objects.list({ kind: 'account', limit: 10_000 }).rows;
  if (!others.some((other) => other.id !== changed.id && isAdministrator(other.body)))
    throw new AppError('CONFLICT', 'this is the last account that may do everything');
};
