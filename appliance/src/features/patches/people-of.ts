import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { isPatchRole } from './people.ts';
import { PATCH_ROLES, type People } from './types.ts';

/** People by their accounts, and their roles (kind `patch-duty`). */
export const peopleOf = (objects: Pick<ObjectService, 'find' | 'list'>): People => ({
  personOf: (actor: Actor): string => {
    if (actor.type !== 'token') return actorRef(actor);
    const account = objects.find('token', actor.id, { deleted: true })?.body['account'];
    return typeof account === 'string' && account !== '' ? `account:${account}` : actorRef(actor);
  },
  rolesOf: (person: string) => {
    const account = /^account:(.+)$/.exec(person)?.[1];
    const held = account === undefined ? undefined : objects.find('account', account);
    if (account === undefined || held === undefined || held.body['disabled'] === true) return [];
    const named = objects
      .list({ kind: 'patch-duty', where: { account }, limit: 100 })
      .rows.filter(({ body }) => body.disabled !== true)
      .map(({ body }) => String(body['duty']))
      .filter(isPatchRole);
    return PATCH_ROLES.filter((role) => named.includes(role));
  },
});
