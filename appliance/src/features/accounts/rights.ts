import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  type Body,
  type Grant,
  hasRight,
  type Obj,
  type Right,
  systemActor,
} from '../../engine/objects/types.ts';
import { isRight } from './types.ts';

/** Id of the built-in role with every right. */
export const administratorRole = 'administrator';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** Rights over the whole site, and over parts of it. */
export type Held = { readonly rights: ReadonlySet<Right>; readonly grants: readonly Grant[] };

/** What a role grants: over the site, or over its groups alone. */
export function heldByRole(body: Body): Held {
  const rights = texts(body['rights']).filter(isRight);
  const groups = texts(body['groups']);
  return groups.length === 0
    ? { rights: new Set(rights), grants: [] }
    : { rights: new Set(), grants: rights.map((right) => ({ right, groups })) };
}

/** A role names groups that are there. */
export function roleRule(objects: Pick<ObjectService, 'find'>): FurtherRule {
  return (_id, body) => ({
    faults: texts(body['groups']).some((group) => objects.find('group', group) === undefined)
      ? { groups: { key: 'validation.reference' } }
      : {},
    body,
  });
}

/** What an account holds by its roles, read now: all of them together. */
export function heldBy(objects: ObjectService, account: Pick<Obj, 'body'>): Held {
  const held = texts(account.body['roles']).flatMap((id) => {
    const role = objects.find('role', id);
    return role === undefined ? [] : [heldByRole(role.body)];
  });
  return {
    rights: new Set(held.flatMap(({ rights }) => [...rights])),
    grants: held.flatMap(({ grants }) => grants),
  };
}

/** The rights of an account over the whole site. */
export const rightsOf = (objects: ObjectService, account: Pick<Obj, 'body'>): ReadonlySet<Right> =>
  heldBy(objects, account).rights;

/** Whether something of the second is not in the first: a right over the site, or over a group that is named by it. */
export function holdsMore(before: Held, after: Held): boolean {
  const site = (held: Held): Actor => ({ ...systemActor, rights: held.rights });
  const covers = ({ right, groups }: Grant): boolean =>
    hasRight(site(before), right) ||
    groups.every((group) =>
      before.grants.some(
        (held) => held.groups.includes(group) && hasRight({ ...systemActor, rights: new Set([held.right]) }, right),
      ),
    );
  return [...after.rights].some((right) => !hasRight(site(before), right)) || !after.grants.every(covers);
}

/** What is left of an account's rights under the limits of a token: both must grant it. */
export const limitRights = (rights: ReadonlySet<Right>, limits: unknown): Set<Right> => {
  const wanted = texts(limits).filter(isRight);
  if (wanted.length === 0) return new Set(rights);
  const grants = (held: ReadonlySet<string>, right: Right): boolean =>
    held.has('all') || held.has(right) || (right.endsWith(':read') && held.has(right.replace(/:read$/, ':write')));
  if (wanted.includes('all')) return new Set(rights);
  const limited = wanted.filter((right) => grants(rights, right));
  // A token for writing keeps the reading that its account has.
  for (const right of wanted) {
    const read = right.replace(/:write$/, ':read') as Right;
    if (grants(rights, read)) limited.push(read);
  }
  return new Set(limited);
};

/** The same of parts of the site. */
export function limitGrants(grants: readonly Grant[], limits: unknown): Grant[] {
  return grants.flatMap(({ right, groups }) =>
    [...limitRights(new Set([right]), limits)].map((left) => ({ right: left, groups })),
  );
}

/** The role that can do everything exists and is whole again, whatever was done to it. */
export const repairAdministratorRole = (objects: ObjectService, actor: Actor): void => {
  const held = objects.find('role', administratorRole);
  if (held !== undefined && texts(held.body['rights']).includes('all') && texts(held.body['groups']).length === 0)
    return;
  const name = 'Administrator';
  objects.put(actor, 'role', administratorRole, { name, rights: ['all'], groups: null, builtIn: true });
};
