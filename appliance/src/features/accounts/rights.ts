import type { ObjectService } from '../objects/service.ts';
import type { Obj, Right } from '../objects/types.ts';
import { systemActor } from '../objects/types.ts';
import { builtInRoles, isRight } from './types.ts';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** The rights of an account by its roles, read now. */
export const rightsOf = (objects: ObjectService, account: Obj): Set<Right> => {
  const rights = new Set<Right>();
  for (const id of texts(account.body['roles'])) {
    const role = objects.find('role', id);
    if (role === undefined) continue;
    // Rights within groups are not told apart yet, and a right for one group must not become one for the site.
    if (texts(role.body['groups']).length > 0) continue;
    for (const right of texts(role.body['rights'])) if (isRight(right)) rights.add(right);
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

/** Adds the roles that every site begins with; what an administrator changed or deleted stays so. */
export const ensureRoles = (objects: ObjectService): void => {
  for (const { id, name, rights } of builtInRoles) {
    if (objects.find('role', id, { deleted: true }) !== undefined) continue;
    objects.create(systemActor, 'role', { name, rights: [...rights], builtIn: true }, { id });
  }
};
