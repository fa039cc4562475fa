import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor, Body, Obj, Right } from '../../engine/objects/types.ts';
import { isRight } from './types.ts';

/** Id of the built-in role with every right. */
export const administratorRole = 'administrator';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** What a role grants. Rights within groups are not told apart yet, and a right for one must not become one for the site. */
export function rightsOfRole(body: Body): Set<Right> {
  return new Set(texts(body['groups']).length > 0 ? [] : texts(body['rights']).filter(isRight));
}

/** The rights of an account by its roles, read now. */
export const rightsOf = (objects: ObjectService, account: Pick<Obj, 'body'>): Set<Right> => {
  const rights = new Set<Right>();
  for (const id of texts(account.body['roles'])) {
    const role = objects.find('role', id);
    if (role === undefined) continue;
    for (const right of rightsOfRole(role.body)) rights.add(right);
  }
  return rights;
};

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

/** The role that can do everything exists and is whole again, whatever was done to it. */
export const repairAdministratorRole = (objects: ObjectService, actor: Actor): void => {
  const held = objects.find('role', administratorRole);
  if (held !== undefined && texts(held.body['rights']).includes('all') && texts(held.body['groups']).length === 0)
    return;
  const name = 'Administrator';
  objects.put(actor, 'role', administratorRole, { name, rights: ['all'], groups: null, builtIn: true });
};
