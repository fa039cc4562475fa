import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, type Body, type Grant, type Obj, type Right, rightIn } from '../../engine/objects/types.ts';
import { allRights, isRight } from './types.ts';

/** Id of the built-in role with every right. */
export const administratorRole = 'administrator';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** Rights over the whole site, and over parts of it. */
export type Held = { readonly rights: ReadonlySet<Right>; readonly grants: readonly Grant[] };

/** A role with groups or zones gives nothing over the site. */
export function isLimited(role: Body): boolean {
  return texts(role['groups']).length + texts(role['zones']).length > 0;
}

/** What a role grants: over the site, or over its groups and zones alone. */
export function heldByRole(body: Body): Held {
  const rights = texts(body['rights']).filter(isRight);
  const [groups, zones] = [texts(body['groups']), texts(body['zones'])];
  return isLimited(body)
    ? { rights: new Set(), grants: rights.map((right) => ({ right, groups, zones })) }
    : { rights: new Set(rights), grants: [] };
}

/** Ids of a group or zone and of all above it; empty for none. */
export function withAbove(
  objects: Pick<ObjectService, 'find'>,
  kind: 'group' | 'controller-zone',
  from: unknown,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (let id = from; typeof id === 'string' && !found.has(id); id = objects.find(kind, id)?.body.parent) found.add(id);
  return found;
}

/** A role names groups and zones that are there. */
export function roleRule(objects: Pick<ObjectService, 'find'>): FurtherRule {
  const wrong = (kind: 'group' | 'controller-zone', ids: unknown): boolean =>
    texts(ids).some((id) => objects.find(kind, id) === undefined);
  return (_id, body) => ({
    faults: {
      ...(wrong('group', body['groups']) ? { groups: { key: 'validation.reference' } } : {}),
      ...(wrong('controller-zone', body['zones']) ? { zones: { key: 'validation.reference' } } : {}),
    },
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

/** What is in both: over the site where both have it there, else over the groups and zones of one that lie in the other. */
export function heldByBoth(objects: Pick<ObjectService, 'find'>, one: Held, other: Held): Held {
  const grantsOf = ({ grants }: Held, right: Right): readonly Grant[] =>
    grants.filter((grant) => rightIn(new Set([grant.right]), right));
  const within = (kind: 'group' | 'controller-zone', ids: readonly string[], roots: readonly string[]): string[] =>
    ids.filter((id) => [...withAbove(objects, kind, id)].some((above) => roots.includes(above)));
  const common = (a: Grant, b: Grant, right: Right): Grant => ({
    right,
    groups: [...new Set([...within('group', a.groups, b.groups), ...within('group', b.groups, a.groups)])],
    zones: [
      ...new Set([...within('controller-zone', a.zones, b.zones), ...within('controller-zone', b.zones, a.zones)]),
    ],
  });
  const parts = allRights.map((right): Held => {
    const [ofOne, ofOther] = [rightIn(one.rights, right), rightIn(other.rights, right)];
    if (ofOne && ofOther) return { rights: new Set([right]), grants: [] };
    if (ofOne || ofOther)
      return { rights: new Set(), grants: grantsOf(ofOne ? other : one, right).map((grant) => ({ ...grant, right })) };
    const grants = grantsOf(one, right).flatMap((a) => grantsOf(other, right).map((b) => common(a, b, right)));
    return { rights: new Set(), grants: grants.filter(({ groups, zones }) => groups.length + zones.length > 0) };
  });
  return {
    rights: new Set(parts.flatMap(({ rights }) => [...rights])),
    grants: parts.flatMap(({ grants }) => grants),
  };
}

/** Whether something of the second is not in the first: a right over the site, or over a group or zone that is named by it. */
export function holdsMore(before: Held, after: Held): boolean {
  const covers = ({ right, groups, zones }: Grant): boolean => {
    if (rightIn(before.rights, right)) return true;
    const held = before.grants.filter((one) => rightIn(new Set([one.right]), right));
    return (
      groups.every((group) => held.some((one) => one.groups.includes(group))) &&
      zones.every((zone) => held.some((one) => one.zones.includes(zone)))
    );
  };
  return [...after.rights].some((right) => !rightIn(before.rights, right)) || !after.grants.every(covers);
}

/** What is left of an account's rights under the limits of a token: both must grant it. */
export const limitRights = (rights: ReadonlySet<Right>, limits: unknown): Set<Right> => {
  const wanted = texts(limits).filter(isRight);
  if (wanted.length === 0 || wanted.includes('all')) return new Set(rights);
  const limited = wanted.filter((right) => rightIn(rights, right));
  // A token for writing keeps the reading that its account has.
  for (const right of wanted) {
    const read = right.replace(/:(?:write|approve)$/, ':read') as Right;
    if (rightIn(rights, read)) limited.push(read);
  }
  return new Set(limited);
};

/** The same of parts of the site. */
export function limitGrants(grants: readonly Grant[], limits: unknown): Grant[] {
  return grants.flatMap((grant) =>
    [...limitRights(new Set([grant.right]), limits)].map((right) => ({ ...grant, right })),
  );
}

/** The role that can do everything exists and is whole again, whatever was done to it. */
export const repairAdministratorRole = (objects: ObjectService, actor: Actor): void => {
  const held = objects.find('role', administratorRole);
  if (held !== undefined && texts(held.body['rights']).includes('all') && !isLimited(held.body)) return;
  const name = 'Administrator';
  objects.put(actor, 'role', administratorRole, { name, rights: ['all'], groups: null, zones: null, builtIn: true });
};
